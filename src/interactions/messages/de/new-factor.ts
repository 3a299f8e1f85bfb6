import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const newFactor: Messages['newFactor'] = {
  title: 'Zweiten Schritt hinzufügen',
  heading: 'Zweiten Schritt hinzufügen',
  lead: (who) =>
    `${isolate(who)} verlangt mehr als ein Passwort, damit mit Ihrem allein niemand sonst hineinkommt.`,
  choose: 'Was möchten Sie verwenden?',
  methods: {
    totp: {
      name: 'Eine Authenticator-App',
      detail: 'Eine App auf Ihrem Telefon zeigt alle 30 Sekunden einen neuen Code.',
    },
    passkey: {
      name: 'Einen Passkey',
      detail: 'Fingerabdruck, Gesicht, PIN oder Sicherheitsschlüssel. Nichts zu tippen.',
    },
  },
  submit: 'Weiter',
  change: 'Etwas anderes verwenden',
  totp: {
    title: 'App einrichten',
    heading: 'Authenticator-App einrichten',
    scan: 'Öffnen oder installieren Sie eine Authenticator-App und scannen Sie damit dieses Quadrat.',
    qr: 'QR-Code mit dem Schlüssel darunter',
    open: 'Auf diesem Gerät öffnen',
    cannotScan: 'Scannen geht nicht?',
    key: 'Geben Sie stattdessen diesen Schlüssel in Ihrer App ein. Er ist für Codes, die sich mit der Zeit ändern.',
    code: 'Geben Sie die sechs Ziffern ein, die Ihre App dann zeigt.',
    label: 'Sechsstelliger Code',
    missing: 'Geben Sie die sechs Ziffern ein, die Ihre App zeigt.',
    wrong:
      'Dieser Code ist nicht richtig. Geben Sie den ein, den Ihre App jetzt zeigt; wenn es dabei bleibt, stellen Sie die Uhr Ihres Geräts auf automatisch.',
    expired:
      'Das hat zu lange gedauert, deshalb gibt es ein neues Quadrat zu scannen. Löschen Sie den alten Eintrag in Ihrer App.',
  },
  passkey: {
    title: 'Passkey hinzufügen',
    heading: 'Passkey hinzufügen',
    about:
      'Ihr Browser fragt, wo er ihn aufbewahren soll: auf diesem Gerät, in einem Passwortmanager oder auf einem Sicherheitsschlüssel.',
  },
};
