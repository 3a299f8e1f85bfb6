import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const ways: Messages['ways'] = {
  label: 'Otras formas de iniciar sesión',
  recover: '¿Has olvidado la contraseña?',
  email_code: 'Recibir un código por correo',
  register: 'Crear una cuenta',
  password: 'Iniciar sesión con contraseña',
};

export const recover: Messages['recover'] = {
  title: 'Pedir una contraseña nueva',
  heading: '¿Has olvidado la contraseña?',
  lead: 'Dinos quién eres y te enviaremos por correo un enlace para definir una nueva.',
  submit: 'Enviar enlace',
  sentTitle: 'Mira tu correo',
  sentHeading: 'Mira tu correo',
  sentText:
    'Si hay una cuenta con ese nombre, un enlace va de camino a su dirección. Funciona durante 20 minutos.',
  sentHint:
    '¿No llega nada? Mira en el correo no deseado o prueba con otro nombre que puedas haber usado.',
  again: 'Intentar de nuevo',
};

export const emailCode: Messages['emailCode'] = {
  title: 'Iniciar sesión con un código',
  heading: 'Iniciar sesión con un código',
  lead: 'Te enviamos por correo un código de seis cifras. Funciona durante 10 minutos.',
  submit: 'Enviar código',
  codeTitle: 'Escribir el código',
  codeHeading: 'Mira tu correo',
  codeLead: 'Si hay una cuenta con ese nombre, un código va de camino a su dirección.',
};

export const register: Messages['register'] = {
  title: 'Crear una cuenta',
  heading: 'Crear una cuenta',
  lead: (client) => `para continuar en ${isolate(client)}`,
  email: 'Correo electrónico',
  emailHint: 'Enviamos un código a esta dirección. Después la usarás para iniciar sesión.',
  name: 'Nombre',
  nameHint: 'Como te llama la gente.',
  password: 'Contraseña',
  submit: 'Continuar',
  haveOne: 'Ya tengo una cuenta',
  terms: 'Al continuar, aceptas las condiciones de este sitio.',
  codeTitle: 'Confirmar tu correo electrónico',
  codeHeading: 'Mira tu correo',
  codeLead: (address) =>
    `Hemos enviado un mensaje a ${isolate(address)}. Si contiene un código, escríbelo aquí.`,
  codeSubmit: 'Crear cuenta',
  problems: {
    email: {
      missing: 'Escribe tu correo electrónico.',
      malformed: 'Eso no es una dirección de correo. Tiene la forma nombre@example.com.',
      mixed_scripts: 'Esa dirección mezcla letras de distintos alfabetos. Usa otra.',
    },
    name: {
      missing: 'Escribe tu nombre.',
      too_long: 'Ese nombre es demasiado largo. Usa una forma más corta.',
      unprintable: 'Ese nombre tiene caracteres que no se pueden mostrar. Escríbelo de nuevo.',
    },
  },
};

export const verifyEmail: Messages['verifyEmail'] = {
  title: 'Confirmar tu correo electrónico',
  heading: 'Confirmar tu correo electrónico',
  lead: (address) =>
    `Nadie ha confirmado todavía ${isolate(address)}. Enviamos un código a esa dirección para que nadie más pueda usarla.`,
  send: 'Enviar código',
  later: 'Ahora no',
  codeLead: (address) =>
    `Hemos enviado un código a ${isolate(address)}. Funciona durante 10 minutos.`,
  codeSubmit: 'Confirmar',
};

export const mailedCode: Messages['mailedCode'] = {
  label: 'Código',
  hint: 'Seis cifras.',
  submit: 'Continuar',
  resend: 'Enviar otro código',
  resent: 'Otro código va de camino. El anterior ya no funciona.',
  missing: 'Escribe el código del correo.',
  rejected: 'Ese no es el código. Compruébalo e inténtalo de nuevo.',
  expired: 'Ese código ya no funciona. Pide otro.',
  locked: (wait) =>
    `Ha habido demasiados códigos incorrectos. Espera ${wait} e inténtalo de nuevo.`,
  pause: (wait) =>
    `Puedes pedir otro dentro de ${wait}. Puede que todavía haya un mensaje de camino.`,
  missingName: 'Escribe tu nombre de usuario o tu correo electrónico.',
};

export const invitation: Messages['invitation'] = {
  title: 'Crea tu cuenta',
  heading: (site) => `Te damos la bienvenida a ${isolate(site)}`,
  lead: (address) => `Se te ha invitado a crear una cuenta para ${isolate(address)}`,
  submit: 'Crear cuenta',
  doneTitle: 'Tu cuenta está lista',
  doneHeading: 'Tu cuenta está lista',
  doneText: 'Inicia sesión con tu correo electrónico y la contraseña que acabas de elegir.',
  goOn: 'Ir a tu cuenta',
  invalidTitle: 'Esta invitación ya no funciona',
  invalidText: 'Ya se ha usado, ha caducado o está incompleta. Pide una nueva.',
  hasAccountTitle: 'Ya tienes una cuenta',
  hasAccountText: 'Hay una cuenta con esta dirección. Inicia sesión con ella.',
};
