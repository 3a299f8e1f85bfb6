import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const secondFactor: Messages['secondFactor'] = {
  totp: {
    title: 'Escribir un código',
    heading: 'Escribe el código de tu aplicación',
    lead: (site) =>
      `Abre tu aplicación de autenticación y escribe las seis cifras que muestra para ${isolate(site)}.`,
    label: 'Código de seis cifras',
    missing: 'Escribe las seis cifras que muestra tu aplicación.',
    rejected:
      'Ese código no es correcto. Escribe el que tu aplicación muestra ahora; si sigue fallando, pon el reloj del dispositivo en automático.',
  },
  recovery_code: {
    title: 'Escribir un código de recuperación',
    heading: 'Escribe un código de recuperación',
    lead: 'Escribe uno de los códigos que guardaste. Cada uno funciona una sola vez.',
    label: 'Código de recuperación',
    missing: 'Escribe uno de tus códigos de recuperación.',
    rejected: 'Ese no es uno de tus códigos de recuperación o ya lo has usado.',
  },
  passkey: {
    title: 'Usar tu llave de acceso',
    heading: 'Usar tu llave de acceso',
    lead: 'Confirma que eres tú con tu huella, tu cara, un PIN o una llave de seguridad.',
    unavailable:
      'Una llave de acceso necesita JavaScript y un navegador que conozca las llaves de acceso.',
  },
  reused: 'Ya has usado ese código. Espera a que tu aplicación muestre el siguiente.',
  locked: (wait) =>
    `Ha habido demasiados códigos incorrectos. Espera ${wait} e inténtalo de nuevo.`,
  remember: (time) => `No volver a preguntar en este navegador durante ${time}`,
  submit: 'Continuar',
  others: 'Otra forma',
  use: {
    totp: 'Usar tu aplicación de autenticación',
    passkey: 'Usar una llave de acceso',
    recovery_code: 'Usar un código de recuperación',
  },
  noOther: (site) => `Si no puedes hacerlo, pide ayuda a quienes gestionan ${isolate(site)}.`,
};
