import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const logout: Messages['logout'] = {
  title: 'Abmelden',
  heading: (site) => `Von ${isolate(site)} abmelden?`,
  text: 'Die nächste Anwendung, die Sie öffnen, wird Sie bitten, sich wieder anzumelden.',
  askedBy: (client) => `${isolate(client)} hat darum gebeten, Sie abzumelden.`,
  confirm: 'Abmelden',
  stay: 'Angemeldet bleiben',
  doneTitle: 'Abgemeldet',
  doneHeading: 'Sie sind abgemeldet',
  doneText: 'Schließen Sie an einem gemeinsam genutzten Computer auch alle Browserfenster.',
  clientDoneHeading: (client) => `Sie sind von ${isolate(client)} abgemeldet`,
  clientDoneText: (site) => `Bei ${isolate(site)} sind Sie weiterhin angemeldet.`,
};
