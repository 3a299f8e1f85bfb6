import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const accountMethods: Messages['accountMethods'] = {
  lead: 'Una llave de acceso o un segundo paso deja fuera a quien averigüe tu contraseña.',
  on: 'Activada',
  off: 'Desactivada',
  none: 'Ninguno',
  passkeys: 'Llaves de acceso',
  app: 'Aplicación de autenticación',
  recoveryCodes: 'Códigos de recuperación',
  left: (count) => `Quedan ${count}`,
  browsers: 'Navegadores recordados',
  connected: 'Cuentas conectadas',
  added: (date) => `Añadido el ${date}`,
  lastUsed: (when) => `Último uso: ${when}`,
  neverUsed: 'Sin usar todavía',
  remove: 'Eliminar',
  removeNamed: (name) => `Eliminar ${isolate(name)}`,
  required: 'Este sitio pide un segundo paso. Añade otro antes de eliminar este.',
  onlyWay: 'Es la única forma de entrar en tu cuenta. Define una contraseña antes de eliminarla.',
};

export const accountPasskeys: Messages['accountPasskeys'] = {
  lead: 'Inicias sesión con tu huella, tu cara, un PIN o una llave de seguridad. No hay nada que escribir, ni nada que alguien pueda robarte.',
  none: 'Todavía no tienes ninguna llave de acceso.',
  unavailable: 'Las llaves de acceso no funcionan en esta dirección.',
  addLead: 'Tu navegador pregunta dónde guardarla y quién eres.',
  synced: 'En varios dispositivos',
  oneDevice: 'En un dispositivo',
  rename: 'Cambiar nombre',
  renameNamed: (name) => `Cambiar nombre de ${isolate(name)}`,
  newName: 'Nombre nuevo',
  save: 'Guardar',
  add: 'Añadir una llave de acceso',
};

export const accountApp: Messages['accountApp'] = {
  lead: 'Una aplicación del teléfono muestra un código nuevo cada 30 segundos. Te lo pedimos después de la contraseña.',
  setUp: 'Configurar una aplicación',
  replace: 'Configurar otra aplicación en su lugar',
  name: 'Aplicación de autenticación',
};

export const accountRecoveryCodes: Messages['accountRecoveryCodes'] = {
  lead: 'Si pierdes el teléfono o la llave de acceso, uno de estos códigos te deja entrar. Cada uno funciona una vez.',
  noFactor:
    'Sustituyen a una llave de acceso o a una aplicación de autenticación. Configura antes una de ellas.',
  few: 'Te quedan pocos códigos. Crea otros nuevos.',
  make: 'Crear códigos nuevos',
  replaces: 'Los códigos que tienes ahora dejarán de funcionar.',
};

export const accountBrowsers: Messages['accountBrowsers'] = {
  lead: 'En estos navegadores elegiste que no se te pida el segundo paso durante 30 días.',
  none: 'No se recuerda ningún navegador. Cada inicio de sesión pide el segundo paso.',
  remembered: (date, address) =>
    address === '' ? `Recordado el ${date}` : `Recordado el ${date}, desde ${isolate(address)}`,
  until: (date) => `Hasta el ${date}`,
  forget: 'Olvidar',
  forgetNamed: (browser) => `Olvidar ${isolate(browser)}`,
  forgetAll: 'Olvidarlos todos',
};

export const accountConnected: Messages['accountConnected'] = {
  lead: 'Puedes iniciar sesión con las cuentas que tienes en otros sitios.',
  none: 'No hay ninguna cuenta conectada.',
  as: (who) => `como ${isolate(who)}`,
  connect: (provider) => `Conectar ${isolate(provider)}`,
  disconnect: 'Desconectar',
  disconnectNamed: (provider) => `Desconectar ${isolate(provider)}`,
  taken: (provider) => `Esa cuenta de ${isolate(provider)} está conectada aquí con otra cuenta.`,
};
