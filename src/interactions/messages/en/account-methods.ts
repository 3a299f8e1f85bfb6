import { isolate } from '../../../languages/display-text.ts';

/** How a person signs in: what is on their account page besides the password. */
export const accountMethods = {
  lead: 'A passkey or a second step keeps others out who learn your password.',
  on: 'On',
  off: 'Off',
  none: 'None',
  passkeys: 'Passkeys',
  app: 'Authenticator app',
  recoveryCodes: 'Recovery codes',
  left: (count: string) => `${count} left`,
  browsers: 'Remembered browsers',
  connected: 'Connected accounts',

  added: (date: string) => `Added on ${date}`,
  lastUsed: (when: string) => `Last used ${when}`,
  neverUsed: 'Not used yet',
  remove: 'Remove',
  removeNamed: (name: string) => `Remove ${isolate(name)}`,
  /** Why the last second step stays. */
  required: 'This site asks for a second step. Add another one before you remove this one.',
  /** Why the last way to sign in stays. */
  onlyWay: 'This is the only way into your account. Set a password before you remove it.',
};

export const accountPasskeys = {
  lead: 'You sign in with your fingerprint, face, PIN or security key. There is nothing to type, and nothing that anybody could steal from you.',
  none: 'You have no passkey yet.',
  unavailable: 'Passkeys do not work at this address.',
  add: 'Add a passkey',
  addLead: 'Your browser asks where to keep it, and who you are.',
  synced: 'On several devices',
  oneDevice: 'On one device',
  rename: 'Rename',
  renameNamed: (name: string) => `Rename ${isolate(name)}`,
  newName: 'New name',
  save: 'Save',
};

export const accountApp = {
  lead: 'An app on your phone shows a new code every 30 seconds. After your password we ask for it.',
  setUp: 'Set up an app',
  replace: 'Set up another app in its place',
  name: 'Authenticator app',
};

export const accountRecoveryCodes = {
  lead: 'If you lose your phone or your passkey, one of these codes lets you in. Each of them works once.',
  noFactor: 'They stand in for a passkey or an authenticator app. Set one of these up first.',
  few: 'You have few codes left. Make new ones.',
  make: 'Make new codes',
  replaces: 'The codes that you have now stop working.',
};

export const accountBrowsers = {
  lead: 'In these browsers you chose not to be asked for the second step for 30 days.',
  none: 'No browser is remembered. Every sign-in asks for the second step.',
  remembered: (date: string, address: string) =>
    address === '' ? `Remembered on ${date}` : `Remembered on ${date}, from ${isolate(address)}`,
  until: (date: string) => `Until ${date}`,
  forget: 'Forget',
  forgetNamed: (browser: string) => `Forget ${isolate(browser)}`,
  forgetAll: 'Forget all of them',
};

export const accountConnected = {
  lead: 'You can sign in with the accounts that you have elsewhere.',
  none: 'No account is connected.',
  as: (who: string) => `as ${isolate(who)}`,
  connect: (provider: string) => `Connect ${isolate(provider)}`,
  disconnect: 'Disconnect',
  disconnectNamed: (provider: string) => `Disconnect ${isolate(provider)}`,
  taken: (provider: string) =>
    `That account at ${isolate(provider)} is connected with another account here.`,
};
