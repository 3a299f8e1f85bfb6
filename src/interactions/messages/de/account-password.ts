import type { Messages } from '../catalogue.ts';

export const accountPassword: Messages['accountPassword'] = {
  changed: (date) => `Zuletzt geändert am ${date}.`,
  none: 'Ihr Konto hat kein Passwort. Sie können eines festlegen und sich auch damit anmelden.',
  password: 'Neues Passwort',
  again: 'Neues Passwort wiederholen',
  ends: 'Alle anderen Browser, Geräte und Anwendungen werden abgemeldet.',
  submit: 'Neues Passwort festlegen',
};
