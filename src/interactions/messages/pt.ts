import { createFormats } from '../../languages/formats.ts';
import type { Messages } from './catalogue.ts';
import { accountActivity } from './pt/account-activity.ts';
import { accountApplications } from './pt/account-applications.ts';
import { account } from './pt/account-card.ts';
import { accountChoice } from './pt/account-choice.ts';
import { accountData, deleteAccount } from './pt/account-data.ts';
import { accountEmail } from './pt/account-email.ts';
import {
  accountApp,
  accountBrowsers,
  accountConnected,
  accountMethods,
  accountPasskeys,
  accountRecoveryCodes,
} from './pt/account-methods.ts';
import { accountPage } from './pt/account-page.ts';
import { accountPassword } from './pt/account-password.ts';
import { accountProfile } from './pt/account-profile.ts';
import { accountSessions } from './pt/account-sessions.ts';
import { gate } from './pt/application-gate.ts';
import { claim, claims, consent, scopes, unknownScope } from './pt/consent.ts';
import { error } from './pt/error.ts';
import { expired } from './pt/expired.ts';
import { errorTitle, footer, language } from './pt/frame.ts';
import { logout } from './pt/logout.ts';
import { newFactor } from './pt/new-factor.ts';
import { passkeys } from './pt/passkeys.ts';
import { recoveryCodes } from './pt/recovery-codes.ts';
import { resetPassword } from './pt/reset-password.ts';
import { secondFactor } from './pt/second-factor.ts';
import { signIn } from './pt/sign-in.ts';
import { upstream } from './pt/upstream.ts';
import {
  emailCode,
  invitation,
  mailedCode,
  recover,
  register,
  verifyEmail,
  ways,
} from './pt/ways.ts';

const formats = createFormats('pt');

/** Portuguese; docs/translating.md says which words it uses. */
export const pt: Messages = {
  lang: 'pt',
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
