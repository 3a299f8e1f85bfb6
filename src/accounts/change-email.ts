import type { AuditEvent } from '../audit/audit-event.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { sha256 } from '../crypto/digest.ts';
import { randomId } from '../crypto/random-id.ts';
import type { QueueMail } from '../mail/queue-mail.ts';
import type { Tenant } from '../tenants/tenant.ts';
import type { Account } from './account.ts';
import type { AccountStore } from './account-store.ts';
import type { AttemptSubject } from './attempt-store.ts';
import { type EmailAddressProblem, readEmailAddress } from './email-address.ts';
import type {
  EmailChangeProgress,
  EmailChangeStore,
  PendingEmailChange,
} from './email-change-store.ts';
import { withdrawOnError } from './factor-attempt.ts';
import { mailLocale } from './mail-locale.ts';
import { normalizeIdentifier } from './normalize-identifier.ts';
import {
  ONE_TIME_CODE_SECONDS,
  type OneTimeCodeDeps,
  type OneTimeCodeUse,
  requestOneTimeCode,
  useOneTimeCode,
} from './one-time-code.ts';

/** How long a change waits for both mailboxes. */
const EMAIL_CHANGE_SECONDS = 24 * 60 * 60;

export interface ChangeEmailDeps extends OneTimeCodeDeps {
  readonly accounts: Pick<AccountStore, 'findByIdentifier'>;
  readonly changes: EmailChangeStore;
  readonly audit: Pick<AuditLog, 'record'>;
  readonly queueMail: QueueMail;
}

/** Somebody at their own account, who has proved who they are. */
export interface ChangeEmailVisit {
  readonly account: Account;
  /** The session: a code typed in another one does not work. */
  readonly binding: string;
  readonly address: string;
  readonly requestId: string;
}

/** What the mails of a change need to know. */
export interface ChangeEmailMail {
  /** Where the link leads that approves a change. */
  readonly approvalUrl: (token: string) => string;
  /** The account page: for somebody whose address another person typed. */
  readonly accountUrl: string;
  /** Such as `Firefox`. */
  readonly browser: string | undefined;
  /** Of the page, for an account that has no language. */
  readonly locale: string;
}

export type BeginEmailChangeResult =
  | { readonly outcome: 'begun' }
  | { readonly outcome: 'invalid'; readonly problem: EmailAddressProblem | 'same' }
  | { readonly outcome: 'throttled'; readonly retryAfterSeconds: number };

/**
 * Begins to give an account another e-mail address. The new mailbox gets a code; the old one, if it
 * was ever confirmed, has to approve by a link, and otherwise only hears of it.
 *
 * Nobody learns here whether somebody has an account under the new address: then its owner is told
 * so by mail, the code never works, and page and time are the same.
 *
 * @param typed - the new address, as typed
 * @returns `throttled`: one code a minute and five an hour for an address, five changes an hour for
 *   an account; what was begun before still stands
 * @throws NotFoundError when the account is gone; StorageUnavailableError
 */
export async function beginEmailChange(
  deps: ChangeEmailDeps,
  tenant: Tenant,
  visit: ChangeEmailVisit,
  typed: string,
  mail: ChangeEmailMail,
): Promise<BeginEmailChangeResult> {
  const { account } = visit;
  const read = readEmailAddress(typed);
  if ('problem' in read) return { outcome: 'invalid', problem: read.problem };
  const email = read.address;
  if (normalizeIdentifier(email) === normalizeIdentifier(account.email ?? '')) {
    return { outcome: 'invalid', problem: 'same' };
  }
  const subjects: AttemptSubject[] = [{ kind: 'code_quota', name: `email change:${account.id}` }];
  const verdict = await deps.attempts.begin(tenant.id, subjects);
  if (!verdict.allowed) {
    return { outcome: 'throttled', retryAfterSeconds: verdict.retryAfterSeconds };
  }
  return withdrawOnError(deps, tenant, subjects, async () => {
    const sent = await sendCode(deps, tenant, visit, email, mail);
    if (sent.outcome === 'throttled') {
      await deps.attempts.withdraw(tenant.id, subjects);
      return sent;
    }
    const token = account.emailVerified ? randomId() : undefined;
    await deps.changes.begin(tenant.id, {
      accountId: account.id,
      email,
      previousEmail: account.email,
      approvalDigest: token === undefined ? undefined : sha256(token),
      expiresAt: new Date(deps.now().getTime() + EMAIL_CHANGE_SECONDS * 1000),
    });
    await tellOldAddress(deps, tenant, visit, email, mail, token);
    await record(deps, tenant, visit, 'account.email_change_requested');
    return { outcome: 'begun' };
  });
}

/**
 * Sends the code of a pending change again; the one before stops working.
 *
 * @throws StorageUnavailableError
 */
export async function resendEmailChangeCode(
  deps: ChangeEmailDeps,
  tenant: Tenant,
  visit: ChangeEmailVisit,
  mail: ChangeEmailMail,
): Promise<
  | { readonly outcome: 'sent' }
  | { readonly outcome: 'gone' }
  | { readonly outcome: 'throttled'; readonly retryAfterSeconds: number }
> {
  const pending = await deps.changes.find(tenant.id, visit.account.id);
  if (pending === undefined || pending.proved) return { outcome: 'gone' };
  return sendCode(deps, tenant, visit, pending.email, mail);
}

export type ProveEmailResult =
  | EmailChangeProgress
  | { readonly outcome: 'rejected' | 'expired' }
  | { readonly outcome: 'locked'; readonly retryAfterSeconds: number };

/**
 * Takes the code that was sent to the new address. The change is complete with it, unless the old
 * one has still to approve.
 *
 * @param code - as typed
 * @throws StorageUnavailableError
 */
export async function proveNewEmail(
  deps: ChangeEmailDeps,
  tenant: Tenant,
  visit: ChangeEmailVisit,
  code: string,
): Promise<ProveEmailResult> {
  const pending = await deps.changes.find(tenant.id, visit.account.id);
  if (pending === undefined) return { outcome: 'gone' };
  const verdict = await useOneTimeCode(deps, tenant, { ...codeUse(visit, pending.email), code });
  if (verdict.outcome === 'rejected') return { outcome: 'rejected' };
  if (verdict.outcome !== 'verified') return verdict;
  const progress = await deps.changes.prove(tenant.id, visit.account.id, pending.email);
  if (progress.outcome === 'changed') {
    await record(deps, tenant, visit, 'account.email_changed');
  }
  return progress;
}

/**
 * The change that a link to the old address approves. Looking uses nothing up: mail scanners open
 * links, too.
 *
 * @param token - from the link, any text
 * @throws StorageUnavailableError
 */
export async function findEmailChange(
  deps: Pick<ChangeEmailDeps, 'changes'>,
  tenant: Tenant,
  token: string,
): Promise<PendingEmailChange | undefined> {
  return deps.changes.findByApproval(tenant.id, sha256(token));
}

/** Who opened a link, as far as anybody knows: whoever reads the old address. */
export interface ApprovalVisit {
  /** From the link, any text. */
  readonly token: string;
  readonly address: string;
  readonly requestId: string;
}

/**
 * Lets a change go on that was begun elsewhere.
 *
 * @throws StorageUnavailableError
 */
export async function approveEmailChange(
  deps: Pick<ChangeEmailDeps, 'changes' | 'audit'>,
  tenant: Tenant,
  visit: ApprovalVisit,
): Promise<EmailChangeProgress & { readonly accountId?: string }> {
  const pending = await findEmailChange(deps, tenant, visit.token);
  if (pending === undefined) return { outcome: 'gone' };
  const progress = await deps.changes.approve(tenant.id, sha256(visit.token));
  if (progress.outcome === 'changed') {
    await recordByLink(deps, tenant, visit, pending, 'account.email_changed');
  }
  return { ...progress, accountId: pending.accountId };
}

/**
 * Stops a change: whoever reads the old address did not ask for it. Then somebody else is at the
 * account, and the page that says so leads to a new password.
 *
 * @returns false when there was nothing to stop any more
 * @throws StorageUnavailableError
 */
export async function refuseEmailChange(
  deps: Pick<ChangeEmailDeps, 'changes' | 'audit'>,
  tenant: Tenant,
  visit: ApprovalVisit,
): Promise<boolean> {
  const pending = await findEmailChange(deps, tenant, visit.token);
  if (pending === undefined) return false;
  if (!(await deps.changes.cancel(tenant.id, pending.accountId))) return false;
  await recordByLink(deps, tenant, visit, pending, 'account.email_change_refused');
  return true;
}

/**
 * Takes a change back.
 *
 * @throws StorageUnavailableError
 */
export async function cancelEmailChange(
  deps: Pick<ChangeEmailDeps, 'changes' | 'audit'>,
  tenant: Tenant,
  visit: ChangeEmailVisit,
): Promise<void> {
  if (!(await deps.changes.cancel(tenant.id, visit.account.id))) return;
  await record(deps, tenant, visit, 'account.email_change_cancelled');
}

async function sendCode(
  deps: ChangeEmailDeps,
  tenant: Tenant,
  visit: ChangeEmailVisit,
  email: string,
  mail: ChangeEmailMail,
): Promise<
  | { readonly outcome: 'sent' }
  | { readonly outcome: 'throttled'; readonly retryAfterSeconds: number }
> {
  const { account } = visit;
  const existing = await deps.accounts.findByIdentifier(tenant.id, email);
  const owner = existing?.account.id === account.id ? undefined : existing?.account;
  // Somebody else's stored address, never one that is only written like it.
  const to = owner?.email ?? email;
  const request = await requestOneTimeCode(deps, tenant, {
    ...codeUse(visit, email),
    recipient: to,
    decoy: owner !== undefined,
  });
  if (request.outcome === 'throttled') return request;
  const { id: accountId } = owner ?? account;
  const locale = mailLocale(owner ?? account, mail.locale);
  const addressed = { to, locale, accountId, decoy: request.mailboxFull };
  await (owner === undefined
    ? deps.queueMail(tenant, {
        ...addressed,
        kind: 'change_email_confirm',
        data: { code: request.code, validSeconds: ONE_TIME_CODE_SECONDS },
      })
    : deps.queueMail(tenant, {
        ...addressed,
        kind: 'address_in_use',
        data: { signInUrl: mail.accountUrl, resetUrl: mail.accountUrl },
      }));
  return { outcome: 'sent' };
}

/** To the address that the account has, if there is one: it may not be its owner who asks. */
async function tellOldAddress(
  deps: Pick<ChangeEmailDeps, 'queueMail'>,
  tenant: Tenant,
  { account, address }: ChangeEmailVisit,
  newAddress: string,
  mail: ChangeEmailMail,
  token: string | undefined,
): Promise<void> {
  if (account.email === undefined) return;
  const { name } = account.claims;
  await deps.queueMail(tenant, {
    kind: 'change_email_notice',
    to: account.email,
    accountId: account.id,
    locale: mailLocale(account, mail.locale),
    ...(typeof name === 'string' ? { name } : {}),
    data: {
      newAddress,
      address,
      ...(mail.browser === undefined ? {} : { browser: mail.browser }),
      ...(token === undefined
        ? {}
        : { link: mail.approvalUrl(token), validSeconds: EMAIL_CHANGE_SECONDS }),
    },
  });
}

/** A code proves one mailbox for one account. */
function codeUse(
  { account, binding, address, requestId }: ChangeEmailVisit,
  email: string,
): OneTimeCodeUse {
  const subject = JSON.stringify([account.id, normalizeIdentifier(email)]);
  return { purpose: 'change_email', subject, binding, address, requestId };
}

type ChangeEvent = Extract<AuditEvent['kind'], `account.email_change${string}`>;

async function record(
  deps: Pick<ChangeEmailDeps, 'audit'>,
  tenant: Tenant,
  { account, address, requestId }: ChangeEmailVisit,
  kind: ChangeEvent,
): Promise<void> {
  await deps.audit.record({
    kind,
    tenantId: tenant.id,
    outcome: 'success',
    actor: { type: 'account', id: account.id },
    address,
    requestId,
  });
}

async function recordByLink(
  deps: Pick<ChangeEmailDeps, 'audit'>,
  tenant: Tenant,
  { address, requestId }: ApprovalVisit,
  { accountId }: PendingEmailChange,
  kind: ChangeEvent,
): Promise<void> {
  await deps.audit.record({
    kind,
    tenantId: tenant.id,
    outcome: 'success',
    actor: { type: 'anonymous' },
    subject: { type: 'account', id: accountId },
    address,
    requestId,
    detail: { by: 'link' },
  });
}
