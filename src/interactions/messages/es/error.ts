import type { Messages } from '../catalogue.ts';

export const error: Messages['error'] = {
  requestId: 'Solicitud',
  details: 'Detalles técnicos',
  back: 'Intentar de nuevo',
  codes: {
    csrf_token_invalid: {
      title: 'Inténtalo de nuevo',
      text: 'Este formulario ya no estaba al día, así que no se ha hecho nada. Ábrelo de nuevo y vuelve a enviarlo.',
    },
    origin_refused: {
      title: 'Esa solicitud se ha detenido',
      text: 'No venía de este sitio, así que no se ha hecho nada.',
    },
    invalid_client: {
      title: 'Esta aplicación no se conoce aquí',
      text: 'La aplicación que te ha enviado aquí no está registrada o está desactivada. Avisa a quienes la gestionan.',
    },
    invalid_redirect_uri: {
      title: 'Esta aplicación no está bien configurada',
      text: 'Ha pedido enviarte a una dirección que no tiene registrada, así que lo hemos detenido. Avisa a quienes la gestionan.',
    },
    invalid_request: {
      title: 'No se ha podido entender esa solicitud',
      text: 'La aplicación o el enlace que te ha traído aquí ha enviado algo incompleto o incorrecto. Vuelve atrás y empieza de nuevo.',
    },
    unauthorized_client: {
      title: 'Esta aplicación no tiene permiso para hacer eso',
      text: 'Ha pedido algo para lo que no está registrada. Avisa a quienes la gestionan.',
    },
    access_denied: {
      title: 'Se ha denegado el acceso',
      text: 'No se ha compartido nada. Puedes volver a la aplicación y empezar de nuevo.',
    },
    temporarily_unavailable: {
      title: 'Ahora mismo no podemos responder',
      text: 'Algo que necesitamos no responde. Espera un momento y vuelve a cargar esta página.',
    },
  },
  statuses: {
    400: {
      title: 'No se ha podido entender esa solicitud',
      text: 'Contenía algo incompleto o incorrecto. Vuelve atrás y empieza de nuevo.',
    },
    403: {
      title: 'Eso no está permitido',
      text: 'No se ha hecho nada. Vuelve atrás y empieza de nuevo.',
    },
    404: {
      title: 'Esta página no existe',
      text: 'Comprueba la dirección o vuelve a la aplicación y empieza de nuevo.',
    },
    405: {
      title: 'Eso no es posible aquí',
      text: 'Esta dirección no acepta ese tipo de solicitud.',
    },
    413: {
      title: 'Eso era demasiado',
      text: 'El formulario contiene más de lo que acepta esta página. No se ha hecho nada.',
    },
    421: {
      title: 'Este sitio no está aquí',
      text: 'Este servidor no responde en la dirección que has abierto.',
    },
    429: {
      title: 'Demasiadas solicitudes',
      text: 'Han llegado demasiadas desde tu red. Espera un poco e inténtalo de nuevo.',
    },
    503: {
      title: 'Ahora mismo no podemos responder',
      text: 'Algo que necesitamos no responde. Espera un momento y vuelve a cargar esta página.',
    },
  },
  refused: {
    title: 'Eso no ha funcionado',
    text: 'La solicitud se ha rechazado. Vuelve a la aplicación y empieza de nuevo.',
  },
  failed: {
    title: 'Algo ha ido mal',
    text: 'Es culpa nuestra, no tuya. Inténtalo de nuevo. Si sigue ocurriendo, pide ayuda e indica la solicitud que aparece abajo.',
  },
};
