import { isolate } from '../../../languages/display-text.ts';

export const signIn = {
  title: 'Sign in',
  heading: 'Sign in',
  lead: (client: string) => `to continue to ${isolate(client)}`,
  confirmTitle: 'Confirm it’s you',
  confirmHeading: 'Confirm it’s you',
  confirmLead: (client: string) => `Enter your password again to continue to ${isolate(client)}`,
  otherAccount: (client: string) =>
    `${isolate(client)} asks for a different account than the one you are signed in with.`,
  identifier: 'Username or email',
  password: 'Password',
  remember: 'Keep me signed in on this device',
  submit: 'Sign in',
  confirmSubmit: 'Continue',
  cancel: 'Cancel',
  missingIdentifier: 'Enter your username or email.',
  missingPassword: 'Enter your password.',
  rejected: 'That username or email and password don’t match. Check both and try again.',
  locked: (wait: string) =>
    `There have been too many attempts to sign in. Wait ${wait}, then try again.`,
};
