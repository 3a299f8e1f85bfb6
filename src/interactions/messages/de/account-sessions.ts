import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const accountSessions: Messages['accountSessions'] = {
  lead: 'Melden Sie sich überall ab, wo Sie sich nicht wiedererkennen, und legen Sie dann ein neues Passwort fest.',
  here: 'Dieser Browser',
  browserOn: (browser, system) => `${browser} unter ${system}`,
  unknownBrowser: 'Unbekannter Browser',
  seen: (when, address) => `Zuletzt verwendet: ${when}, von ${isolate(address)}`,
  seenSomewhere: (when) => `Zuletzt verwendet: ${when}`,
  signedIn: (date) => `Angemeldet: ${date}`,
  used: (applications) => `Verwendet für ${isolate(applications)}`,
  end: 'Abmelden',
  endNamed: (browser) => `Von ${isolate(browser)} abmelden`,
  endOthers: 'Überall sonst abmelden',
  alone: 'Sie sind sonst nirgends angemeldet.',
};
