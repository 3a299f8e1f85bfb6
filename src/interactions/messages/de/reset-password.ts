import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const resetPassword: Messages['resetPassword'] = {
  title: 'Neues Passwort festlegen',
  heading: 'Neues Passwort festlegen',
  lead: (username) => `für ${isolate(username)}`,
  password: 'Neues Passwort',
  again: 'Neues Passwort wiederholen',
  rules: (characters) =>
    `Mindestens ${characters} Zeichen; 15 oder mehr sind besser. Ein paar Wörter sind in Ordnung.`,
  ends: 'Damit werden Sie überall abgemeldet.',
  submit: 'Passwort festlegen',
  missing: 'Geben Sie ein neues Passwort ein.',
  tooShort: (characters) => `Verwenden Sie mindestens ${characters} Zeichen.`,
  tooLong: 'Das ist zu lang. Verwenden Sie ein kürzeres Passwort.',
  common:
    'Dieses Passwort oder ein ähnliches verwenden viele. Ein paar Wörter ohne Zusammenhang sind besser.',
  pattern:
    'Das ist ein Muster, das leicht zu erraten ist. Ein paar Wörter ohne Zusammenhang sind besser.',
  personal:
    'Das ist kaum mehr als Ihre eigenen Daten oder der Name dieses Dienstes. Verwenden Sie etwas anderes.',
  different: 'Die beiden Passwörter sind nicht gleich.',
  doneTitle: 'Passwort geändert',
  doneHeading: 'Ihr Passwort ist geändert',
  doneText:
    'Sie wurden überall abgemeldet. Gehen Sie zurück zur Anwendung und melden Sie sich mit dem neuen Passwort an.',
  invalidTitle: 'Dieser Link funktioniert nicht mehr',
  invalidText:
    'Er wurde verwendet, ist abgelaufen oder nicht vollständig. Fordern Sie einen neuen an.',
};
