import { isolate } from '../../../languages/display-text.ts';

/** Where a person is signed in, on their account page. */
export const accountSessions = {
  lead: 'Sign out wherever you do not recognise yourself, and then set a new password.',
  here: 'This browser',
  browserOn: (browser: string, system: string) => `${browser} on ${system}`,
  unknownBrowser: 'Unknown browser',
  seen: (when: string, address: string) => `Last used ${when}, from ${isolate(address)}`,
  seenSomewhere: (when: string) => `Last used ${when}`,
  signedIn: (date: string) => `Signed in ${date}`,
  used: (applications: string) => `Used for ${isolate(applications)}`,
  end: 'Sign out',
  /** Tells buttons that read the same apart, for those who hear them one by one. */
  endNamed: (browser: string) => `Sign out of ${isolate(browser)}`,
  endOthers: 'Sign out everywhere else',
  alone: 'You are signed in nowhere else.',
};
