import { isolate } from '../display-text.ts';

/**
 * Every text of the hosted pages in English: the catalogue that other languages follow.
 *
 * Names arrive through `displayName`. Sentences are short, say what happens next, and blame
 * nobody. What a stranger must not learn (which half of a sign-in was wrong) is not in here.
 */
export const en = {
  lang: 'en',
  dir: 'ltr' as 'ltr' | 'rtl',

  footer: { privacy: 'Privacy', terms: 'Terms', support: 'Help', label: 'About this page' },

  /** Put before the title of a form that came back. */
  errorTitle: (title: string) => `Error: ${title}`,

  signIn: {
    title: 'Sign in',
    heading: 'Sign in',
    lead: 'to continue to',
    confirmTitle: 'Confirm it’s you',
    confirmHeading: 'Confirm it’s you',
    confirmLead: 'Enter your password again to continue to',
    otherAccount: (client: string) =>
      `${isolate(client)} asks for a different account than the one you are signed in with.`,
    identifier: 'Username or email',
    password: 'Password',
    remember: 'Keep me signed in on this device',
    submit: 'Sign in',
    confirmSubmit: 'Continue',
    cancel: 'Cancel',
    missingIdentifier: 'Enter your username or email.',
    missingPassword: 'Enter your password.',
    rejected: 'That username or email and password don’t match. Check both and try again.',
    locked: (wait: string) =>
      `There have been too many attempts to sign in. Wait ${wait}, then try again.`,
  },

  account: {
    signedInAs: 'Signed in as',
    notYou: 'Not you?',
  },

  accountChoice: {
    title: 'Choose an account',
    heading: 'Choose an account',
    text: (client: string) => `Which account do you want to use with ${isolate(client)}?`,
    continue: 'Continue with this account',
  },

  consent: {
    title: (client: string) => `Allow ${isolate(client)}?`,
    asks: 'asks for access to your account',
    continueTitle: (client: string) => `Continue to ${isolate(client)}?`,
    continues: 'wants to continue with your account',
    able: 'If you allow it, it can:',
    alreadyAble: 'You have already allowed it to:',
    inApplication: (application: string) => `Act for you in ${isolate(application)}:`,
    thirdParty: (client: string, site: string) =>
      `${isolate(client)} is not part of ${isolate(site)}. Allow this only if you trust it.`,
    returnsToHost: (host: string) => `Next you go to ${host}`,
    returnsToDevice: 'Next you go back to an app on this device',
    about: (client: string) => `About ${isolate(client)}`,
    website: 'Website',
    privacy: 'Privacy policy',
    terms: 'Terms',
    allow: 'Allow',
    continue: 'Continue',
    deny: 'Don’t allow',
  },

  scopes: {
    openid: { title: 'Recognise you', detail: 'An identifier for your account here, nothing more' },
    profile: { title: 'See your profile', detail: 'Name, username, picture and the like' },
    email: { title: 'See your email address', detail: '' },
    phone: { title: 'See your phone number', detail: '' },
    address: { title: 'See your postal address', detail: '' },
    roles: { title: 'See your roles in it', detail: '' },
    offline_access: {
      title: 'Stay connected while you are away',
      detail: 'It keeps this access after you close it or sign out',
    },
  } as Readonly<Record<string, { readonly title: string; readonly detail: string }>>,
  claim: (claim: string) => `See your ${isolate(claim)}`,
  unknownScope: (scope: string) => `Use “${isolate(scope)}”`,
  /** Standard claims as people call them; anything else goes by its own name. */
  claims: {
    name: 'name',
    given_name: 'first name',
    family_name: 'last name',
    middle_name: 'middle name',
    nickname: 'nickname',
    preferred_username: 'username',
    profile: 'profile page',
    picture: 'picture',
    website: 'website',
    email: 'email address',
    email_verified: 'email address’s confirmation',
    gender: 'gender',
    birthdate: 'date of birth',
    zoneinfo: 'time zone',
    locale: 'language',
    phone_number: 'phone number',
    phone_number_verified: 'phone number’s confirmation',
    address: 'postal address',
    updated_at: 'profile’s last change',
    roles: 'roles',
  } as Readonly<Record<string, string>>,

  gate: {
    title: (application: string) => `No access to ${isolate(application)}`,
    heading: (application: string) => `You don’t have access to ${isolate(application)}`,
    text: (application: string) =>
      `Your account works, but nobody has given it access to ${isolate(application)} yet. Ask the person who manages ${isolate(application)} for access, or use another account.`,
    leave: (client: string) => `Back to ${isolate(client)}`,
    switch: 'Use another account',
  },

  expired: {
    title: 'This sign-in has expired',
    text: 'It was open for too long, was already finished, or this browser no longer has its cookies.',
    next: 'Go back to the application and start again.',
    nextClient: (client: string) => `Go back to ${isolate(client)} and start again.`,
    back: (client: string) => `Back to ${isolate(client)}`,
  },

  logout: {
    title: 'Sign out',
    heading: (site: string) => `Sign out of ${isolate(site)}?`,
    text: 'The next application that you open will ask you to sign in again.',
    askedBy: (client: string) => `${isolate(client)} asked to sign you out.`,
    confirm: 'Sign out',
    stay: 'Stay signed in',
    doneTitle: 'Signed out',
    doneHeading: 'You are signed out',
    doneText: 'On a shared computer, close all browser windows too.',
    clientDoneHeading: (client: string) => `You are signed out of ${isolate(client)}`,
    clientDoneText: (site: string) => `You are still signed in to ${isolate(site)}.`,
  },

  resetPassword: {
    title: 'Set a new password',
    heading: 'Set a new password',
    lead: 'for',
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
  },

  error: {
    requestId: 'Request',
    details: 'Technical details',
    back: 'Try again',
    /** By code: the protocol's, and those of a refused form. They win over the statuses below. */
    codes: {
      csrf_token_invalid: {
        title: 'Please try that again',
        text: 'This form was out of date, so nothing was done. Open it again and send it once more.',
      },
      origin_refused: {
        title: 'That request was stopped',
        text: 'It did not come from this site, so nothing was done.',
      },
      invalid_client: {
        title: 'This application is not known here',
        text: 'The application that sent you here is not registered, or is switched off. Tell the people who run it.',
      },
      invalid_redirect_uri: {
        title: 'This application is not set up correctly',
        text: 'It asked to send you to an address that it has not registered, so we stopped. Tell the people who run it.',
      },
      invalid_request: {
        title: 'That request could not be understood',
        text: 'The application or link that brought you here sent something incomplete or wrong. Go back and start again.',
      },
      unauthorized_client: {
        title: 'This application is not allowed to do that',
        text: 'It asked for something that it is not registered for. Tell the people who run it.',
      },
      access_denied: {
        title: 'Access was refused',
        text: 'Nothing was shared. You can go back to the application and start again.',
      },
      temporarily_unavailable: {
        title: 'We can’t answer right now',
        text: 'Something that we need is not answering. Wait a moment, then reload this page.',
      },
    } as Readonly<Record<string, { readonly title: string; readonly text: string }>>,
    statuses: {
      400: {
        title: 'That request could not be understood',
        text: 'Something in it was incomplete or wrong. Go back and start again.',
      },
      403: { title: 'That is not allowed', text: 'Nothing was done. Go back and start again.' },
      404: {
        title: 'This page does not exist',
        text: 'Check the address, or go back to the application and start again.',
      },
      405: {
        title: 'That is not possible here',
        text: 'This address does not take that kind of request.',
      },
      413: {
        title: 'That was too much',
        text: 'The form holds more than this page accepts. Nothing was done.',
      },
      421: {
        title: 'This site is not here',
        text: 'This server does not answer for the address that you opened.',
      },
      429: {
        title: 'Too many requests',
        text: 'There were too many from your network. Wait a little, then try again.',
      },
      503: {
        title: 'We can’t answer right now',
        text: 'Something that we need is not answering. Wait a moment, then reload this page.',
      },
    } as Readonly<Record<number, { readonly title: string; readonly text: string }>>,
    refused: {
      title: 'That did not work',
      text: 'The request was refused. Go back to the application and start again.',
    },
    failed: {
      title: 'Something went wrong',
      text: 'It is our fault, not yours. Try again. If it keeps happening, ask for help and quote the request below.',
    },
  },

  /** A length of time, rounded up, in words. */
  wait(seconds: number): string {
    const minutes = Math.ceil(seconds / 60);
    const hours = Math.ceil(minutes / 60);
    if (seconds <= 60) return seconds === 1 ? '1 second' : `${seconds} seconds`;
    if (minutes < 60) return `${minutes} minutes`;
    return hours === 1 ? '1 hour' : `${hours} hours`;
  },
};
