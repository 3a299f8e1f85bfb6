import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const accountChoice: Messages['accountChoice'] = {
  title: 'Konto auswählen',
  heading: 'Konto auswählen',
  text: (client) => `Mit welchem Konto möchten Sie ${isolate(client)} verwenden?`,
  continue: 'Mit diesem Konto fortfahren',
};
