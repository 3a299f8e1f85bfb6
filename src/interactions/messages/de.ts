import { createFormats } from '../../languages/formats.ts';
import type { Messages } from './catalogue.ts';
import { accountActivity } from './de/account-activity.ts';
import { accountApplications } from './de/account-applications.ts';
import { account } from './de/account-card.ts';
import { accountChoice } from './de/account-choice.ts';
import { accountData, deleteAccount } from './de/account-data.ts';
import { accountEmail } from './de/account-email.ts';
import {
  accountApp,
  accountBrowsers,
  accountConnected,
  accountMethods,
  accountPasskeys,
  accountRecoveryCodes,
} from './de/account-methods.ts';
import { accountPage } from './de/account-page.ts';
import { accountPassword } from './de/account-password.ts';
import { accountProfile } from './de/account-profile.ts';
import { accountSessions } from './de/account-sessions.ts';
import { gate } from './de/application-gate.ts';
import { claim, claims, consent, scopes, unknownScope } from './de/consent.ts';
import { error } from './de/error.ts';
import { expired } from './de/expired.ts';
import { errorTitle, footer, language } from './de/frame.ts';
import { logout } from './de/logout.ts';
import { newFactor } from './de/new-factor.ts';
import { passkeys } from './de/passkeys.ts';
import { recoveryCodes } from './de/recovery-codes.ts';
import { resetPassword } from './de/reset-password.ts';
import { secondFactor } from './de/second-factor.ts';
import { signIn } from './de/sign-in.ts';
import { upstream } from './de/upstream.ts';
import {
  emailCode,
  invitation,
  mailedCode,
  recover,
  register,
  verifyEmail,
  ways,
} from './de/ways.ts';

const formats = createFormats('de');

/** German; docs/translating.md says which words it uses. */
export const de: Messages = {
  lang: 'de',
  dir: 'ltr',
  formats,
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
