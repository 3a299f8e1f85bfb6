import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const accountEmail: Messages['accountEmail'] = {
  confirmed: 'Confirmado',
  notConfirmed: 'Sin confirmar',
  none: 'Tu cuenta no tiene correo electrónico.',
  use: 'Ahí te escribimos sobre la seguridad de tu cuenta, y con él puedes recuperarla.',
  change: 'Cambiar el correo electrónico',
  add: 'Añadir un correo electrónico',
  noMail: 'Este sitio no envía correos, así que la dirección no se puede cambiar aquí. Pide ayuda.',
  confirm: 'Confirmar esta dirección',
  confirmLead: (address) =>
    `Enviamos un código a ${isolate(address)} para que nadie más pueda usarla.`,
  send: 'Enviar código',
  sent: (address) => `Hemos enviado un código a ${isolate(address)}. Funciona durante 10 minutos.`,
  confirmSubmit: 'Confirmar',
  changeLead: 'La dirección nueva recibe un código. La actual también tiene que aceptar.',
  changeLeadAlone: 'La dirección nueva recibe un código.',
  newAddress: 'Correo electrónico nuevo',
  same: 'Esa es la dirección que ya tienes.',
  throttled: (wait) => `Ha sido demasiadas veces. Espera ${wait} e inténtalo de nuevo.`,
  changeSubmit: 'Continuar',
  pendingHeading: (address) => `Cambio a ${isolate(address)}`,
  codeLead: (address) =>
    `Hemos enviado un mensaje a ${isolate(address)}. Si contiene un código, escríbelo aquí.`,
  proved: (address) => `${isolate(address)} está confirmada.`,
  awaits: (address) =>
    `Hemos enviado un enlace a ${isolate(address)}. Ábrelo allí y acepta el cambio.`,
  approved: (address) => `${isolate(address)} ha aceptado.`,
  until: (date) => `Se espera hasta el ${date}.`,
  cancel: 'Conservar la dirección actual',
  taken: 'Esa dirección no se puede usar. Empieza de nuevo con otra.',
  gone: 'Ese cambio ha terminado. Empieza de nuevo.',
  approveTitle: 'Cambio de correo electrónico',
  approveHeading: '¿Cambiar tu correo electrónico?',
  approveLead: (from, to) =>
    `Alguien que tiene la sesión iniciada en tu cuenta quiere cambiar su dirección de ${isolate(from)} a ${isolate(to)}.`,
  approve: 'Cambiarlo',
  refuse: 'No he sido yo',
  approvedTitle: 'Has aceptado',
  approvedText: (address) =>
    `La dirección cambiará en cuanto se escriba en la página de tu cuenta el código enviado a ${isolate(address)}.`,
  changedTitle: 'Tu correo electrónico ha cambiado',
  changedText: (address) => `A partir de ahora escribimos a ${isolate(address)}.`,
  refusedTitle: 'La dirección sigue como está',
  refusedText:
    'Puede que otra persona tenga la sesión iniciada en tu cuenta. Define ahora una contraseña nueva: así se cierra la sesión de todos los demás.',
  newPassword: 'Definir una contraseña nueva',
  toAccount: 'Ir a tu cuenta',
  invalidTitle: 'Este enlace ya no funciona',
  invalidText: 'Ya se ha usado, ha caducado o está incompleto. No se ha cambiado nada.',
};
