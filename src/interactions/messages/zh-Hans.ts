import { createFormats } from '../../languages/formats.ts';
import type { Messages } from './catalogue.ts';
import { accountActivity } from './zh-Hans/account-activity.ts';
import { accountApplications } from './zh-Hans/account-applications.ts';
import { account } from './zh-Hans/account-card.ts';
import { accountChoice } from './zh-Hans/account-choice.ts';
import { accountData, deleteAccount } from './zh-Hans/account-data.ts';
import { accountEmail } from './zh-Hans/account-email.ts';
import {
  accountApp,
  accountBrowsers,
  accountConnected,
  accountMethods,
  accountPasskeys,
  accountRecoveryCodes,
} from './zh-Hans/account-methods.ts';
import { accountPage } from './zh-Hans/account-page.ts';
import { accountPassword } from './zh-Hans/account-password.ts';
import { accountProfile } from './zh-Hans/account-profile.ts';
import { accountSessions } from './zh-Hans/account-sessions.ts';
import { gate } from './zh-Hans/application-gate.ts';
import { claim, claims, consent, scopes, unknownScope } from './zh-Hans/consent.ts';
import { error } from './zh-Hans/error.ts';
import { expired } from './zh-Hans/expired.ts';
import { errorTitle, footer, language } from './zh-Hans/frame.ts';
import { logout } from './zh-Hans/logout.ts';
import { newFactor } from './zh-Hans/new-factor.ts';
import { passkeys } from './zh-Hans/passkeys.ts';
import { recoveryCodes } from './zh-Hans/recovery-codes.ts';
import { resetPassword } from './zh-Hans/reset-password.ts';
import { secondFactor } from './zh-Hans/second-factor.ts';
import { signIn } from './zh-Hans/sign-in.ts';
import { upstream } from './zh-Hans/upstream.ts';
import {
  emailCode,
  invitation,
  mailedCode,
  recover,
  register,
  verifyEmail,
  ways,
} from './zh-Hans/ways.ts';

const formats = createFormats('zh-Hans');

/** Simplified Chinese; docs/translating.md says which words it uses. */
export const zhHans: Messages = {
  lang: 'zh-Hans',
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
