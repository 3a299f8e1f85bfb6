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
  type ApplicationsView,
  applicationsPage,
} from '../account-page/pages/applications-page.ts';
import {
  approveEmailPage,
  emailApprovedPage,
  emailRefusedPage,
  invalidApprovalPage,
} from '../account-page/pages/approve-email-pages.ts';
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
import { overviewPage } from '../account-page/pages/overview-page.ts';
import { type PasswordView, passwordPage } from '../account-page/pages/password-page.ts';
import { type ProfileView, profilePage } from '../account-page/pages/profile-page.ts';
import { type SessionsView, sessionsPage } from '../account-page/pages/sessions-page.ts';
import { noCookiePage, refusedPage } from '../account-page/pages/signed-in-pages.ts';
import type { AccountSession } from '../accounts/account-session.ts';
import type { PendingEmailChange } from '../accounts/email-change-store.ts';
import type { Page } from '../http/render-page.ts';
import type { Messages } from '../interactions/messages/messages.ts';
import { methodSamples } from './account-method-samples.ts';
import { ago, CSRF, FIREFOX, form, NOW, ROOT, type ShellWith } from './account-sample-parts.ts';
import type { SampleNames } from './page-samples.ts';

const SAFARI =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1';

/** The samples by name. */
export function accountPageSamples(messages: Messages, names: SampleNames): Record<string, Page> {
  const shellWith: ShellWith = (done) => ({
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
