/**
 * The pages of a person's own account in each of their states; `page-samples.ts` has the others.
 */

import type { AccountShell } from '../account-page/pages/account-layout.ts';
import {
  type ActivityKind,
  type ActivityView,
  activityPage,
} from '../account-page/pages/activity-page.ts';
import {
  type AppProblem,
  type AppView,
  addAppPage,
  appPage,
} from '../account-page/pages/app-pages.ts';
import {
  type ApplicationsView,
  applicationsPage,
} from '../account-page/pages/applications-page.ts';
import {
  approveEmailPage,
  emailApprovedPage,
  emailRefusedPage,
  invalidApprovalPage,
} from '../account-page/pages/approve-email-pages.ts';
import { type BrowsersView, browsersPage } from '../account-page/pages/browsers-page.ts';
import { type ConnectedView, connectedPage } from '../account-page/pages/connected-page.ts';
import {
  accountDeletedPage,
  dataPage,
  deleteAccountPage,
} from '../account-page/pages/data-pages.ts';
import {
  changeEmailPage,
  type EmailView,
  emailPage,
  verifyEmailPage,
} from '../account-page/pages/email-pages.ts';
import { methodsPage } from '../account-page/pages/methods-page.ts';
import { overviewPage } from '../account-page/pages/overview-page.ts';
import {
  addPasskeyPage,
  type PasskeysView,
  passkeysPage,
} from '../account-page/pages/passkeys-pages.ts';
import { type PasswordView, passwordPage } from '../account-page/pages/password-page.ts';
import { type ProfileView, profilePage } from '../account-page/pages/profile-page.ts';
import {
  newRecoveryCodesPage,
  recoveryCodesStatePage,
} from '../account-page/pages/recovery-codes-pages.ts';
import { type SessionsView, sessionsPage } from '../account-page/pages/sessions-page.ts';
import { noCookiePage, refusedPage } from '../account-page/pages/signed-in-pages.ts';
import type { AccountSession } from '../accounts/account-session.ts';
import type { PendingEmailChange } from '../accounts/email-change-store.ts';
import type { Passkey } from '../accounts/passkey.ts';
import type { PasskeyCreationOptions } from '../accounts/register-passkey.ts';
import type { Page } from '../http/render-page.ts';
import type { Messages } from '../interactions/messages/messages.ts';
import type { SampleNames } from './page-samples.ts';

const ROOT = '/account';
const CSRF = 'kq3sX0aCqGf1yqYQv4gqFv6bq1i9H2hC5s0m7mY0n8E';
const NOW = new Date('2027-05-03T10:22:00Z');
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const SAFARI =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1';

const form = (path: string) => ({ action: `${ROOT}${path}`, csrf: CSRF });
const ago = (hours: number) => new Date(NOW.getTime() - hours * 3_600_000);

/** The samples by name. */
export function accountPageSamples(messages: Messages, names: SampleNames): Record<string, Page> {
  const shellWith = (done?: AccountShell['done']): AccountShell => ({
    root: ROOT,
    signOutHref: '/session/end',
    timeZone: 'Europe/London',
    done,
  });
  const shell = shellWith();
  const account = { name: names.person, username: names.username };
  const profile = (view: Partial<ProfileView>, done?: AccountShell['done']) =>
    profilePage(messages, shellWith(done), {
      ...form('/profile'),
      values: {},
      problems: [],
      ...view,
    });
  const password = (view: Partial<PasswordView>, done?: AccountShell['done']) =>
    passwordPage(messages, shellWith(done), {
      ...form('/password'),
      username: names.username,
      changedAt: ago(2000),
      minCharacters: 8,
      problem: undefined,
      ...view,
    });
  const email = (view: Partial<EmailView>, done?: AccountShell['done']) =>
    emailPage(messages, shellWith(done), {
      email: names.username,
      verified: true,
      mailEnabled: true,
      changeHref: `${ROOT}/email/change`,
      sendVerification: form('/email/verify/send'),
      pending: undefined,
      code: form('/email/code'),
      resend: form('/email/resend'),
      cancel: form('/email/cancel'),
      problem: undefined,
      ...view,
    });
  const sessions = (view: Partial<SessionsView>, done?: AccountShell['done']) =>
    sessionsPage(messages, shellWith(done), {
      sessions: sessionSamples(names),
      clientNames: new Map([
        ['notes', names.client],
        ['payroll', names.application],
      ]),
      end: form('/sessions/end'),
      endOthers: form('/sessions/end-others'),
      now: NOW,
      ...view,
    });
  const applications = (view: Partial<ApplicationsView>, done?: AccountShell['done']) =>
    applicationsPage(messages, shellWith(done), {
      siteName: names.site,
      applications: [],
      applicationNames: { [names.audience]: names.application },
      withdraw: form('/applications/withdraw'),
      now: NOW,
      ...view,
    });

  return {
    account: overviewPage(messages, shell, { account }),
    'account-profile': profile({
      values: {
        name: names.person,
        nickname: names.typed,
        birthdate: '1980-02-29',
        locale: 'en',
        zoneinfo: 'Europe/London',
        phone_number: '+44 20 7946 0018',
        website: names.link,
        street_address: '1 Gate Street',
        locality: names.site,
      },
    }),
    'account-profile-saved': profile({ values: { name: names.person } }, 'profile_saved'),
    'account-profile-invalid': profile({
      values: {
        name: names.person,
        birthdate: '0000-02-29',
        locale: names.scope,
        zoneinfo: names.typed,
        phone_number: names.typed,
        website: names.link,
      },
      problems: ['zoneinfo', 'phone_number', 'website'],
    }),
    'account-email': email({}),
    'account-email-unconfirmed': email({ verified: false }),
    'account-email-none': email({ email: undefined, verified: false, mailEnabled: false }),
    'account-email-pending': email({ pending: pending(names, {}) }, 'email_change_begun'),
    'account-email-proved': email({ pending: pending(names, { proved: true }) }),
    'account-email-rejected': email({
      pending: pending(names, { awaitsApproval: false }),
      problem: { kind: 'rejected' },
    }),
    'account-email-change': changeEmailPage(messages, shell, {
      ...form('/email/change'),
      hasEmail: true,
      needsApproval: true,
      typed: '',
      problem: undefined,
    }),
    'account-email-change-invalid': changeEmailPage(messages, shell, {
      ...form('/email/change'),
      hasEmail: true,
      needsApproval: true,
      typed: names.typed,
      problem: { kind: 'malformed' },
    }),
    'account-email-verify': verifyEmailPage(messages, shell, {
      ...form('/email/verify'),
      email: names.username,
      resend: form('/email/verify/send'),
      problem: undefined,
    }),
    'account-email-approve': approveEmailPage(messages, {
      action: `${ROOT}/email/approve`,
      refuseAction: `${ROOT}/email/approve/refuse`,
      csrf: CSRF,
      token: 'q1w2e3r4t5y6u7i8o9p0a1s2d3f4g5h6j7k8l9z0x1c',
      from: names.username,
      to: `${names.typed}@new.example`,
    }),
    'account-email-approved': emailApprovedPage(messages, {
      changed: false,
      email: names.username,
      accountHref: ROOT,
    }),
    'account-email-stopped': emailRefusedPage(messages, { passwordHref: `${ROOT}/password` }),
    'account-email-link-invalid': invalidApprovalPage(messages),
    'account-password': password({}),
    'account-password-none': password({ changedAt: undefined }),
    'account-password-different': password({ problem: 'different' }),
    'account-password-saved': password({}, 'password_changed'),
    ...methodSamples(messages, names, shellWith),
    ...endSamples(messages, names, shellWith()),
    'account-sessions': sessions({}),
    'account-sessions-one': sessions(
      { sessions: sessionSamples(names).slice(0, 1) },
      'sessions_ended',
    ),
    'account-applications': applications({ applications: applicationSamples(names) }),
    'account-applications-none': applications({}, 'access_removed'),
    'account-refused': refusedPage(messages, { startHref: ROOT }),
    'account-no-cookie': noCookiePage(messages, { startHref: ROOT }),
  };
}

function pending(names: SampleNames, more: Partial<PendingEmailChange>): PendingEmailChange {
  return {
    accountId: 'alice',
    email: `${names.typed}@new.example`,
    previousEmail: names.username,
    proved: false,
    awaitsApproval: true,
    expiresAt: ago(-24),
    ...more,
  };
}

function sessionSamples(names: SampleNames): AccountSession[] {
  const moment = (hours: number, userAgent: string | undefined, address?: string) => ({
    at: ago(hours),
    address,
    userAgent,
  });
  return [
    {
      handle: 'a'.repeat(43),
      current: true,
      signedIn: moment(30, FIREFOX, '192.0.2.7'),
      lastSeen: moment(0, FIREFOX, '192.0.2.7'),
      clientIds: ['notes', 'payroll', 'gatehouse-account'],
    },
    {
      handle: 'b'.repeat(43),
      current: false,
      signedIn: moment(400, SAFARI, '2001:db8:85a3:8d3:1319:8a2e:370:7348'),
      lastSeen: moment(3, SAFARI, '2001:db8:85a3:8d3:1319:8a2e:370:7348'),
      clientIds: ['notes'],
    },
    {
      handle: 'c'.repeat(43),
      current: false,
      signedIn: moment(900, names.typed),
      lastSeen: moment(700, undefined),
      clientIds: [],
    },
  ];
}

function applicationSamples(names: SampleNames): ApplicationsView['applications'] {
  return [
    {
      clientId: names.scope,
      name: names.client,
      website: names.link,
      firstParty: false,
      grant: {
        scopes: ['openid', 'profile', 'email', 'offline_access', names.scope],
        claims: ['birthdate'],
        resourceScopes: { [names.audience]: [names.scope, 'notes:write'] },
        firstUsedAt: ago(3000),
        lastUsedAt: ago(5),
      },
    },
    {
      clientId: 'payroll-web',
      name: names.application,
      website: undefined,
      firstParty: true,
      grant: {
        scopes: ['openid'],
        claims: [],
        resourceScopes: {},
        firstUsedAt: ago(90),
        lastUsedAt: ago(90),
      },
    },
  ];
}

function methodSamples(
  messages: Messages,
  names: SampleNames,
  shellWith: (done?: AccountShell['done']) => AccountShell,
): Record<string, Page> {
  const shell = shellWith();
  const root = `${ROOT}/methods`;
  const passkeys = (view: Partial<PasskeysView>, done?: AccountShell['done']) =>
    passkeysPage(messages, shellWith(done), {
      passkeys: passkeySamples(names),
      addHref: `${root}/passkeys/add`,
      rename: form('/methods/passkeys/rename'),
      remove: form('/methods/passkeys/remove'),
      kept: undefined,
      problem: undefined,
      now: NOW,
      ...view,
    });
  const app = (view: Partial<AppView>, done?: AccountShell['done']) =>
    appPage(messages, shellWith(done), {
      app: { name: '', createdAt: ago(500), lastUsedAt: ago(20) },
      addHref: `${root}/app/add`,
      remove: form('/methods/app/remove'),
      needed: false,
      now: NOW,
      ...view,
    });
  const addApp = (problem?: AppProblem) =>
    addAppPage(messages, shell, {
      ...form('/methods/app/add'),
      seed: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
      uri: 'otpauth://totp/Acme:alice?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Acme',
      problem,
    });
  const codes = (left: number, hasFactor = true) =>
    recoveryCodesStatePage(messages, shell, {
      ...form('/methods/recovery-codes'),
      left,
      hasFactor,
    });
  const browsers = (view: Partial<BrowsersView>) =>
    browsersPage(messages, shell, {
      browsers: ['1', '2'].map((id) => ({
        id,
        userAgent: id === '1' ? FIREFOX : names.typed,
        address: '192.0.2.7',
        createdAt: ago(200),
        lastUsedAt: ago(2),
        expiresAt: ago(-520),
      })),
      forget: form('/methods/browsers/forget'),
      forgetAll: form('/methods/browsers/forget-all'),
      now: NOW,
      ...view,
    });
  const connected = (view: Partial<ConnectedView>, kept = false) =>
    connectedPage(messages, shell, {
      links: [
        {
          id: '0190a0a0-0000-7000-8000-000000000001',
          name: names.client,
          shownName: names.person,
          shownEmail: names.username,
          createdAt: ago(900),
          lastUsedAt: ago(30),
          kept,
        },
      ],
      offered: [{ key: 'other', name: names.application }],
      connect: form('/methods/connected/add'),
      disconnect: form('/methods/connected/remove'),
      problem: undefined,
      now: NOW,
      ...view,
    });

  return {
    'account-methods': methodsPage(messages, shellWith('recovery_codes_saved'), {
      root,
      passkeys: 2,
      secondFactors: { app: true, recoveryCodes: 8, browsers: 0 },
      connected: 1,
    }),
    'account-passkeys': passkeys({}, 'passkey_added'),
    'account-passkeys-none': passkeys({ passkeys: [], addHref: undefined }),
    'account-passkeys-kept': passkeys({
      passkeys: passkeySamples(names).slice(0, 1),
      kept: 'only_way',
    }),
    'account-passkey-add': addPasskeyPage(messages, shell, {
      ...form('/methods/passkeys/add'),
      options: passkeyOptions(names),
      problem: undefined,
    }),
    'account-passkey-add-rejected': addPasskeyPage(messages, shell, {
      ...form('/methods/passkeys/add'),
      options: passkeyOptions(names),
      problem: 'rejected',
    }),
    'account-app': app({}),
    'account-app-none': app({ app: undefined }, 'app_removed'),
    'account-app-kept': app({ needed: true }),
    'account-app-add': addApp(),
    'account-app-add-rejected': addApp('wrong_code'),
    'account-app-add-outdated': addApp('expired'),
    'account-recovery-codes': codes(8),
    'account-recovery-codes-few': codes(2),
    'account-recovery-codes-none': codes(0, false),
    'account-recovery-codes-new': newRecoveryCodesPage(messages, shellWith('app_added'), {
      ...form('/methods/recovery-codes/saved'),
      siteName: names.site,
      username: names.username,
      codes: Array.from({ length: 10 }, (_, n) => `${n}k3xq-7wn${n}v`),
    }),
    'account-browsers': browsers({}),
    'account-browsers-none': browsers({ browsers: [] }),
    'account-connected': connected({}),
    'account-connected-kept': connected({}, true),
    'account-connected-none-refused': connected({
      links: [],
      problem: { name: names.application, reason: 'refused' },
    }),
  };
}

function passkeySamples(names: SampleNames): Passkey[] {
  const shared = { transports: ['internal'], backupEligible: true, createdAt: ago(700) };
  return [
    {
      ...shared,
      id: 'cGFzc2tleS1vbmU',
      name: names.client,
      aaguid: '00000000-0000-0000-0000-000000000000',
      backedUp: true,
      lastUsedAt: ago(4),
    },
    {
      ...shared,
      id: 'cGFzc2tleS10d28',
      name: undefined,
      aaguid: '00000000-0000-0000-0000-000000000000',
      backedUp: false,
      lastUsedAt: undefined,
    },
  ];
}

function passkeyOptions(names: SampleNames): PasskeyCreationOptions {
  return {
    rp: { id: 'login.example', name: names.site },
    user: { id: 'dXNlcg', name: names.username, displayName: names.person },
    challenge: CSRF,
    pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
    timeout: 300_000,
    excludeCredentials: [],
    authenticatorSelection: {
      residentKey: 'required',
      requireResidentKey: true,
      userVerification: 'required',
    },
    attestation: 'none',
  };
}

function endSamples(
  messages: Messages,
  names: SampleNames,
  shell: AccountShell,
): Record<string, Page> {
  const activity = (view: Partial<ActivityView>) =>
    activityPage(messages, shell, {
      events: activitySamples(messages),
      clientNames: new Map([['notes', names.client]]),
      olderHref: `${ROOT}/activity?before=0190a0a0-0000-7000-8000-000000000001`,
      newestHref: undefined,
      ...view,
    });
  const deleting = (unsure: boolean) =>
    deleteAccountPage(messages, shell, {
      ...form('/data/delete'),
      siteName: names.site,
      keepHref: `${ROOT}/data`,
      unsure,
    });
  return {
    'account-activity': activity({}),
    'account-activity-older': activity({ olderHref: undefined, newestHref: `${ROOT}/activity` }),
    'account-activity-none': activity({ events: [], olderHref: undefined }),
    'account-data': dataPage(messages, shell, {
      download: form('/data/download'),
      deleteHref: `${ROOT}/data/delete`,
    }),
    'account-delete': deleting(false),
    'account-delete-unsure-invalid': deleting(true),
    'account-deleted': accountDeletedPage(messages),
  };
}

/** One of each kind. */
function activitySamples({ accountActivity }: Messages): ActivityView['events'] {
  const kinds = Object.keys(accountActivity.kinds) as ActivityKind[];
  return kinds.map((kind, index) => ({
    kind,
    at: ago(index * 7),
    outcome: /failed|throttled|suspected/.test(kind) ? 'failure' : 'success',
    actor: { type: /created|abled|reset$/.test(kind) ? 'operator' : 'account' },
    address: '192.0.2.7',
    ...(/sign_in|consent/.test(kind) ? { clientId: 'notes' } : {}),
  }));
}
