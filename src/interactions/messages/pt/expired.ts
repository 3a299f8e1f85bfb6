import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const expired: Messages['expired'] = {
  title: 'Esta entrada expirou',
  text: 'Ela ficou aberta por tempo demais, já tinha terminado ou este navegador não tem mais os cookies dela.',
  next: 'Volte ao aplicativo e comece de novo.',
  nextClient: (client) => `Volte a ${isolate(client)} e comece de novo.`,
  back: (client) => `Voltar a ${isolate(client)}`,
};
