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
  isIdentifier: 'Your username or email is too easy to guess. Use something else.',
  different: 'The two passwords are not the same.',
  doneTitle: 'Password changed',
  doneHeading: 'Your password is changed',
  doneText:
    'You were signed out everywhere. Go back to the application and sign in with the new password.',
  invalidTitle: 'This link no longer works',
  invalidText: 'It has been used, has expired, or is not complete. Ask for a new one.',
};
