import { createFormats } from '../../languages/formats.ts';
import { accountActivity } from './ar/account-activity.ts';
import { accountApplications } from './ar/account-applications.ts';
import { account } from './ar/account-card.ts';
import { accountChoice } from './ar/account-choice.ts';
import { accountData, deleteAccount } from './ar/account-data.ts';
import { accountEmail } from './ar/account-email.ts';
import {
  accountApp,
  accountBrowsers,
  accountConnected,
  accountMethods,
  accountPasskeys,
  accountRecoveryCodes,
} from './ar/account-methods.ts';
import { accountPage } from './ar/account-page.ts';
import { accountPassword } from './ar/account-password.ts';
import { accountProfile } from './ar/account-profile.ts';
import { accountSessions } from './ar/account-sessions.ts';
import { gate } from './ar/application-gate.ts';
import { claim, claims, consent, scopes, unknownScope } from './ar/consent.ts';
import { error } from './ar/error.ts';
import { expired } from './ar/expired.ts';
import { errorTitle, footer, language } from './ar/frame.ts';
import { logout } from './ar/logout.ts';
import { newFactor } from './ar/new-factor.ts';
import { passkeys } from './ar/passkeys.ts';
import { recoveryCodes } from './ar/recovery-codes.ts';
import { resetPassword } from './ar/reset-password.ts';
import { secondFactor } from './ar/second-factor.ts';
import { signIn } from './ar/sign-in.ts';
import { upstream } from './ar/upstream.ts';
import {
  emailCode,
  invitation,
  mailedCode,
  recover,
  register,
  verifyEmail,
  ways,
} from './ar/ways.ts';
import type { Messages } from './catalogue.ts';

const formats = createFormats('ar');

/** Arabic; docs/translating.md says which words it uses. */
export const ar: Messages = {
  lang: 'ar',
  dir: 'rtl',
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
