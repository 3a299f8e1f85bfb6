import { isolate } from '../../../languages/display-text.ts';

export const accountChoice = {
  title: 'Choose an account',
  heading: 'Choose an account',
  text: (client: string) => `Which account do you want to use with ${isolate(client)}?`,
  continue: 'Continue with this account',
};
