import { isolate } from '../../../languages/display-text.ts';

export const newFactor = {
  title: 'Add a second step',
  heading: 'Add a second step',
  /** Who asks for it: the site itself, or the application that the person is on the way to. */
  lead: (who: string) =>
    `${isolate(who)} asks for more than a password, so that nobody else gets in with yours alone.`,
  choose: 'What do you want to use?',
  methods: {
    totp: {
      name: 'An authenticator app',
      detail: 'An app on your phone shows a new code every 30 seconds.',
    },
    passkey: {
      name: 'A passkey',
      detail: 'Your fingerprint, face, PIN or security key. Nothing to type.',
    },
  },
  submit: 'Continue',
  change: 'Use something else',
  totp: {
    title: 'Set up your app',
    heading: 'Set up your authenticator app',
    scan: 'Open your authenticator app, or install one, and scan this square with it.',
    qr: 'QR code that holds the key below',
    open: 'Open it on this device',
    cannotScan: 'Can’t scan it?',
    key: 'Type this key into your app instead. It is for codes that change with the time.',
    code: 'Type the six digits that your app shows then.',
    label: 'Six-digit code',
    missing: 'Enter the six digits that your app shows.',
    wrong:
      'That code is not right. Type the one that your app shows now; if it keeps failing, set your device’s clock to automatic.',
    expired:
      'That took too long, so there is a new square to scan. Delete the old entry from your app.',
  },
  passkey: {
    title: 'Add a passkey',
    heading: 'Add a passkey',
    about:
      'Your browser asks where to keep it: on this device, in a password manager, or on a security key.',
  },
};
