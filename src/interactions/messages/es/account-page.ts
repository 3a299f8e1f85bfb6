import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const accountPage: Messages['accountPage'] = {
  title: 'Tu cuenta',
  skip: 'Ir al contenido',
  signOut: 'Cerrar sesión',
  sections: {
    overview: { title: 'Resumen', detail: '' },
    profile: { title: 'Perfil', detail: 'Nombre, idioma, teléfono y dirección' },
    password: { title: 'Contraseña', detail: 'Definir una nueva' },
    sessions: {
      title: 'Dónde tienes la sesión iniciada',
      detail: 'Navegadores y dispositivos, y cómo cerrar sesión en ellos',
    },
    applications: { title: 'Aplicaciones con acceso', detail: 'Qué pueden hacer y cómo retirarlo' },
    email: { title: 'Correo electrónico', detail: 'Dónde te escribimos' },
  },
  done: {
    profile_saved: 'Tu perfil se ha guardado.',
    password_changed:
      'Tu contraseña ha cambiado y se ha cerrado la sesión en todos los demás navegadores.',
    session_ended: 'Se ha cerrado la sesión en ese navegador.',
    sessions_ended: 'Se ha cerrado la sesión en todos los demás navegadores.',
    access_removed: 'La aplicación ya no tiene acceso a tu cuenta.',
    email_change_begun: 'Mira tu correo. El cambio espera lo que se indica aquí.',
    email_code_sent: 'Otro código va de camino. El anterior ya no funciona.',
    email_change_cancelled: 'La dirección sigue como está.',
    email_proved: 'La dirección nueva está confirmada.',
    email_changed: 'Tu correo electrónico ha cambiado.',
    email_confirmed: 'Tu correo electrónico está confirmado.',
  },
  signedInTo: (site) => `Tienes la sesión iniciada en ${isolate(site)}.`,
  refused: {
    title: 'No has iniciado sesión',
    text: 'Te fuiste antes de completar el inicio de sesión. Tu cuenta sigue como estaba.',
    again: 'Iniciar sesión',
  },
  noCookie: {
    title: 'Este navegador no guarda cookies',
    text: 'Has iniciado sesión, pero el navegador no lo ha guardado. Permite las cookies de este sitio e inténtalo de nuevo.',
    again: 'Intentar de nuevo',
  },
};
