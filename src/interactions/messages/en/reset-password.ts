import { isolate } from '../../../languages/display-text.ts';

export const resetPassword = {
  title: 'Set a new password',
  heading: 'Set a new password',
  lead: (username: string) => `for ${isolate(username)}`,
  password: 'New password',
  again: 'New password again',
  rules: (characters: number) =>
    `At least ${characters} characters; 15 or more is better. A few words are fine.`,
  ends: 'Setting it signs you out everywhere.',
  submit: 'Set password',
  missing: 'Enter a new password.',
  tooShort: (characters: number) => `Use at least ${characters} characters.`,
  tooLong: 'That is too long. Use a shorter password.',
  common:
    'That password, or one like it, is used by many people. A few unrelated words are better.',
  pattern: 'That is a pattern that is easy to guess. A few unrelated words are better.',
  personal:
    'That is little more than your own data or the name of this service. Use something else.',
  different: 'The two passwords are not the same.',
  doneTitle: 'Password changed',
  doneHeading: 'Your password is changed',
  doneText:
    'You were signed out everywhere. Go back to the application and sign in with the new password.',
  invalidTitle: 'This link no longer works',
  invalidText: 'It has been used, has expired, or is not complete. Ask for a new one.',
};
