import { isolate } from '../../languages/display-text.ts';
import { createFormats } from '../../languages/formats.ts';
import type { LanguageTag } from '../../languages/languages.ts';
import type { SecurityEvent } from '../mail.ts';

/** The texts of all messages in one language. */
export type MailMessages = typeof en;

/**
 * Every text of the messages in English: the catalogue that other languages follow.
 *
 * `site` is the tenant's name. Names arrive cleaned. A message says what happened, what to do, and
 * what to do if it was somebody else; what it calls "this page" is where the person came from.
 */
export const en = {
  lang: 'en' as LanguageTag,
  dir: 'ltr' as 'ltr' | 'rtl',
  formats: createFormats('en'),

  greeting: (name: string) => `Hello ${isolate(name)},`,
  codeWorks: (time: string) => `It works once, for ${time}.`,
  linkWorks: (time: string) => `The link works once, for ${time}.`,
  keepCode: (site: string) =>
    `Nobody from ${isolate(site)} will ask you for this code. Do not pass it on.`,
  /** Under a button. */
  buttonFails: 'If the button does nothing, open this address in your browser:',
  footer: (site: string) => `Sent by ${isolate(site)}. Nobody reads replies to this message.`,
  help: 'Get help',

  facts: {
    when: 'When',
    browser: 'Browser',
    address: 'Network address',
    item: 'Name',
    newAddress: 'New address',
  },

  verifyEmailCode: {
    subject: (site: string) => `Your code to confirm your address for ${isolate(site)}`,
    heading: 'Confirm your email address',
    text: 'Enter this code on the page that asked you for it:',
    unasked:
      'If you did not ask for it, you need not do anything. Somebody may have mistyped their address.',
  },

  signInCode: {
    subject: (site: string) => `Your code to sign in to ${isolate(site)}`,
    heading: 'Your sign-in code',
    text: 'Enter this code on the page where you are signing in:',
    unasked:
      'If you are not signing in right now, somebody else is trying to. Without the code they get nowhere.',
  },

  resetPassword: {
    subject: (site: string) => `Set a new password for ${isolate(site)}`,
    heading: 'Set a new password',
    text: 'Somebody asked for a link that sets a new password for your account.',
    action: 'Set a new password',
    unasked:
      'If it was not you, you need not do anything: your password stays as it is until somebody uses this link.',
  },

  addressInUse: {
    subject: (site: string) => `You already have an account at ${isolate(site)}`,
    heading: 'You already have an account',
    text: 'Somebody tried to register with this email address, which has an account already.',
    ifYou: 'If it was you, sign in with it:',
    action: 'Sign in',
    reset: 'Set a new password',
    unasked:
      'If it was not you, you need not do anything. Nobody has got into your account, and nobody was told that it is there.',
  },

  invitation: {
    subject: (site: string) => `Your invitation to ${isolate(site)}`,
    heading: (site: string) => `You are invited to ${isolate(site)}`,
    by: (name: string, site: string) =>
      `${isolate(name)} invites you to make an account at ${isolate(site)}.`,
    text: (site: string) => `You may make an account at ${isolate(site)}.`,
    action: 'Accept the invitation',
    unasked: 'If you did not expect it, you need not do anything.',
  },

  changeEmailConfirm: {
    subject: (site: string) => `Confirm your new address for ${isolate(site)}`,
    heading: 'Confirm your new email address',
    codeText:
      'To make this the address of your account, enter this code on the page that asked for it:',
    linkText: 'To make this the address of your account, confirm it:',
    action: 'Confirm this address',
    unasked:
      'If you did not ask for it, you need not do anything. Somebody may have mistyped their address.',
  },

  changeEmailNotice: {
    subject: (site: string) => `Your address for ${isolate(site)} is to be changed`,
    heading: 'Your email address is to be changed',
    text: 'Somebody who is signed in to your account asked for a new email address.',
    approveText: 'If it was you, approve the change:',
    action: 'Approve the new address',
    unasked:
      'If it was not you, do not approve it. Set a new password at once: somebody else is signed in to your account.',
    unaskedNoLink:
      'If it was not you, set a new password at once: somebody else is signed in to your account.',
  },

  securityNotice: {
    events: {
      password_changed: {
        subject: 'Your password was changed',
        text: 'The password of your account was changed.',
      },
      email_changed: {
        subject: 'Your email address was changed',
        text: 'Your account has a new email address. Messages about it no longer go to the old one.',
      },
      second_factor_added: {
        subject: 'A second step was added to your sign-in',
        text: 'From now on, signing in to your account can ask for one more proof that it is you.',
      },
      second_factor_removed: {
        subject: 'A second step was removed from your sign-in',
        text: 'Signing in to your account no longer asks for this proof that it is you.',
      },
      passkey_added: {
        subject: 'A passkey was added to your account',
        text: 'Whoever holds this passkey can sign in to your account.',
      },
      passkey_removed: {
        subject: 'A passkey was removed from your account',
        text: 'Nobody can sign in to your account with this passkey any more.',
      },
      recovery_codes_made: {
        subject: 'New recovery codes were made for your account',
        text: 'Recovery codes from before no longer work.',
      },
      recovery_code_used: {
        subject: 'A recovery code of your account was used',
        text: 'Somebody signed in with one of your recovery codes. It does not work again.',
      },
      sign_in_method_linked: {
        subject: 'A new way to sign in was added to your account',
        text: 'Your account was linked to an account elsewhere, which now signs in here.',
      },
      sign_in_method_unlinked: {
        subject: 'A way to sign in was removed from your account',
        text: 'An account elsewhere no longer signs in to yours.',
      },
      sessions_ended: {
        subject: 'You were signed out everywhere',
        text: 'All sessions of your account were ended. Every browser and app has to sign in again.',
      },
      account_deleted: {
        subject: 'Your account was deleted',
        text: 'Your account and what was stored with it are gone. This is the last message about it.',
      },
    } satisfies Record<SecurityEvent, { subject: string; text: string }>,
    yours: 'If this was you, you need not do anything.',
    notYou:
      'If it was not you, somebody else may have got into your account. Look after it at once: set a new password and end all sessions.',
    action: 'Look after your account',
    notYouNoLink: (site: string) =>
      `If it was not you, tell the people who run ${isolate(site)} at once.`,
  },
};
