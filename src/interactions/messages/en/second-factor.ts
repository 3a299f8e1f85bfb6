import { isolate } from '../../../languages/display-text.ts';

export const secondFactor = {
  /** By method. */
  totp: {
    title: 'Enter a code',
    heading: 'Enter the code from your app',
    lead: (site: string) =>
      `Open your authenticator app and type the six digits that it shows for ${isolate(site)}.`,
    label: 'Six-digit code',
    missing: 'Enter the six digits that your app shows.',
    rejected:
      'That code is not right. Type the one that your app shows now; if it keeps failing, set your device’s clock to automatic.',
  },
  recovery_code: {
    title: 'Enter a recovery code',
    heading: 'Enter a recovery code',
    lead: 'Type one of the codes that you saved. Each of them works once.',
    label: 'Recovery code',
    missing: 'Enter one of your recovery codes.',
    rejected: 'That is not one of your recovery codes, or you have used it before.',
  },
  passkey: {
    title: 'Use your passkey',
    heading: 'Use your passkey',
    lead: 'Confirm it’s you with your fingerprint, face, PIN or security key.',
    unavailable: 'A passkey needs JavaScript, and a browser that knows passkeys.',
  },
  reused: 'You have used that code before. Wait until your app shows the next one.',
  locked: (wait: string) => `There have been too many wrong codes. Wait ${wait}, then try again.`,
  remember: (time: string) => `Don’t ask again in this browser for ${time}`,
  submit: 'Continue',
  others: 'Another way',
  /** By method: buttons that lead to it. */
  use: {
    totp: 'Use your authenticator app',
    passkey: 'Use a passkey',
    recovery_code: 'Use a recovery code',
  },
  noOther: (site: string) =>
    `If you can’t do that, ask the people who run ${isolate(site)} for help.`,
};
