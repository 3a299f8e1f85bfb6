/** Who is signed in, on whichever page shows it. */
export const account = {
  signedInAs: 'Signed in as',
  signingInAs: 'Signing in as',
  notYou: 'Not you?',
};
