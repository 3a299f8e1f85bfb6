import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const accountChoice: Messages['accountChoice'] = {
  title: 'Elegir una cuenta',
  heading: 'Elegir una cuenta',
  text: (client) => `¿Qué cuenta quieres usar con ${isolate(client)}?`,
  continue: 'Continuar con esta cuenta',
};
