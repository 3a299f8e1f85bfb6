/** The password on a person's account page. */
export const accountPassword = {
  changed: (date: string) => `Last changed on ${date}.`,
  none: 'Your account has no password. You can set one, and sign in with it, too.',
  password: 'New password',
  again: 'New password again',
  ends: 'Every other browser, device and application is signed out.',
  submit: 'Set new password',
};
