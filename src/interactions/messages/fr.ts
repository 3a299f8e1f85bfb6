import { createFormats } from '../../languages/formats.ts';
import type { Messages } from './catalogue.ts';
import { accountActivity } from './fr/account-activity.ts';
import { accountApplications } from './fr/account-applications.ts';
import { account } from './fr/account-card.ts';
import { accountChoice } from './fr/account-choice.ts';
import { accountData, deleteAccount } from './fr/account-data.ts';
import { accountEmail } from './fr/account-email.ts';
import {
  accountApp,
  accountBrowsers,
  accountConnected,
  accountMethods,
  accountPasskeys,
  accountRecoveryCodes,
} from './fr/account-methods.ts';
import { accountPage } from './fr/account-page.ts';
import { accountPassword } from './fr/account-password.ts';
import { accountProfile } from './fr/account-profile.ts';
import { accountSessions } from './fr/account-sessions.ts';
import { gate } from './fr/application-gate.ts';
import { claim, claims, consent, scopes, unknownScope } from './fr/consent.ts';
import { error } from './fr/error.ts';
import { expired } from './fr/expired.ts';
import { errorTitle, footer, language } from './fr/frame.ts';
import { logout } from './fr/logout.ts';
import { newFactor } from './fr/new-factor.ts';
import { passkeys } from './fr/passkeys.ts';
import { recoveryCodes } from './fr/recovery-codes.ts';
import { resetPassword } from './fr/reset-password.ts';
import { secondFactor } from './fr/second-factor.ts';
import { signIn } from './fr/sign-in.ts';
import { upstream } from './fr/upstream.ts';
import {
  emailCode,
  invitation,
  mailedCode,
  recover,
  register,
  verifyEmail,
  ways,
} from './fr/ways.ts';

const formats = createFormats('fr');

/** French; docs/translating.md says which words it uses. */
export const fr: Messages = {
  lang: 'fr',
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
