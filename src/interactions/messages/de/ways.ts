import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const ways: Messages['ways'] = {
  label: 'Andere Wege, sich anzumelden',
  recover: 'Passwort vergessen?',
  email_code: 'Code per E-Mail erhalten',
  register: 'Konto erstellen',
  password: 'Mit Passwort anmelden',
};

export const recover: Messages['recover'] = {
  title: 'Neues Passwort anfordern',
  heading: 'Passwort vergessen?',
  lead: 'Sagen Sie uns, wer Sie sind; wir senden Ihnen einen Link, mit dem Sie ein neues festlegen.',
  submit: 'Link senden',
  sentTitle: 'Sehen Sie in Ihr Postfach',
  sentHeading: 'Sehen Sie in Ihr Postfach',
  sentText:
    'Wenn es unter diesem Namen ein Konto gibt, ist ein Link an dessen Adresse unterwegs. Er funktioniert 20 Minuten lang.',
  sentHint:
    'Nichts angekommen? Sehen Sie im Spam-Ordner nach oder versuchen Sie es mit einem anderen Namen, den Sie verwendet haben könnten.',
  again: 'Noch einmal versuchen',
};

export const emailCode: Messages['emailCode'] = {
  title: 'Mit einem Code anmelden',
  heading: 'Mit einem Code anmelden',
  lead: 'Wir senden Ihnen per E-Mail einen Code aus sechs Ziffern. Er funktioniert 10 Minuten lang.',
  submit: 'Code senden',
  codeTitle: 'Code eingeben',
  codeHeading: 'Sehen Sie in Ihr Postfach',
  codeLead: 'Wenn es unter diesem Namen ein Konto gibt, ist ein Code an dessen Adresse unterwegs.',
};

export const register: Messages['register'] = {
  title: 'Konto erstellen',
  heading: 'Konto erstellen',
  lead: (client) => `weiter zu ${isolate(client)}`,
  email: 'E-Mail-Adresse',
  emailHint: 'Wir senden einen Code dorthin. Später melden Sie sich damit an.',
  name: 'Name',
  nameHint: 'Wie man Sie nennt.',
  password: 'Passwort',
  submit: 'Weiter',
  haveOne: 'Ich habe ein Konto',
  terms: 'Wenn Sie fortfahren, akzeptieren Sie die Nutzungsbedingungen dieser Website.',
  codeTitle: 'E-Mail-Adresse bestätigen',
  codeHeading: 'Sehen Sie in Ihr Postfach',
  codeLead: (address) =>
    `Wir haben eine Nachricht an ${isolate(address)} gesendet. Wenn sie einen Code enthält, geben Sie ihn hier ein.`,
  codeSubmit: 'Konto erstellen',
  problems: {
    email: {
      missing: 'Geben Sie Ihre E-Mail-Adresse ein.',
      malformed: 'Das ist keine E-Mail-Adresse. Sie sieht aus wie name@example.com.',
      mixed_scripts:
        'In dieser Adresse sind Buchstaben verschiedener Alphabete gemischt. Verwenden Sie eine andere.',
    },
    name: {
      missing: 'Geben Sie Ihren Namen ein.',
      too_long: 'Dieser Name ist zu lang. Verwenden Sie eine kürzere Form.',
      unprintable:
        'Dieser Name enthält Zeichen, die nicht angezeigt werden können. Geben Sie ihn noch einmal ein.',
    },
  },
};

export const verifyEmail: Messages['verifyEmail'] = {
  title: 'E-Mail-Adresse bestätigen',
  heading: 'E-Mail-Adresse bestätigen',
  lead: (address) =>
    `Noch hat niemand ${isolate(address)} bestätigt. Wir senden einen Code dorthin, damit sie niemand sonst verwenden kann.`,
  send: 'Code senden',
  later: 'Nicht jetzt',
  codeLead: (address) =>
    `Wir haben einen Code an ${isolate(address)} gesendet. Er funktioniert 10 Minuten lang.`,
  codeSubmit: 'Bestätigen',
};

export const mailedCode: Messages['mailedCode'] = {
  label: 'Code',
  hint: 'Sechs Ziffern.',
  submit: 'Weiter',
  resend: 'Neuen Code senden',
  resent: 'Ein neuer Code ist unterwegs. Der vorige funktioniert nicht mehr.',
  missing: 'Geben Sie den Code aus der E-Mail ein.',
  rejected: 'Das ist nicht der Code. Prüfen Sie ihn und versuchen Sie es noch einmal.',
  expired: 'Dieser Code funktioniert nicht mehr. Fordern Sie einen neuen an.',
  locked: (wait) =>
    `Es gab zu viele falsche Codes. Warten Sie ${wait} und versuchen Sie es dann noch einmal.`,
  pause: (wait) =>
    `Wartezeit bis zum nächsten Code: ${wait}. Vielleicht ist noch eine Nachricht unterwegs.`,
  missingName: 'Geben Sie Ihren Benutzernamen oder Ihre E-Mail-Adresse ein.',
};

export const invitation: Messages['invitation'] = {
  title: 'Erstellen Sie Ihr Konto',
  heading: (site) => `Willkommen bei ${isolate(site)}`,
  lead: (address) => `Sie wurden eingeladen, ein Konto für ${isolate(address)} zu erstellen`,
  submit: 'Konto erstellen',
  doneTitle: 'Ihr Konto ist bereit',
  doneHeading: 'Ihr Konto ist bereit',
  doneText: 'Melden Sie sich mit Ihrer E-Mail-Adresse und dem eben gewählten Passwort an.',
  goOn: 'Zu Ihrem Konto',
  invalidTitle: 'Diese Einladung funktioniert nicht mehr',
  invalidText:
    'Sie wurde verwendet, ist abgelaufen oder nicht vollständig. Bitten Sie um eine neue.',
  hasAccountTitle: 'Sie haben bereits ein Konto',
  hasAccountText: 'Unter dieser Adresse gibt es ein Konto. Melden Sie sich damit an.',
};
