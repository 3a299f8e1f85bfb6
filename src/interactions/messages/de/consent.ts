import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const consent: Messages['consent'] = {
  title: (client) => `${isolate(client)} zulassen?`,
  asks: (client) => `${isolate(client)} bittet um Zugriff auf Ihr Konto`,
  continueTitle: (client) => `Weiter zu ${isolate(client)}?`,
  continues: (client) => `${isolate(client)} möchte mit Ihrem Konto fortfahren`,
  able: 'Wenn Sie es zulassen, kann die Anwendung:',
  alreadyAble: 'Das haben Sie der Anwendung bereits erlaubt:',
  inApplication: (application) => `In ${isolate(application)} für Sie handeln:`,
  thirdParty: (client, site) =>
    `${isolate(client)} gehört nicht zu ${isolate(site)}. Lassen Sie dies nur zu, wenn Sie der Anwendung vertrauen.`,
  returnsToHost: (host) => `Als Nächstes kommen Sie zu ${host}`,
  returnsToDevice: 'Als Nächstes kommen Sie zurück zu einer App auf diesem Gerät',
  about: (client) => `Über ${isolate(client)}`,
  website: 'Website',
  privacy: 'Datenschutzerklärung',
  terms: 'Nutzungsbedingungen',
  allow: 'Zulassen',
  continue: 'Weiter',
  deny: 'Nicht zulassen',
};

export const scopes: Messages['scopes'] = {
  openid: { title: 'Sie wiedererkennen', detail: 'Eine Kennung Ihres Kontos hier, sonst nichts' },
  profile: { title: 'Ihr Profil sehen', detail: 'Name, Benutzername, Bild und Ähnliches' },
  email: { title: 'Ihre E-Mail-Adresse sehen', detail: '' },
  phone: { title: 'Ihre Telefonnummer sehen', detail: '' },
  address: { title: 'Ihre Postanschrift sehen', detail: '' },
  roles: { title: 'Ihre Rollen in der Anwendung sehen', detail: '' },
  offline_access: {
    title: 'Verbunden bleiben, während Sie weg sind',
    detail: 'Der Zugriff bleibt, auch wenn Sie die Anwendung schließen oder sich abmelden',
  },
};

export const claim: Messages['claim'] = (claim) =>
  `Diese Angabe von Ihnen sehen: ${isolate(claim)}`;

export const unknownScope: Messages['unknownScope'] = (scope) => `„${isolate(scope)}“ verwenden`;

export const claims: Messages['claims'] = {
  name: 'Name',
  given_name: 'Vorname',
  family_name: 'Nachname',
  middle_name: 'zweiter Vorname',
  nickname: 'Spitzname',
  preferred_username: 'Benutzername',
  profile: 'Profilseite',
  picture: 'Bild',
  website: 'Website',
  email: 'E-Mail-Adresse',
  email_verified: 'Bestätigung der E-Mail-Adresse',
  gender: 'Geschlecht',
  birthdate: 'Geburtsdatum',
  zoneinfo: 'Zeitzone',
  locale: 'Sprache',
  phone_number: 'Telefonnummer',
  phone_number_verified: 'Bestätigung der Telefonnummer',
  address: 'Postanschrift',
  updated_at: 'letzte Änderung des Profils',
  roles: 'Rollen',
};
