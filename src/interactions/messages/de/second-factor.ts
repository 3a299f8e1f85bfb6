import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const secondFactor: Messages['secondFactor'] = {
  totp: {
    title: 'Code eingeben',
    heading: 'Geben Sie den Code aus Ihrer App ein',
    lead: (site) =>
      `Öffnen Sie Ihre Authenticator-App und geben Sie die sechs Ziffern ein, die sie für ${isolate(site)} zeigt.`,
    label: 'Sechsstelliger Code',
    missing: 'Geben Sie die sechs Ziffern ein, die Ihre App zeigt.',
    rejected:
      'Dieser Code ist nicht richtig. Geben Sie den ein, den Ihre App jetzt zeigt; wenn es dabei bleibt, stellen Sie die Uhr Ihres Geräts auf automatisch.',
  },
  recovery_code: {
    title: 'Wiederherstellungscode eingeben',
    heading: 'Geben Sie einen Wiederherstellungs\u00adcode ein',
    lead: 'Geben Sie einen der Codes ein, die Sie aufbewahrt haben. Jeder funktioniert einmal.',
    label: 'Wiederherstellungscode',
    missing: 'Geben Sie einen Ihrer Wiederherstellungscodes ein.',
    rejected: 'Das ist keiner Ihrer Wiederherstellungscodes, oder Sie haben ihn schon verwendet.',
  },
  passkey: {
    title: 'Passkey verwenden',
    heading: 'Passkey verwenden',
    lead: 'Bestätigen Sie mit Fingerabdruck, Gesicht, PIN oder Sicherheitsschlüssel, dass Sie es sind.',
    unavailable: 'Ein Passkey braucht JavaScript und einen Browser, der Passkeys kennt.',
  },
  reused: 'Diesen Code haben Sie schon verwendet. Warten Sie, bis Ihre App den nächsten zeigt.',
  locked: (wait) =>
    `Es gab zu viele falsche Codes. Warten Sie ${wait} und versuchen Sie es dann noch einmal.`,
  remember: (time) => `In diesem Browser nicht mehr fragen (${time} lang)`,
  submit: 'Weiter',
  others: 'Ein anderer Weg',
  use: {
    totp: 'Authenticator-App verwenden',
    passkey: 'Passkey verwenden',
    recovery_code: 'Wiederherstellungscode verwenden',
  },
  noOther: (site) =>
    `Wenn Sie das nicht können, bitten Sie die Betreiber von ${isolate(site)} um Hilfe.`,
};
