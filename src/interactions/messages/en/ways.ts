import { isolate } from '../../../languages/display-text.ts';

/** The ways on from the sign-in page, as buttons say them. */
export const ways = {
  label: 'Other ways to sign in',
  recover: 'Forgot your password?',
  email_code: 'Email me a code instead',
  register: 'Create an account',
  password: 'Sign in with a password',
};

export const recover = {
  title: 'Set a new password',
  heading: 'Forgot your password?',
  lead: 'Tell us who you are, and we email you a link that sets a new one.',
  submit: 'Send link',
  sentTitle: 'Check your email',
  sentHeading: 'Check your email',
  sentText:
    'If there is an account under that name, a link is on its way to its address. It works for 20 minutes.',
  sentHint: 'Nothing there? Look among the junk mail, or try another name that you may have used.',
  again: 'Try again',
};

export const emailCode = {
  title: 'Sign in with a code',
  heading: 'Sign in with a code',
  lead: 'We email you a code of six digits. It works for 10 minutes.',
  submit: 'Send code',
  codeTitle: 'Enter the code',
  codeHeading: 'Check your email',
  codeLead: 'If there is an account under that name, a code is on its way to its address.',
};

export const register = {
  title: 'Create an account',
  heading: 'Create an account',
  lead: (client: string) => `to continue to ${isolate(client)}`,
  email: 'Email',
  emailHint: 'We send a code to it. You sign in with it later.',
  name: 'Name',
  nameHint: 'What people call you.',
  password: 'Password',
  submit: 'Continue',
  haveOne: 'I have an account',
  terms: 'By continuing you accept the terms of this site.',
  codeTitle: 'Confirm your email',
  codeHeading: 'Check your email',
  codeLead: (address: string) =>
    `We sent a message to ${isolate(address)}. If it has a code, enter it here.`,
  codeSubmit: 'Create account',
  problems: {
    email: {
      missing: 'Enter your email address.',
      malformed: 'That is not an email address. It looks like name@example.com.',
      mixed_scripts: 'That address mixes letters of different alphabets. Use another one.',
    },
    name: {
      missing: 'Enter your name.',
      too_long: 'That name is too long. Use a shorter form of it.',
      unprintable: 'That name has characters that cannot be shown. Type it again.',
    },
  },
};

export const verifyEmail = {
  title: 'Confirm your email',
  heading: 'Confirm your email',
  lead: (address: string) =>
    `Nobody has confirmed ${isolate(address)} yet. We send a code to it, so that nobody else can use it.`,
  send: 'Send code',
  later: 'Not now',
  codeLead: (address: string) => `We sent a code to ${isolate(address)}. It works for 10 minutes.`,
  codeSubmit: 'Confirm',
};

/** Every page that asks for a code that was sent by email. */
export const mailedCode = {
  label: 'Code',
  hint: 'Six digits.',
  submit: 'Continue',
  resend: 'Send another code',
  resent: 'Another code is on its way. The one before it no longer works.',
  missing: 'Enter the code from the email.',
  rejected: 'That is not the code. Check it and try again.',
  expired: 'That code no longer works. Ask for another one.',
  locked: (wait: string) => `There have been too many wrong codes. Wait ${wait}, then try again.`,
  pause: (wait: string) => `You can ask again in ${wait}. A message may still be on its way.`,
  missingName: 'Enter your username or email.',
};

export const invitation = {
  title: 'Create your account',
  heading: (site: string) => `Welcome to ${isolate(site)}`,
  lead: (address: string) => `You were invited to make an account for ${isolate(address)}`,
  submit: 'Create account',
  doneTitle: 'Your account is ready',
  doneHeading: 'Your account is ready',
  doneText: 'Sign in with your email address and the password that you have just chosen.',
  goOn: 'Go to your account',
  invalidTitle: 'This invitation no longer works',
  invalidText: 'It has been used, has expired, or is not complete. Ask for a new one.',
  hasAccountTitle: 'You have an account already',
  hasAccountText: 'There is an account under this address. Sign in to it.',
};
