import { isolate } from '../../../languages/display-text.ts';

export const logout = {
  title: 'Sign out',
  heading: (site: string) => `Sign out of ${isolate(site)}?`,
  text: 'The next application that you open will ask you to sign in again.',
  askedBy: (client: string) => `${isolate(client)} asked to sign you out.`,
  confirm: 'Sign out',
  stay: 'Stay signed in',
  doneTitle: 'Signed out',
  doneHeading: 'You are signed out',
  doneText: 'On a shared computer, close all browser windows too.',
  clientDoneHeading: (client: string) => `You are signed out of ${isolate(client)}`,
  clientDoneText: (site: string) => `You are still signed in to ${isolate(site)}.`,
};
