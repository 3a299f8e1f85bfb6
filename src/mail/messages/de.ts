import { isolate } from '../../languages/display-text.ts';
import { createFormats } from '../../languages/formats.ts';
import type { MailMessages } from './en.ts';

/** German; docs/translating.md says which words it uses. */
export const de: MailMessages = {
  lang: 'de',
  dir: 'ltr',
  formats: createFormats('de'),

  greeting: (name) => `Guten Tag ${isolate(name)},`,
  codeWorks: (time) => `Er funktioniert einmal und ${time} lang.`,
  linkWorks: (time) => `Der Link funktioniert einmal und ${time} lang.`,
  keepCode: (site) =>
    `Niemand von ${isolate(site)} wird Sie nach diesem Code fragen. Geben Sie ihn nicht weiter.`,
  buttonFails: 'Wenn die Schaltfläche nichts bewirkt, öffnen Sie diese Adresse in Ihrem Browser:',
  footer: (site) => `Gesendet von ${isolate(site)}. Antworten auf diese Nachricht liest niemand.`,
  help: 'Hilfe',

  facts: {
    when: 'Wann',
    browser: 'Browser',
    address: 'Netzwerkadresse',
    item: 'Name',
    newAddress: 'Neue Adresse',
  },

  verifyEmailCode: {
    subject: (site) => `Ihr Code, um Ihre Adresse für ${isolate(site)} zu bestätigen`,
    heading: 'Bestätigen Sie Ihre E-Mail-Adresse',
    text: 'Geben Sie diesen Code auf der Seite ein, die ihn verlangt hat:',
    unasked:
      'Wenn Sie ihn nicht angefordert haben, brauchen Sie nichts zu tun. Vielleicht hat sich jemand bei der Adresse vertippt.',
  },

  signInCode: {
    subject: (site) => `Ihr Code zum Anmelden bei ${isolate(site)}`,
    heading: 'Ihr Anmeldecode',
    text: 'Geben Sie diesen Code auf der Seite ein, auf der Sie sich gerade anmelden:',
    unasked:
      'Wenn Sie sich gerade nicht anmelden, versucht es jemand anders. Ohne den Code kommt niemand weiter.',
  },

  resetPassword: {
    subject: (site) => `Neues Passwort für ${isolate(site)} festlegen`,
    heading: 'Neues Passwort festlegen',
    text: 'Jemand hat einen Link angefordert, mit dem sich für Ihr Konto ein neues Passwort festlegen lässt.',
    action: 'Neues Passwort festlegen',
    unasked:
      'Wenn Sie das nicht waren, brauchen Sie nichts zu tun: Ihr Passwort bleibt, wie es ist, solange niemand diesen Link verwendet.',
  },

  addressInUse: {
    subject: (site) => `Sie haben bereits ein Konto bei ${isolate(site)}`,
    heading: 'Sie haben bereits ein Konto',
    text: 'Jemand wollte sich mit dieser E-Mail-Adresse registrieren, für die es schon ein Konto gibt.',
    ifYou: 'Wenn Sie das waren, melden Sie sich damit an:',
    action: 'Anmelden',
    reset: 'Neues Passwort festlegen',
    unasked:
      'Wenn Sie das nicht waren, brauchen Sie nichts zu tun. Niemand ist in Ihr Konto gelangt, und niemand hat erfahren, dass es existiert.',
  },

  invitation: {
    subject: (site) => `Ihre Einladung zu ${isolate(site)}`,
    heading: (site) => `Sie sind zu ${isolate(site)} eingeladen`,
    by: (name, site) =>
      `${isolate(name)} lädt Sie ein, ein Konto bei ${isolate(site)} zu erstellen.`,
    text: (site) => `Sie können ein Konto bei ${isolate(site)} erstellen.`,
    action: 'Einladung annehmen',
    unasked: 'Wenn Sie sie nicht erwartet haben, brauchen Sie nichts zu tun.',
  },

  changeEmailConfirm: {
    subject: (site) => `Bestätigen Sie Ihre neue Adresse für ${isolate(site)}`,
    heading: 'Bestätigen Sie Ihre neue E-Mail-Adresse',
    codeText:
      'Damit dies die Adresse Ihres Kontos wird, geben Sie diesen Code auf der Seite ein, die ihn verlangt hat:',
    linkText: 'Damit dies die Adresse Ihres Kontos wird, bestätigen Sie sie:',
    action: 'Diese Adresse bestätigen',
    unasked:
      'Wenn Sie das nicht angefordert haben, brauchen Sie nichts zu tun. Vielleicht hat sich jemand bei der Adresse vertippt.',
  },

  changeEmailNotice: {
    subject: (site) => `Ihre Adresse für ${isolate(site)} soll geändert werden`,
    heading: 'Ihre E-Mail-Adresse soll geändert werden',
    text: 'Jemand, der in Ihrem Konto angemeldet ist, hat eine neue E-Mail-Adresse verlangt.',
    approveText: 'Wenn Sie das waren, stimmen Sie der Änderung zu:',
    action: 'Neuer Adresse zustimmen',
    unasked:
      'Wenn Sie das nicht waren, stimmen Sie nicht zu. Legen Sie sofort ein neues Passwort fest: Jemand anders ist in Ihrem Konto angemeldet.',
    unaskedNoLink:
      'Wenn Sie das nicht waren, legen Sie sofort ein neues Passwort fest: Jemand anders ist in Ihrem Konto angemeldet.',
  },

  securityNotice: {
    events: {
      password_changed: {
        subject: 'Ihr Passwort wurde geändert',
        text: 'Das Passwort Ihres Kontos wurde geändert.',
      },
      email_changed: {
        subject: 'Ihre E-Mail-Adresse wurde geändert',
        text: 'Ihr Konto hat eine neue E-Mail-Adresse. Nachrichten dazu gehen nicht mehr an die alte.',
      },
      second_factor_added: {
        subject: 'Ihrer Anmeldung wurde ein zweiter Schritt hinzugefügt',
        text: 'Von jetzt an kann bei der Anmeldung in Ihrem Konto ein weiterer Nachweis verlangt werden, dass Sie es sind.',
      },
      second_factor_removed: {
        subject: 'Ein zweiter Schritt wurde aus Ihrer Anmeldung entfernt',
        text: 'Bei der Anmeldung in Ihrem Konto wird dieser Nachweis, dass Sie es sind, nicht mehr verlangt.',
      },
      passkey_added: {
        subject: 'Ihrem Konto wurde ein Passkey hinzugefügt',
        text: 'Wer diesen Passkey hat, kann sich in Ihrem Konto anmelden.',
      },
      passkey_removed: {
        subject: 'Ein Passkey wurde aus Ihrem Konto entfernt',
        text: 'Mit diesem Passkey kann sich niemand mehr in Ihrem Konto anmelden.',
      },
      recovery_codes_made: {
        subject: 'Für Ihr Konto wurden neue Wiederherstellungscodes erstellt',
        text: 'Frühere Wiederherstellungscodes funktionieren nicht mehr.',
      },
      recovery_code_used: {
        subject: 'Ein Wiederherstellungscode Ihres Kontos wurde verwendet',
        text: 'Jemand hat sich mit einem Ihrer Wiederherstellungscodes angemeldet. Er funktioniert kein zweites Mal.',
      },
      sign_in_method_linked: {
        subject: 'Ihrem Konto wurde ein neuer Weg zur Anmeldung hinzugefügt',
        text: 'Ihr Konto wurde mit einem Konto an anderer Stelle verknüpft, das sich nun hier anmeldet.',
      },
      sign_in_method_unlinked: {
        subject: 'Ein Weg zur Anmeldung wurde aus Ihrem Konto entfernt',
        text: 'Ein Konto an anderer Stelle meldet sich nicht mehr in Ihrem an.',
      },
      sessions_ended: {
        subject: 'Sie wurden überall abgemeldet',
        text: 'Alle Sitzungen Ihres Kontos wurden beendet. In jedem Browser und jeder App ist eine neue Anmeldung nötig.',
      },
      account_deleted: {
        subject: 'Ihr Konto wurde gelöscht',
        text: 'Ihr Konto und was damit gespeichert war, gibt es nicht mehr. Dies ist die letzte Nachricht dazu.',
      },
    },
    yours: 'Wenn Sie das waren, brauchen Sie nichts zu tun.',
    notYou:
      'Wenn Sie das nicht waren, ist vielleicht jemand anders in Ihr Konto gelangt. Kümmern Sie sich sofort darum: Legen Sie ein neues Passwort fest und beenden Sie alle Sitzungen.',
    action: 'Zu Ihrem Konto',
    notYouNoLink: (site) =>
      `Wenn Sie das nicht waren, sagen Sie es sofort den Betreibern von ${isolate(site)}.`,
  },
};
