import { isolate } from '../../../languages/display-text.ts';

export const recoveryCodes = {
  title: 'Save your recovery codes',
  heading: 'Save your recovery codes',
  lead: 'If you lose your phone or your passkey, one of these codes lets you in. Each of them works once.',
  once: 'You see them only now. Print them, or keep them in a password manager.',
  download: 'Save as a file',
  fileName: 'recovery-codes.txt',
  fileHeading: (username: string, site: string) =>
    `Recovery codes of ${username} for ${site}. Each of them works once.`,
  printed: (username: string, site: string) => `${isolate(username)}, ${isolate(site)}`,
  submit: 'I have saved them',
};
