import { createFormats } from '../../languages/formats.ts';
import type { Messages } from './catalogue.ts';
import { accountActivity } from './ja/account-activity.ts';
import { accountApplications } from './ja/account-applications.ts';
import { account } from './ja/account-card.ts';
import { accountChoice } from './ja/account-choice.ts';
import { accountData, deleteAccount } from './ja/account-data.ts';
import { accountEmail } from './ja/account-email.ts';
import {
  accountApp,
  accountBrowsers,
  accountConnected,
  accountMethods,
  accountPasskeys,
  accountRecoveryCodes,
} from './ja/account-methods.ts';
import { accountPage } from './ja/account-page.ts';
import { accountPassword } from './ja/account-password.ts';
import { accountProfile } from './ja/account-profile.ts';
import { accountSessions } from './ja/account-sessions.ts';
import { gate } from './ja/application-gate.ts';
import { claim, claims, consent, scopes, unknownScope } from './ja/consent.ts';
import { error } from './ja/error.ts';
import { expired } from './ja/expired.ts';
import { errorTitle, footer, language } from './ja/frame.ts';
import { logout } from './ja/logout.ts';
import { newFactor } from './ja/new-factor.ts';
import { passkeys } from './ja/passkeys.ts';
import { recoveryCodes } from './ja/recovery-codes.ts';
import { resetPassword } from './ja/reset-password.ts';
import { secondFactor } from './ja/second-factor.ts';
import { signIn } from './ja/sign-in.ts';
import { upstream } from './ja/upstream.ts';
import {
  emailCode,
  invitation,
  mailedCode,
  recover,
  register,
  verifyEmail,
  ways,
} from './ja/ways.ts';

const formats = createFormats('ja');

/** Japanese; docs/translating.md says which words it uses. */
export const ja: Messages = {
  lang: 'ja',
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
