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
    methods: {
      title: 'Formas de iniciar sesión',
      detail: 'Llaves de acceso, segundo paso, códigos de recuperación',
    },
    activity: { title: 'Actividad reciente', detail: 'Qué ha pasado en tu cuenta y cuándo' },
    data: { title: 'Tus datos', detail: 'Descargarlos o eliminar tu cuenta' },
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
    app_added: 'Tu aplicación está configurada. A partir de ahora pedimos sus códigos.',
    app_removed: 'La aplicación se ha eliminado. Sus códigos ya no funcionan.',
    recovery_codes_saved: 'Guarda tus códigos de recuperación donde solo tú los encuentres.',
    passkey_added: 'Tu llave de acceso está añadida. Ya puedes iniciar sesión con ella.',
    passkey_renamed: 'El nombre está guardado.',
    passkey_removed: 'La llave de acceso se ha eliminado. Bórrala también de tu dispositivo.',
    browser_forgotten: 'Ese navegador se ha olvidado.',
    browsers_forgotten: 'Se han olvidado todos los navegadores.',
    account_connected: 'La cuenta está conectada. Ya puedes iniciar sesión con ella.',
    account_disconnected: 'La cuenta está desconectada.',
  },
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
