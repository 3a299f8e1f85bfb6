import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const accountMethods: Messages['accountMethods'] = {
  lead: 'Ein Passkey oder ein zweiter Schritt hält andere fern, die Ihr Passwort erfahren.',
  on: 'Ein',
  off: 'Aus',
  none: 'Keine',
  passkeys: 'Passkeys',
  app: 'Authenticator-App',
  recoveryCodes: 'Wiederherstellungscodes',
  left: (count) => `Noch ${count}`,
  browsers: 'Gemerkte Browser',
  connected: 'Verbundene Konten',
  added: (date) => `Hinzugefügt am ${date}`,
  lastUsed: (when) => `Zuletzt verwendet ${when}`,
  neverUsed: 'Noch nicht verwendet',
  remove: 'Entfernen',
  removeNamed: (name) => `${isolate(name)} entfernen`,
  required:
    'Hier wird ein zweiter Schritt verlangt. Fügen Sie einen anderen hinzu, bevor Sie diesen entfernen.',
  onlyWay: 'Nur so kommen Sie in Ihr Konto. Legen Sie ein Passwort fest, bevor Sie das entfernen.',
};

export const accountPasskeys: Messages['accountPasskeys'] = {
  lead: 'Sie melden sich mit Fingerabdruck, Gesicht, PIN oder Sicherheitsschlüssel an. Es gibt nichts einzugeben und nichts, was Ihnen jemand stehlen könnte.',
  none: 'Sie haben noch keinen Passkey.',
  unavailable: 'Unter dieser Adresse funktionieren Passkeys nicht.',
  addLead: 'Ihr Browser fragt, wo er aufbewahrt werden soll, und wer Sie sind.',
  synced: 'Auf mehreren Geräten',
  oneDevice: 'Auf einem Gerät',
  rename: 'Umbenennen',
  renameNamed: (name) => `${isolate(name)} umbenennen`,
  newName: 'Neuer Name',
  save: 'Speichern',
  add: 'Passkey hinzufügen',
};

export const accountApp: Messages['accountApp'] = {
  lead: 'Eine App auf Ihrem Telefon zeigt alle 30 Sekunden einen neuen Code. Nach dem Passwort fragen wir danach.',
  setUp: 'App einrichten',
  replace: 'Stattdessen eine andere App einrichten',
  name: 'Authenticator-App',
};

export const accountRecoveryCodes: Messages['accountRecoveryCodes'] = {
  lead: 'Wenn Sie Ihr Telefon oder Ihren Passkey verlieren, kommen Sie mit einem dieser Codes hinein. Jeder funktioniert einmal.',
  noFactor:
    'Sie vertreten einen Passkey oder eine Authenticator-App. Richten Sie zuerst eines davon ein.',
  few: 'Sie haben nur noch wenige Codes. Erstellen Sie neue.',
  make: 'Neue Codes erstellen',
  replaces: 'Die Codes, die Sie jetzt haben, funktionieren dann nicht mehr.',
};

export const accountBrowsers: Messages['accountBrowsers'] = {
  lead: 'In diesen Browsern wollten Sie 30 Tage lang nicht nach dem zweiten Schritt gefragt werden.',
  none: 'Kein Browser ist gemerkt. Jede Anmeldung fragt nach dem zweiten Schritt.',
  remembered: (date, address) =>
    address === '' ? `Gemerkt am ${date}` : `Gemerkt am ${date}, von ${isolate(address)}`,
  until: (date) => `Bis ${date}`,
  forget: 'Vergessen',
  forgetNamed: (browser) => `${isolate(browser)} vergessen`,
  forgetAll: 'Alle vergessen',
};

export const accountConnected: Messages['accountConnected'] = {
  lead: 'Sie können sich mit den Konten anmelden, die Sie anderswo haben.',
  none: 'Kein Konto ist verbunden.',
  as: (who) => `als ${isolate(who)}`,
  connect: (provider) => `${isolate(provider)} verbinden`,
  disconnect: 'Trennen',
  disconnectNamed: (provider) => `${isolate(provider)} trennen`,
  taken: (provider) =>
    `Dieses Konto bei ${isolate(provider)} ist hier mit einem anderen Konto verbunden.`,
};
