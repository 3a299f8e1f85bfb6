import { createFormats } from '../../languages/formats.ts';
import type { Messages } from './catalogue.ts';
import { accountActivity } from './es/account-activity.ts';
import { accountApplications } from './es/account-applications.ts';
import { account } from './es/account-card.ts';
import { accountChoice } from './es/account-choice.ts';
import { accountData, deleteAccount } from './es/account-data.ts';
import { accountEmail } from './es/account-email.ts';
import {
  accountApp,
  accountBrowsers,
  accountConnected,
  accountMethods,
  accountPasskeys,
  accountRecoveryCodes,
} from './es/account-methods.ts';
import { accountPage } from './es/account-page.ts';
import { accountPassword } from './es/account-password.ts';
import { accountProfile } from './es/account-profile.ts';
import { accountSessions } from './es/account-sessions.ts';
import { gate } from './es/application-gate.ts';
import { claim, claims, consent, scopes, unknownScope } from './es/consent.ts';
import { error } from './es/error.ts';
import { expired } from './es/expired.ts';
import { errorTitle, footer, language } from './es/frame.ts';
import { logout } from './es/logout.ts';
import { newFactor } from './es/new-factor.ts';
import { passkeys } from './es/passkeys.ts';
import { recoveryCodes } from './es/recovery-codes.ts';
import { resetPassword } from './es/reset-password.ts';
import { secondFactor } from './es/second-factor.ts';
import { signIn } from './es/sign-in.ts';
import { upstream } from './es/upstream.ts';
import {
  emailCode,
  invitation,
  mailedCode,
  recover,
  register,
  verifyEmail,
  ways,
} from './es/ways.ts';

const formats = createFormats('es');

/** Spanish; docs/translating.md says which words it uses. */
export const es: Messages = {
  lang: 'es',
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
