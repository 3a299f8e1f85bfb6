import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const recoveryCodes: Messages['recoveryCodes'] = {
  title: 'Wiederherstellungscodes aufbewahren',
  heading: 'Bewahren Sie Ihre Wiederherstellungs\u00adcodes auf',
  lead: 'Wenn Sie Ihr Telefon oder Ihren Passkey verlieren, kommen Sie mit einem dieser Codes hinein. Jeder funktioniert einmal.',
  once: 'Sie sehen sie nur jetzt. Drucken Sie sie aus oder legen Sie sie in einem Passwortmanager ab.',
  download: 'Als Datei speichern',
  fileName: 'wiederherstellungscodes.txt',
  fileHeading: (username, site) =>
    `Wiederherstellungscodes von ${username} für ${site}. Jeder funktioniert einmal.`,
  printed: (username, site) => `${isolate(username)}, ${isolate(site)}`,
  submit: 'Ich habe sie aufbewahrt',
};
