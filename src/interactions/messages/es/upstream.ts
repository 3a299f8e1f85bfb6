import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const upstream: Messages['upstream'] = {
  label: 'Iniciar sesión con otro proveedor',
  continueWith: (provider) => `Continuar con ${isolate(provider)}`,
  problems: {
    refused: (provider) =>
      `No has iniciado sesión con ${isolate(provider)}. Inténtalo de nuevo o usa otra forma.`,
    expired: (provider) =>
      `El inicio de sesión con ${isolate(provider)} ha tardado demasiado o ya había terminado. Inténtalo de nuevo.`,
    not_recent: (provider) =>
      `${isolate(provider)} no ha confirmado que fueras tú hace un momento. Confírmalo de otra forma.`,
    unreachable: (provider) =>
      `Ahora mismo no se puede contactar con ${isolate(provider)}. Inténtalo dentro de un rato o usa otra forma.`,
    invalid_response: (provider) =>
      `El inicio de sesión con ${isolate(provider)} no ha funcionado. Inténtalo de nuevo o usa otra forma.`,
    misconfigured: (provider) =>
      `El inicio de sesión con ${isolate(provider)} no funciona ahora mismo. Usa otra forma.`,
    not_registered: (provider) =>
      `Aquí no hay ninguna cuenta para quien eres en ${isolate(provider)}. Si tienes una, inicia sesión en ella de otra forma.`,
  },
  unlinked: (provider) =>
    `Has iniciado sesión con ${isolate(provider)}, pero ninguna cuenta de aquí está vinculada todavía.`,
  unlinkedAs: (provider, who) =>
    `Has iniciado sesión con ${isolate(provider)} como ${isolate(who)}, pero ninguna cuenta de aquí está vinculada todavía.`,
  signInToLink: 'Inicia sesión una vez en tu cuenta para vincularla.',
  leaving: (provider) => `Continuar a ${isolate(provider)}`,
  returning: 'Iniciando tu sesión',
  moment: 'Tardará un momento.',
  moveOn: 'Continuar',
  linkTitle: (provider) => `Vincular ${isolate(provider)}`,
  linkHeading: (provider) => `¿Vincular ${isolate(provider)}?`,
  linkText: (provider) =>
    `A partir de ahora puedes iniciar sesión en esta cuenta con ${isolate(provider)}.`,
  linkTextAs: (provider, who) =>
    `A partir de ahora, quien inicie sesión con ${isolate(provider)} como ${isolate(who)} puede entrar en esta cuenta.`,
  linkWarning: 'Vincúlala solo si eres tú.',
  link: 'Vincular',
  notNow: 'Ahora no',
};
