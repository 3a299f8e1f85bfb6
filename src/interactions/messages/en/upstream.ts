import { isolate } from '../../../languages/display-text.ts';

export const upstream = {
  /** Names the group of buttons for those who cannot see it. */
  label: 'Sign in with another provider',
  continueWith: (provider: string) => `Continue with ${isolate(provider)}`,
  /** What came of a sign-in with a provider, by its reason. */
  problems: {
    refused: (provider: string) =>
      `You did not sign in with ${isolate(provider)}. Try again, or use another way.`,
    expired: (provider: string) =>
      `Signing in with ${isolate(provider)} took too long, or was finished before. Try again.`,
    not_recent: (provider: string) =>
      `${isolate(provider)} did not confirm that it was you just now. Confirm it in another way.`,
    unreachable: (provider: string) =>
      `${isolate(provider)} cannot be reached at the moment. Try again in a while, or use another way.`,
    invalid_response: (provider: string) =>
      `Signing in with ${isolate(provider)} did not work. Try again, or use another way.`,
    misconfigured: (provider: string) =>
      `Signing in with ${isolate(provider)} does not work at the moment. Use another way.`,
    not_registered: (provider: string) =>
      `There is no account here for who you are at ${isolate(provider)}. If you have one, sign in to it in another way.`,
  },
  unlinked: (provider: string) =>
    `You have signed in with ${isolate(provider)}, which no account here is connected with yet.`,
  unlinkedAs: (provider: string, who: string) =>
    `You have signed in with ${isolate(provider)} as ${isolate(who)}, which no account here is connected with yet.`,
  signInToLink: 'Sign in to your account once, to connect it.',
  leaving: (provider: string) => `Continue to ${isolate(provider)}`,
  returning: 'Signing you in',
  moment: 'This takes a moment.',
  moveOn: 'Continue',
  linkTitle: (provider: string) => `Connect ${isolate(provider)}`,
  linkHeading: (provider: string) => `Connect ${isolate(provider)}?`,
  linkText: (provider: string) =>
    `From now on you can sign in to this account with ${isolate(provider)}.`,
  linkTextAs: (provider: string, who: string) =>
    `From now on, whoever signs in with ${isolate(provider)} as ${isolate(who)} can sign in to this account.`,
  linkWarning: 'Connect it only if that is you.',
  link: 'Connect',
  notNow: 'Not now',
};
