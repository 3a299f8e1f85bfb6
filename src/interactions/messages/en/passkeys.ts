/** Passkeys, wherever a page asks for one. What a stranger must not learn is not in here. */
export const passkeys = {
  signIn: 'Sign in with a passkey',
  confirm: 'Use a passkey instead',
  secondFactor: 'Use a passkey',
  add: 'Add a passkey',
  name: 'Name (optional)',
  nameHint: 'So that you know it again, like “Work laptop”.',
  /** A passkey without a name, from an authenticator that says nothing of itself. */
  unnamed: 'Passkey',
  waiting: 'Follow the steps that your browser shows.',
  signInCancelled: 'No passkey was used. Try again, or go on another way.',
  signInFailed: 'Your browser could not use a passkey here. Go on another way.',
  addCancelled: 'No passkey was added. You can try again.',
  addFailed: 'Your browser could not add a passkey here.',
  /** Said by the authenticator, before anything is sent. */
  alreadyHere: 'That device or password manager has a passkey for this account already.',
  /** What came back from an authenticator was not accepted. */
  rejected: 'That passkey does not work here. Try another one, or go on another way.',
  outdated: 'That took too long. Try again.',
  full: 'You have as many passkeys as an account can have. Remove one first.',
  unavailable: 'Passkeys do not work in this browser.',
};
