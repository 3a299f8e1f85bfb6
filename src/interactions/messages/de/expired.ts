import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const expired: Messages['expired'] = {
  title: 'Diese Anmeldung ist abgelaufen',
  text: 'Sie war zu lange offen, ist bereits abgeschlossen, oder dieser Browser hat ihre Cookies nicht mehr.',
  next: 'Gehen Sie zurück zur Anwendung und beginnen Sie noch einmal.',
  nextClient: (client) => `Gehen Sie zurück zu ${isolate(client)} und beginnen Sie noch einmal.`,
  back: (client) => `Zurück zu ${isolate(client)}`,
};
