import { isolate } from '../../../languages/display-text.ts';

/** The e-mail address on a person's account page. */
export const accountEmail = {
  confirmed: 'Confirmed',
  notConfirmed: 'Not confirmed',
  none: 'Your account has no email address.',
  use: 'We write to it about the safety of your account, and with it you get back in.',
  change: 'Change email address',
  add: 'Add an email address',
  noMail: 'This site sends no email, so the address cannot be changed here. Ask for help.',

  /** An address that nobody has confirmed. */
  confirm: 'Confirm this address',
  confirmLead: (address: string) =>
    `We send a code to ${isolate(address)}, so that nobody else can use it.`,
  send: 'Send code',
  sent: (address: string) => `We sent a code to ${isolate(address)}. It works for 10 minutes.`,
  confirmSubmit: 'Confirm',

  changeLead: 'The new address gets a code. The one you have now has to agree, too.',
  changeLeadAlone: 'The new address gets a code.',
  newAddress: 'New email address',
  same: 'That is the address that you have.',
  throttled: (wait: string) => `That was too often. Wait ${wait}, then try again.`,
  changeSubmit: 'Continue',

  /** A change that waits for its mailboxes. */
  pendingHeading: (address: string) => `Change to ${isolate(address)}`,
  codeLead: (address: string) =>
    `We sent a message to ${isolate(address)}. If it has a code, enter it here.`,
  proved: (address: string) => `${isolate(address)} is confirmed.`,
  awaits: (address: string) =>
    `We sent a link to ${isolate(address)}. Open it there, and agree to the change.`,
  approved: (address: string) => `${isolate(address)} has agreed.`,
  until: (date: string) => `This waits until ${date}.`,
  cancel: 'Keep the address that you have',
  taken: 'That address cannot be used. Begin again with another one.',
  gone: 'That change is over. Begin again.',

  /** What the link to the old address opens. */
  approveTitle: 'Change of email address',
  approveHeading: 'Change your email address?',
  approveLead: (from: string, to: string) =>
    `Somebody signed in to your account wants to change its address from ${isolate(from)} to ${isolate(to)}.`,
  approve: 'Change it',
  refuse: 'It was not me',
  approvedTitle: 'You have agreed',
  approvedText: (address: string) =>
    `The address changes as soon as the code that was sent to ${isolate(address)} is entered on your account page.`,
  changedTitle: 'Your email address is changed',
  changedText: (address: string) => `From now on we write to ${isolate(address)}.`,
  refusedTitle: 'The address stays as it is',
  refusedText:
    'Somebody else may be signed in to your account. Set a new password now: it signs everybody else out.',
  newPassword: 'Set a new password',
  toAccount: 'Go to your account',
  invalidTitle: 'This link no longer works',
  invalidText: 'It has been used, has expired, or is not complete. Nothing was changed.',
};
