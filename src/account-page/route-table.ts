import { ACCOUNT_PATH, ACCOUNT_SIGNED_IN_PATH } from '../applications/account-client.ts';
import { showActivity } from './activity.ts';
import { showApplications, submitWithdraw } from './applications.ts';
import {
  REFUSE_EMAIL_PATH,
  showApproveEmail,
  submitApproveEmail,
  submitRefuseEmail,
} from './approve-email.ts';
import { showAddApp, showApp, submitAddApp, submitRemoveApp } from './authenticator-app.ts';
import { showBrowsers, submitForgetAllBrowsers, submitForgetBrowser } from './browsers.ts';
import { finishConnect, showConnected, submitConnect, submitDisconnect } from './connected.ts';
import { downloadData, showData, showDeleteAccount, submitDeleteAccount } from './data.ts';
import {
  APPROVE_EMAIL_PATH,
  showChangeEmail,
  showEmail,
  showVerifyEmail,
  submitCancelEmailChange,
  submitChangeEmail,
  submitEmailCode,
  submitResendEmailCode,
  submitSendVerification,
  submitVerifyEmail,
} from './email.ts';
import { showMethods } from './methods.ts';
import { showOverview } from './overview.ts';
import {
  showAddPasskey,
  showPasskeys,
  submitAddPasskey,
  submitRemovePasskey,
  submitRenamePasskey,
} from './passkeys.ts';
import { showPassword, submitPassword } from './password.ts';
import { showProfile, submitProfile } from './profile.ts';
import { showRecoveryCodes, submitCodesSaved, submitNewRecoveryCodes } from './recovery-codes.ts';
import { showSessions, submitEndOtherSessions, submitEndSession } from './sessions.ts';
import { arriveSignedIn } from './signed-in.ts';
import type { AccountPageDeps, AccountVisit, LinkVisit } from './visit.ts';

/** A route for whoever is signed in. Every POST is a form whose origin and token are checked. */
export interface SessionRoute {
  readonly method: 'GET' | 'POST';
  /** Below the tenant's issuer. */
  readonly path: string;
  /** The page that a form belongs to: where people go on after signing in again. */
  readonly page: string;
  readonly access: 'session';
  /** Whether somebody must have signed in a short while ago: before what cannot be undone. */
  readonly recent: boolean;
  readonly handle: (deps: AccountPageDeps, visit: AccountVisit) => Promise<void>;
}

/** A route for anybody, signed in or not. */
export interface OpenRoute {
  readonly method: 'GET';
  readonly path: string;
  readonly access: 'anybody';
  readonly handle: (deps: AccountPageDeps, ctx: AccountVisit['ctx']) => Promise<void>;
}

/** A route for whoever holds a link's token. Its POST is checked like any other form's. */
export interface LinkRoute {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly access: 'link';
  readonly handle: (deps: AccountPageDeps, visit: LinkVisit) => Promise<void>;
}

/** A route of the account page, as data: the router is made from it, and the tests of every one. */
export type AccountRoute = SessionRoute | LinkRoute | OpenRoute;

/** Every route of the account page. */
export const ACCOUNT_ROUTES: readonly AccountRoute[] = [
  {
    method: 'GET',
    path: ACCOUNT_SIGNED_IN_PATH,
    access: 'anybody',
    handle: (deps, ctx) => arriveSignedIn(deps, ctx, pagesOf(ACCOUNT_ROUTES)),
  },
  get('', showOverview),
  get('/profile', showProfile),
  post('/profile', submitProfile),
  get('/email', showEmail),
  get('/email/change', showChangeEmail, { recent: true }),
  post('/email/change', submitChangeEmail, { recent: true }),
  post('/email/code', submitEmailCode, { page: '/email' }),
  post('/email/resend', submitResendEmailCode, { page: '/email' }),
  post('/email/cancel', submitCancelEmailChange, { page: '/email' }),
  get('/email/verify', showVerifyEmail),
  post('/email/verify', submitVerifyEmail),
  post('/email/verify/send', submitSendVerification, { page: '/email' }),
  { method: 'GET', path: APPROVE_EMAIL_PATH, access: 'link', handle: showApproveEmail },
  { method: 'POST', path: APPROVE_EMAIL_PATH, access: 'link', handle: submitApproveEmail },
  { method: 'POST', path: REFUSE_EMAIL_PATH, access: 'link', handle: submitRefuseEmail },
  get('/password', showPassword, { recent: true }),
  post('/password', submitPassword, { recent: true }),
  get('/methods', showMethods),
  get('/methods/passkeys', showPasskeys),
  get('/methods/passkeys/add', showAddPasskey, { recent: true }),
  post('/methods/passkeys/add', submitAddPasskey, { recent: true, page: '/methods/passkeys' }),
  post('/methods/passkeys/rename', submitRenamePasskey, { page: '/methods/passkeys' }),
  post('/methods/passkeys/remove', submitRemovePasskey, {
    recent: true,
    page: '/methods/passkeys',
  }),
  get('/methods/app', showApp),
  get('/methods/app/add', showAddApp, { recent: true }),
  post('/methods/app/add', submitAddApp, { recent: true, page: '/methods/app' }),
  post('/methods/app/remove', submitRemoveApp, { recent: true, page: '/methods/app' }),
  get('/methods/recovery-codes', showRecoveryCodes),
  post('/methods/recovery-codes', submitNewRecoveryCodes, { recent: true }),
  post('/methods/recovery-codes/saved', submitCodesSaved, { page: '/methods/recovery-codes' }),
  get('/methods/browsers', showBrowsers),
  post('/methods/browsers/forget', submitForgetBrowser, { page: '/methods/browsers' }),
  post('/methods/browsers/forget-all', submitForgetAllBrowsers, { page: '/methods/browsers' }),
  get('/methods/connected', showConnected),
  get('/methods/connected/answer', finishConnect, { page: '/methods/connected' }),
  post('/methods/connected/add', submitConnect, { recent: true, page: '/methods/connected' }),
  post('/methods/connected/remove', submitDisconnect, {
    recent: true,
    page: '/methods/connected',
  }),
  get('/sessions', showSessions),
  post('/sessions/end', submitEndSession, { page: '/sessions' }),
  post('/sessions/end-others', submitEndOtherSessions, { page: '/sessions' }),
  get('/applications', showApplications),
  post('/applications/withdraw', submitWithdraw, { page: '/applications' }),
  get('/activity', showActivity),
  get('/data', showData),
  post('/data/download', downloadData, { recent: true, page: '/data' }),
  get('/data/delete', showDeleteAccount, { recent: true }),
  post('/data/delete', submitDeleteAccount, { recent: true }),
];

/** Where a sign-in may lead on to. */
function pagesOf(routes: readonly AccountRoute[]): readonly string[] {
  return routes.flatMap((route) =>
    route.method === 'GET' && route.access === 'session' && route.page === route.path
      ? [route.path]
      : [],
  );
}

interface RouteOptions {
  readonly recent?: boolean;
  /** Below the account page, where it is not the route's own path. */
  readonly page?: string;
}

function get(
  name: string,
  handle: SessionRoute['handle'],
  { recent = false, page = name }: RouteOptions = {},
): SessionRoute {
  return {
    method: 'GET',
    path: `${ACCOUNT_PATH}${name}`,
    page: `${ACCOUNT_PATH}${page}`,
    access: 'session',
    recent,
    handle,
  };
}

function post(
  name: string,
  handle: SessionRoute['handle'],
  { recent = false, page = name }: RouteOptions = {},
): SessionRoute {
  const path = `${ACCOUNT_PATH}${name}`;
  return {
    method: 'POST',
    path,
    page: `${ACCOUNT_PATH}${page}`,
    access: 'session',
    recent,
    handle,
  };
}
