import { createFormats } from '../../languages/formats.ts';
import type { LanguageTag } from '../../languages/languages.ts';
import { accountActivity } from './en/account-activity.ts';
import { accountApplications } from './en/account-applications.ts';
import { account } from './en/account-card.ts';
import { accountChoice } from './en/account-choice.ts';
import { accountData, deleteAccount } from './en/account-data.ts';
import { accountEmail } from './en/account-email.ts';
import {
  accountApp,
  accountBrowsers,
  accountConnected,
  accountMethods,
  accountPasskeys,
  accountRecoveryCodes,
} from './en/account-methods.ts';
import { accountPage } from './en/account-page.ts';
import { accountPassword } from './en/account-password.ts';
import { accountProfile } from './en/account-profile.ts';
import { accountSessions } from './en/account-sessions.ts';
import { gate } from './en/application-gate.ts';
import { claim, claims, consent, scopes, unknownScope } from './en/consent.ts';
import { error } from './en/error.ts';
import { expired } from './en/expired.ts';
import { errorTitle, footer, language } from './en/frame.ts';
import { logout } from './en/logout.ts';
import { newFactor } from './en/new-factor.ts';
import { passkeys } from './en/passkeys.ts';
import { recoveryCodes } from './en/recovery-codes.ts';
import { resetPassword } from './en/reset-password.ts';
import { secondFactor } from './en/second-factor.ts';
import { signIn } from './en/sign-in.ts';
import { upstream } from './en/upstream.ts';
import {
  emailCode,
  invitation,
  mailedCode,
  recover,
  register,
  verifyEmail,
  ways,
} from './en/ways.ts';

const formats = createFormats('en');

/**
 * Every text of the hosted pages in English: the catalogue that other languages follow. Each page
 * or step has a file of its own in `en/`.
 *
 * Names arrive through `displayName`. Sentences are short, say what happens next, and blame
 * nobody. What a stranger must not learn (which half of a sign-in was wrong) is not in here.
 */
export const en = {
  lang: 'en' as LanguageTag,
  dir: 'ltr' as 'ltr' | 'rtl',
  formats,
  /** A length of time, rounded up, in words. */
  wait: formats.duration,
  footer,
  language,
  errorTitle,
  account,
  signIn,
  ways,
  recover,
  emailCode,
  register,
  verifyEmail,
  mailedCode,
  invitation,
  upstream,
  passkeys,
  secondFactor,
  newFactor,
  recoveryCodes,
  accountChoice,
  accountPage,
  accountProfile,
  accountEmail,
  accountPassword,
  accountMethods,
  accountPasskeys,
  accountApp,
  accountRecoveryCodes,
  accountBrowsers,
  accountConnected,
  accountSessions,
  accountApplications,
  accountActivity,
  accountData,
  deleteAccount,
  consent,
  scopes,
  claim,
  unknownScope,
  claims,
  gate,
  expired,
  logout,
  resetPassword,
  error,
};
