import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const accountData: Messages['accountData'] = {
  downloadTitle: 'Eine Kopie Ihrer Daten',
  downloadText:
    'Eine Datei mit allem, was zu Ihrem Konto gespeichert ist: Profil, Wege zur Anmeldung, Sitzungen, Anwendungen, Aktivitäten. Ein Passwort steht nicht darin.',
  download: 'Meine Daten herunterladen',
  deleteTitle: 'Das Ende Ihres Kontos',
  deleteText: 'Alles, was dazu gespeichert ist, verschwindet endgültig.',
  toDelete: 'Mein Konto löschen',
};

export const deleteAccount: Messages['deleteAccount'] = {
  title: 'Konto löschen',
  lead: (site) =>
    `Ihr Konto bei ${isolate(site)} wird endgültig gelöscht. Niemand kann es zurückholen.`,
  profile: 'Ihr Profil und Ihre Wege zur Anmeldung werden gelöscht.',
  access: 'Sie werden überall abgemeldet, und keine Anwendung hat mehr Zugriff.',
  elsewhere:
    'Was Anwendungen über Sie gespeichert haben, bleibt bei ihnen. Bitten Sie sie, es zu löschen.',
  copyFirst: 'Möchten Sie eine Kopie? Laden Sie vorher Ihre Daten herunter.',
  sure: 'Ich weiß, dass sich das nicht rückgängig machen lässt',
  missing: 'Bestätigen Sie, dass Sie wissen, dass sich das nicht rückgängig machen lässt.',
  submit: 'Mein Konto löschen',
  keep: 'Mein Konto behalten',
  doneTitle: 'Ihr Konto ist gelöscht',
  doneText: 'Alles, was dazu gespeichert war, ist fort. Auf Wiedersehen.',
};
