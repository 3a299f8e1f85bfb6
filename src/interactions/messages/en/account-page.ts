import { isolate } from '../../../languages/display-text.ts';

/** What surrounds the pages of a person's own account, and the first of them. */
export const accountPage = {
  title: 'Your account',
  skip: 'Skip to the page',
  signOut: 'Sign out',
  /** The sections, as headings and as links that lead there. */
  sections: {
    overview: { title: 'Overview', detail: '' },
    profile: { title: 'Profile', detail: 'Name, language, phone and address' },
  },
  /** What has been done, on the page that comes after. */
  done: {
    profile_saved: 'Your profile is saved.',
  },
  signedInTo: (site: string) => `You are signed in to ${isolate(site)}.`,

  refused: {
    title: 'You are not signed in',
    text: 'You left before the sign-in was complete. Your account is as it was.',
    again: 'Sign in',
  },
  noCookie: {
    title: 'This browser keeps no cookies',
    text: 'You have signed in, but the browser did not keep it. Allow cookies for this site, then try again.',
    again: 'Try again',
  },
};
