import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const expired: Messages['expired'] = {
  title: 'Este inicio de sesión ha caducado',
  text: 'Estuvo abierto demasiado tiempo, ya había terminado o este navegador ya no tiene sus cookies.',
  next: 'Vuelve a la aplicación y empieza de nuevo.',
  nextClient: (client) => `Vuelve a ${isolate(client)} y empieza de nuevo.`,
  back: (client) => `Volver a ${isolate(client)}`,
};
