import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const recoveryCodes: Messages['recoveryCodes'] = {
  title: 'Guardar tus códigos de recuperación',
  heading: 'Guarda tus códigos de recuperación',
  lead: 'Si pierdes el teléfono o la llave de acceso, con uno de estos códigos puedes entrar. Cada uno funciona una sola vez.',
  once: 'Solo los ves ahora. Imprímelos o guárdalos en un gestor de contraseñas.',
  download: 'Guardar como archivo',
  fileName: 'codigos-de-recuperacion.txt',
  fileHeading: (username, site) =>
    `Códigos de recuperación de ${username} para ${site}. Cada uno funciona una sola vez.`,
  printed: (username, site) => `${isolate(username)}, ${isolate(site)}`,
  submit: 'Los he guardado',
};
