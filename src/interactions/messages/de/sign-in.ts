import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const signIn: Messages['signIn'] = {
  title: 'Anmelden',
  heading: 'Anmelden',
  lead: (client) => `weiter zu ${isolate(client)}`,
  confirmTitle: 'Bestätigen Sie, dass Sie es sind',
  confirmHeading: 'Bestätigen Sie, dass Sie es sind',
  confirmLead: (client) =>
    `Geben Sie Ihr Passwort noch einmal ein; dann geht es weiter zu ${isolate(client)}`,
  otherAccount: (client) =>
    `${isolate(client)} verlangt ein anderes Konto als das, mit dem Sie angemeldet sind.`,
  identifier: 'Benutzername oder E-Mail-Adresse',
  password: 'Passwort',
  remember: 'Auf diesem Gerät angemeldet bleiben',
  submit: 'Anmelden',
  confirmSubmit: 'Weiter',
  cancel: 'Abbrechen',
  missingIdentifier: 'Geben Sie Ihren Benutzernamen oder Ihre E-Mail-Adresse ein.',
  missingPassword: 'Geben Sie Ihr Passwort ein.',
  rejected:
    'Diese Angaben passen nicht zusammen. Prüfen Sie Benutzernamen oder E-Mail-Adresse und Passwort und versuchen Sie es noch einmal.',
  locked: (wait) =>
    `Es gab zu viele Anmeldeversuche. Warten Sie ${wait} und versuchen Sie es dann noch einmal.`,
};
