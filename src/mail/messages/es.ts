import { isolate } from '../../languages/display-text.ts';
import { createFormats } from '../../languages/formats.ts';
import type { MailMessages } from './en.ts';

/** Spanish; docs/translating.md says which words it uses. */
export const es: MailMessages = {
  lang: 'es',
  dir: 'ltr',
  formats: createFormats('es'),

  greeting: (name) => `Hola, ${isolate(name)}:`,
  codeWorks: (time) => `Funciona una sola vez, durante ${time}.`,
  linkWorks: (time) => `El enlace funciona una sola vez, durante ${time}.`,
  keepCode: (site) => `Nadie de ${isolate(site)} te pedirá este código. No se lo des a nadie.`,
  buttonFails: 'Si el botón no hace nada, abre esta dirección en tu navegador:',
  footer: (site) => `Enviado por ${isolate(site)}. Nadie lee las respuestas a este mensaje.`,
  help: 'Obtener ayuda',

  facts: {
    when: 'Cuándo',
    browser: 'Navegador',
    address: 'Dirección de red',
    item: 'Nombre',
    newAddress: 'Dirección nueva',
  },

  verifyEmailCode: {
    subject: (site) => `Tu código para confirmar tu dirección en ${isolate(site)}`,
    heading: 'Confirma tu correo electrónico',
    text: 'Escribe este código en la página que te lo ha pedido:',
    unasked:
      'Si no lo has pedido, no tienes que hacer nada. Puede que alguien haya escrito mal su dirección.',
  },

  signInCode: {
    subject: (site) => `Tu código para iniciar sesión en ${isolate(site)}`,
    heading: 'Tu código de inicio de sesión',
    text: 'Escribe este código en la página en la que estás iniciando sesión:',
    unasked:
      'Si no estás iniciando sesión ahora mismo, otra persona lo está intentando. Sin el código no conseguirá nada.',
  },

  resetPassword: {
    subject: (site) => `Definir una contraseña nueva para ${isolate(site)}`,
    heading: 'Definir una contraseña nueva',
    text: 'Alguien ha pedido un enlace para definir una contraseña nueva para tu cuenta.',
    action: 'Definir una contraseña nueva',
    unasked:
      'Si no has sido tú, no tienes que hacer nada: tu contraseña sigue igual mientras nadie use este enlace.',
  },

  addressInUse: {
    subject: (site) => `Ya tienes una cuenta en ${isolate(site)}`,
    heading: 'Ya tienes una cuenta',
    text: 'Alguien ha intentado registrarse con este correo electrónico, que ya tiene una cuenta.',
    ifYou: 'Si has sido tú, inicia sesión con ella:',
    action: 'Iniciar sesión',
    reset: 'Definir una contraseña nueva',
    unasked:
      'Si no has sido tú, no tienes que hacer nada. Nadie ha entrado en tu cuenta y a nadie se le ha dicho que existe.',
  },

  invitation: {
    subject: (site) => `Tu invitación a ${isolate(site)}`,
    heading: (site) => `Tienes una invitación a ${isolate(site)}`,
    by: (name, site) => `${isolate(name)} te invita a crear una cuenta en ${isolate(site)}.`,
    text: (site) => `Puedes crear una cuenta en ${isolate(site)}.`,
    action: 'Aceptar la invitación',
    unasked: 'Si no la esperabas, no tienes que hacer nada.',
  },

  changeEmailConfirm: {
    subject: (site) => `Confirma tu dirección nueva en ${isolate(site)}`,
    heading: 'Confirma tu nuevo correo electrónico',
    codeText:
      'Para que esta sea la dirección de tu cuenta, escribe este código en la página que lo ha pedido:',
    linkText: 'Para que esta sea la dirección de tu cuenta, confírmala:',
    action: 'Confirmar esta dirección',
    unasked:
      'Si no lo has pedido, no tienes que hacer nada. Puede que alguien haya escrito mal su dirección.',
  },

  changeEmailNotice: {
    subject: (site) => `Tu dirección en ${isolate(site)} va a cambiar`,
    heading: 'Tu correo electrónico va a cambiar',
    text: 'Alguien que tiene la sesión iniciada en tu cuenta ha pedido un correo electrónico nuevo.',
    approveText: 'Si has sido tú, aprueba el cambio:',
    action: 'Aprobar la dirección nueva',
    unasked:
      'Si no has sido tú, no lo apruebes. Define enseguida una contraseña nueva: otra persona tiene la sesión iniciada en tu cuenta.',
    unaskedNoLink:
      'Si no has sido tú, define enseguida una contraseña nueva: otra persona tiene la sesión iniciada en tu cuenta.',
  },

  securityNotice: {
    events: {
      password_changed: {
        subject: 'Tu contraseña ha cambiado',
        text: 'Se ha cambiado la contraseña de tu cuenta.',
      },
      email_changed: {
        subject: 'Tu correo electrónico ha cambiado',
        text: 'Tu cuenta tiene un correo electrónico nuevo. Los mensajes sobre ella ya no van al anterior.',
      },
      second_factor_added: {
        subject: 'Se ha añadido un segundo paso a tu inicio de sesión',
        text: 'A partir de ahora, al iniciar sesión en tu cuenta se puede pedir una prueba más de que eres tú.',
      },
      second_factor_removed: {
        subject: 'Se ha quitado un segundo paso de tu inicio de sesión',
        text: 'Al iniciar sesión en tu cuenta ya no se pide esta prueba de que eres tú.',
      },
      passkey_added: {
        subject: 'Se ha añadido una llave de acceso a tu cuenta',
        text: 'Quien tenga esta llave de acceso puede iniciar sesión en tu cuenta.',
      },
      passkey_removed: {
        subject: 'Se ha eliminado una llave de acceso de tu cuenta',
        text: 'Nadie puede iniciar sesión ya en tu cuenta con esta llave de acceso.',
      },
      recovery_codes_made: {
        subject: 'Se han creado códigos de recuperación nuevos para tu cuenta',
        text: 'Los códigos de recuperación anteriores ya no funcionan.',
      },
      recovery_code_used: {
        subject: 'Se ha usado un código de recuperación de tu cuenta',
        text: 'Alguien ha iniciado sesión con uno de tus códigos de recuperación. No vuelve a funcionar.',
      },
      sign_in_method_linked: {
        subject: 'Se ha añadido a tu cuenta una forma nueva de iniciar sesión',
        text: 'Tu cuenta se ha vinculado con una cuenta de otro sitio, que ahora inicia sesión aquí.',
      },
      sign_in_method_unlinked: {
        subject: 'Se ha quitado de tu cuenta una forma de iniciar sesión',
        text: 'Una cuenta de otro sitio ya no inicia sesión en la tuya.',
      },
      sessions_ended: {
        subject: 'Tu sesión se ha cerrado en todas partes',
        text: 'Se han cerrado todas las sesiones de tu cuenta. Cada navegador y cada aplicación tiene que iniciar sesión de nuevo.',
      },
      account_deleted: {
        subject: 'Tu cuenta se ha eliminado',
        text: 'Tu cuenta y lo que se guardaba con ella ya no existen. Este es el último mensaje sobre ella.',
      },
    },
    yours: 'Si has sido tú, no tienes que hacer nada.',
    notYou:
      'Si no has sido tú, puede que otra persona haya entrado en tu cuenta. Ocúpate de ella enseguida: define una contraseña nueva y cierra todas las sesiones.',
    action: 'Ir a tu cuenta',
    notYouNoLink: (site) =>
      `Si no has sido tú, avisa enseguida a quienes gestionan ${isolate(site)}.`,
  },
};
