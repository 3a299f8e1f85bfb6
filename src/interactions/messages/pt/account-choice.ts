import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const accountChoice: Messages['accountChoice'] = {
  title: 'Escolher uma conta',
  heading: 'Escolher uma conta',
  text: (client) => `Qual conta você quer usar com ${isolate(client)}?`,
  continue: 'Continuar com esta conta',
};
