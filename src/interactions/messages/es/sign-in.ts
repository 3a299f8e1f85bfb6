import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const signIn: Messages['signIn'] = {
  title: 'Iniciar sesión',
  heading: 'Iniciar sesión',
  lead: (client) => `para continuar en ${isolate(client)}`,
  confirmTitle: 'Confirma que eres tú',
  confirmHeading: 'Confirma que eres tú',
  confirmLead: (client) => `Escribe de nuevo tu contraseña para continuar en ${isolate(client)}`,
  otherAccount: (client) =>
    `${isolate(client)} pide una cuenta distinta de la que tiene abierta la sesión.`,
  identifier: 'Nombre de usuario o correo electrónico',
  password: 'Contraseña',
  remember: 'Mantener la sesión iniciada en este dispositivo',
  submit: 'Iniciar sesión',
  confirmSubmit: 'Continuar',
  cancel: 'Cancelar',
  missingIdentifier: 'Escribe tu nombre de usuario o tu correo electrónico.',
  missingPassword: 'Escribe tu contraseña.',
  rejected:
    'El nombre de usuario o correo electrónico y la contraseña no coinciden. Comprueba ambos e inténtalo de nuevo.',
  locked: (wait) =>
    `Ha habido demasiados intentos de iniciar sesión. Espera ${wait} e inténtalo de nuevo.`,
};
