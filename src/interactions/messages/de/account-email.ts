import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const accountEmail: Messages['accountEmail'] = {
  confirmed: 'Bestätigt',
  notConfirmed: 'Nicht bestätigt',
  none: 'Ihr Konto hat keine E-Mail-Adresse.',
  use: 'Dorthin schreiben wir Ihnen, wenn es um die Sicherheit Ihres Kontos geht, und damit kommen Sie wieder hinein.',
  change: 'E-Mail-Adresse ändern',
  add: 'E-Mail-Adresse hinzufügen',
  noMail:
    'Diese Website sendet keine E-Mails, daher lässt sich die Adresse hier nicht ändern. Bitten Sie um Hilfe.',
  confirm: 'Diese Adresse bestätigen',
  confirmLead: (address) =>
    `Wir senden einen Code an ${isolate(address)}, damit sie niemand sonst verwenden kann.`,
  send: 'Code senden',
  sent: (address) =>
    `Wir haben einen Code an ${isolate(address)} gesendet. Er funktioniert 10 Minuten lang.`,
  confirmSubmit: 'Bestätigen',
  changeLead: 'Die neue Adresse bekommt einen Code. Auch die jetzige muss zustimmen.',
  changeLeadAlone: 'Die neue Adresse bekommt einen Code.',
  newAddress: 'Neue E-Mail-Adresse',
  same: 'Das ist die Adresse, die Sie haben.',
  throttled: (wait) => `Das war zu oft. Warten Sie ${wait} und versuchen Sie es dann noch einmal.`,
  changeSubmit: 'Weiter',
  pendingHeading: (address) => `Wechsel zu ${isolate(address)}`,
  codeLead: (address) =>
    `Wir haben eine Nachricht an ${isolate(address)} gesendet. Wenn sie einen Code enthält, geben Sie ihn hier ein.`,
  proved: (address) => `${isolate(address)} ist bestätigt.`,
  awaits: (address) =>
    `Wir haben einen Link an ${isolate(address)} gesendet. Öffnen Sie ihn dort und stimmen Sie dem Wechsel zu.`,
  approved: (address) => `${isolate(address)} hat zugestimmt.`,
  until: (date) => `Das wartet bis ${date}.`,
  cancel: 'Die bisherige Adresse behalten',
  taken: 'Diese Adresse kann nicht verwendet werden. Beginnen Sie noch einmal mit einer anderen.',
  gone: 'Dieser Wechsel ist vorbei. Beginnen Sie noch einmal.',
  approveTitle: 'Wechsel der E-Mail-Adresse',
  approveHeading: 'E-Mail-Adresse wechseln?',
  approveLead: (from, to) =>
    `Jemand, der in Ihrem Konto angemeldet ist, möchte dessen Adresse von ${isolate(from)} auf ${isolate(to)} ändern.`,
  approve: 'Ändern',
  refuse: 'Das war ich nicht',
  approvedTitle: 'Sie haben zugestimmt',
  approvedText: (address) =>
    `Die Adresse ändert sich, sobald der Code, der an ${isolate(address)} gesendet wurde, auf Ihrer Kontoseite eingegeben wird.`,
  changedTitle: 'Ihre E-Mail-Adresse ist geändert',
  changedText: (address) => `Von jetzt an schreiben wir an ${isolate(address)}.`,
  refusedTitle: 'Die Adresse bleibt, wie sie ist',
  refusedText:
    'Vielleicht ist jemand anders in Ihrem Konto angemeldet. Legen Sie jetzt ein neues Passwort fest: Damit werden alle anderen abgemeldet.',
  newPassword: 'Neues Passwort festlegen',
  toAccount: 'Zu Ihrem Konto',
  invalidTitle: 'Dieser Link funktioniert nicht mehr',
  invalidText:
    'Er wurde verwendet, ist abgelaufen oder nicht vollständig. Es wurde nichts geändert.',
};
