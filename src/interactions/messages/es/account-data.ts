import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const accountData: Messages['accountData'] = {
  downloadTitle: 'Una copia de tus datos',
  downloadText:
    'Un archivo con todo lo que se guarda de tu cuenta: perfil, formas de iniciar sesión, sesiones, aplicaciones y actividad. No contiene ninguna contraseña.',
  download: 'Descargar mis datos',
  deleteTitle: 'El fin de tu cuenta',
  deleteText: 'Todo lo que se guarda de ella desaparece para siempre.',
  toDelete: 'Eliminar mi cuenta',
};

export const deleteAccount: Messages['deleteAccount'] = {
  title: 'Eliminar tu cuenta',
  lead: (site) =>
    `Tu cuenta en ${isolate(site)} desaparecerá para siempre. Nadie podrá recuperarla.`,
  profile: 'Tu perfil y tus formas de iniciar sesión se eliminan.',
  access: 'Se cierra tu sesión en todas partes, y ninguna aplicación tiene ya acceso.',
  elsewhere: 'Lo que las aplicaciones han guardado de ti se queda en ellas. Pídeles que lo borren.',
  copyFirst: '¿Quieres una copia? Descarga antes tus datos.',
  sure: 'Sé que no se puede deshacer',
  missing: 'Confirma que sabes que no se puede deshacer.',
  submit: 'Eliminar mi cuenta',
  keep: 'Conservar mi cuenta',
  doneTitle: 'Tu cuenta se ha eliminado',
  doneText: 'Todo lo que se guardaba de ella ha desaparecido. Adiós.',
};
