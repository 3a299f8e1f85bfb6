import { isolate } from '../../../languages/display-text.ts';

export const gate = {
  title: (application: string) => `No access to ${isolate(application)}`,
  heading: (application: string) => `You don’t have access to ${isolate(application)}`,
  text: (application: string) =>
    `Your account works, but nobody has given it access to ${isolate(application)} yet. Ask the person who manages ${isolate(application)} for access, or use another account.`,
  leave: (client: string) => `Back to ${isolate(client)}`,
  switch: 'Use another account',
};
