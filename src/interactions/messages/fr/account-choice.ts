import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const accountChoice: Messages['accountChoice'] = {
  title: 'Choisir un compte',
  heading: 'Choisir un compte',
  text: (client) => `Quel compte voulez-vous utiliser avec ${isolate(client)} ?`,
  continue: 'Continuer avec ce compte',
};
