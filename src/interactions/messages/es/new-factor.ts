import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const newFactor: Messages['newFactor'] = {
  title: 'Añadir un segundo paso',
  heading: 'Añadir un segundo paso',
  lead: (who) =>
    `${isolate(who)} pide algo más que una contraseña, para que nadie más entre solo con la tuya.`,
  choose: '¿Qué quieres usar?',
  methods: {
    totp: {
      name: 'Una aplicación de autenticación',
      detail: 'Una aplicación del teléfono muestra un código nuevo cada 30 segundos.',
    },
    passkey: {
      name: 'Una llave de acceso',
      detail: 'Tu huella, tu cara, un PIN o una llave de seguridad. Nada que escribir.',
    },
  },
  submit: 'Continuar',
  change: 'Usar otra cosa',
  totp: {
    title: 'Configurar tu aplicación',
    heading: 'Configurar tu aplicación de autenticación',
    scan: 'Abre tu aplicación de autenticación, o instala una, y escanea este cuadrado con ella.',
    qr: 'Código QR que contiene la clave de abajo',
    open: 'Abrir en este dispositivo',
    cannotScan: '¿No puedes escanearlo?',
    key: 'Escribe esta clave en tu aplicación. Es para códigos que cambian con el tiempo.',
    code: 'Escribe las seis cifras que muestre entonces tu aplicación.',
    label: 'Código de seis cifras',
    missing: 'Escribe las seis cifras que muestra tu aplicación.',
    wrong:
      'Ese código no es correcto. Escribe el que tu aplicación muestra ahora; si sigue fallando, pon el reloj del dispositivo en automático.',
    expired:
      'Ha pasado demasiado tiempo, así que hay un cuadrado nuevo que escanear. Borra la entrada anterior de tu aplicación.',
  },
  passkey: {
    title: 'Añadir una llave de acceso',
    heading: 'Añadir una llave de acceso',
    about:
      'Tu navegador pregunta dónde guardarla: en este dispositivo, en un gestor de contraseñas o en una llave de seguridad.',
  },
};
