import type { Messages } from '../catalogue.ts';

export const accountPage: Messages['accountPage'] = {
  title: 'Ihr Konto',
  skip: 'Zum Inhalt springen',
  signOut: 'Abmelden',
  sections: {
    overview: { title: 'Übersicht', detail: '' },
    profile: { title: 'Profil', detail: 'Name, Sprache, Telefon und Anschrift' },
    password: { title: 'Passwort', detail: 'Ein neues festlegen' },
    sessions: {
      title: 'Wo Sie angemeldet sind',
      detail: 'Browser und Geräte, und wie Sie sich dort abmelden',
    },
    applications: {
      title: 'Anwendungen mit Zugriff',
      detail: 'Was sie können, und wie Sie es zurücknehmen',
    },
    email: { title: 'E-Mail-Adresse', detail: 'Wohin wir Ihnen schreiben' },
    methods: {
      title: 'Wege zur Anmeldung',
      detail: 'Passkeys, zweiter Schritt, Wiederherstellungscodes',
    },
    activity: { title: 'Letzte Aktivitäten', detail: 'Was mit Ihrem Konto geschah, und wann' },
    data: { title: 'Ihre Daten', detail: 'Herunterladen oder das Konto löschen' },
  },
  done: {
    profile_saved: 'Ihr Profil ist gespeichert.',
    password_changed: 'Ihr Passwort ist geändert, und alle anderen Browser sind abgemeldet.',
    session_ended: 'Dieser Browser ist abgemeldet.',
    sessions_ended: 'Alle anderen Browser sind abgemeldet.',
    access_removed: 'Die Anwendung hat keinen Zugriff mehr auf Ihr Konto.',
    email_change_begun:
      'Sehen Sie in Ihr Postfach. Der Wechsel wartet auf das, was hier aufgeführt ist.',
    email_code_sent: 'Ein neuer Code ist unterwegs. Der vorige funktioniert nicht mehr.',
    email_change_cancelled: 'Die Adresse bleibt, wie sie ist.',
    email_proved: 'Die neue Adresse ist bestätigt.',
    email_changed: 'Ihre E-Mail-Adresse ist geändert.',
    email_confirmed: 'Ihre E-Mail-Adresse ist bestätigt.',
    app_added: 'Ihre App ist eingerichtet. Ab jetzt fragen wir nach ihren Codes.',
    app_removed: 'Die App ist entfernt. Ihre Codes funktionieren nicht mehr.',
    recovery_codes_saved:
      'Bewahren Sie Ihre Wiederherstellungscodes dort auf, wo nur Sie sie finden.',
    passkey_added: 'Ihr Passkey ist hinzugefügt. Sie können sich jetzt damit anmelden.',
    passkey_renamed: 'Der Name ist gespeichert.',
    passkey_removed: 'Der Passkey ist entfernt. Löschen Sie ihn auch auf Ihrem Gerät.',
    browser_forgotten: 'Dieser Browser ist vergessen.',
    browsers_forgotten: 'Alle Browser sind vergessen.',
    account_connected: 'Das Konto ist verbunden. Sie können sich jetzt damit anmelden.',
    account_disconnected: 'Das Konto ist getrennt.',
  },
  refused: {
    title: 'Sie sind nicht angemeldet',
    text: 'Sie sind gegangen, bevor die Anmeldung abgeschlossen war. Ihr Konto ist, wie es war.',
    again: 'Anmelden',
  },
  noCookie: {
    title: 'Dieser Browser behält keine Cookies',
    text: 'Sie haben sich angemeldet, aber der Browser hat es nicht behalten. Lassen Sie Cookies für diese Website zu und versuchen Sie es dann noch einmal.',
    again: 'Noch einmal versuchen',
  },
};
