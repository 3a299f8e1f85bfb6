import type { AuditEvent } from '../audit/audit-event.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { sha256 } from '../crypto/digest.ts';
import { randomId } from '../crypto/random-id.ts';
import { ConflictError, NotFoundError } from '../errors.ts';
import type { Tenant } from '../tenants/tenant.ts';
import type { Account } from './account.ts';
import type { AccountStore } from './account-store.ts';
import type { AttemptStore } from './attempt-store.ts';
import { normalizeIdentifier } from './normalize-identifier.ts';
import type { PasswordHasher } from './password-hasher.ts';
import { type PasswordWeakness, passwordWeakness } from './password-policy.ts';

/** How long a link to set a new password works. */
export const RESET_LINK_SECONDS = 20 * 60;

const TOKEN_BYTES = 32;

/** Who asked for something, and from where; an operator without it. */
export type RequestedBy = Pick<AuditEvent, 'actor' | 'address' | 'requestId'>;

/**
 * Makes a single-use link's token for an account; older links of the account stop working. Only
 * the token's SHA-256 is stored.
 *
 * @param by - for the audit log
 * @returns the token goes to the account's owner and nowhere else; put it into the link
 * @throws NotFoundError; ConflictError when the account is disabled; StorageUnavailableError
 */
export async function requestPasswordReset(
  deps: {
    readonly accounts: Pick<AccountStore, 'findById' | 'createOneTimeLink'>;
    readonly audit: Pick<AuditLog, 'record'>;
    readonly now: () => Date;
  },
  tenant: Tenant,
  accountId: string,
  by: RequestedBy = { actor: { type: 'operator' } },
): Promise<{ token: string; expiresAt: Date }> {
  const account = await deps.accounts.findById(tenant.id, accountId);
  if (account === undefined) throw new NotFoundError('account');
  if (account.disabled) throw new ConflictError('the account is disabled');
  const token = randomId(TOKEN_BYTES);
  const expiresAt = new Date(deps.now().getTime() + RESET_LINK_SECONDS * 1000);
  await deps.accounts.createOneTimeLink(tenant.id, {
    accountId,
    purpose: 'reset_password',
    digest: sha256(token),
    expiresAt,
  });
  await deps.audit.record({
    ...by,
    kind: 'account.password_reset_requested',
    tenantId: tenant.id,
    outcome: 'success',
    subject: { type: 'account', id: accountId },
  });
  return { token, expiresAt };
}

/**
 * The account that a link's token still works for. Looking uses nothing up: mail scanners open
 * links, too.
 *
 * @param token - from the link, any text
 * @throws StorageUnavailableError
 */
export async function findPasswordReset(
  deps: { readonly accounts: Pick<AccountStore, 'findByOneTimeLink'> },
  tenant: Tenant,
  token: string,
): Promise<Account | undefined> {
  const account = await deps.accounts.findByOneTimeLink(tenant.id, 'reset_password', sha256(token));
  return account?.disabled === true ? undefined : account;
}

export interface ResetPasswordDeps {
  readonly accounts: Pick<AccountStore, 'findByOneTimeLink' | 'resetPasswordByLink'>;
  readonly attempts: Pick<AttemptStore, 'succeeded'>;
  readonly hasher: Pick<PasswordHasher, 'hash'>;
  readonly audit: Pick<AuditLog, 'record'>;
  /** Ends every session and refresh token of an account. */
  readonly endAccountSessions: (tenant: Tenant, accountId: string) => Promise<void>;
}

export type ResetPasswordResult =
  | { readonly outcome: 'changed'; readonly accountId: string }
  /** Unknown, used, replaced or expired, or its account is disabled. */
  | { readonly outcome: 'invalid_link' }
  /** The link still works. */
  | { readonly outcome: 'weak'; readonly reason: PasswordWeakness };

/**
 * Sets a new password with a link's token, ends every session of the account, and unlocks it.
 *
 * The link is used up together with setting the password: of two at once exactly one wins. Sessions
 * are ended before, so that an outage refuses the reset while the link is still good, and again
 * after, for one that began with the old password in between.
 *
 * @param input.token - from the link, any text
 * @param input.password - as typed
 * @throws OverloadedError, StorageUnavailableError
 */
export async function resetPassword(
  deps: ResetPasswordDeps,
  tenant: Tenant,
  input: {
    readonly token: string;
    readonly password: string;
    readonly address?: string;
    readonly requestId?: string;
  },
): Promise<ResetPasswordResult> {
  const account = await findPasswordReset(deps, tenant, input.token);
  if (account === undefined) return { outcome: 'invalid_link' };
  const reason = await passwordWeakness(input.password, account, [tenant.name]);
  if (reason !== undefined) return { outcome: 'weak', reason };

  const hash = await deps.hasher.hash(input.password);
  await deps.endAccountSessions(tenant, account.id);
  const digest = sha256(input.token);
  const accountId = await deps.accounts.resetPasswordByLink(tenant.id, digest, hash);
  if (accountId === undefined) return { outcome: 'invalid_link' };
  await deps.endAccountSessions(tenant, accountId);

  await deps.audit.record({
    kind: 'account.password_changed',
    tenantId: tenant.id,
    outcome: 'success',
    actor: { type: 'account', id: accountId },
    ...(input.address === undefined ? {} : { address: input.address }),
    ...(input.requestId === undefined ? {} : { requestId: input.requestId }),
  });
  await unlock(deps, tenant, account);
  return { outcome: 'changed', accountId };
}

/** Whoever holds the link is the owner; failures before it were somebody's guesses. */
async function unlock(
  deps: Pick<ResetPasswordDeps, 'attempts'>,
  tenant: Tenant,
  account: Account,
): Promise<void> {
  const identifiers = [account.username, ...(account.email === undefined ? [] : [account.email])];
  const subjects = identifiers.map((name) => ({
    kind: 'account' as const,
    identifier: normalizeIdentifier(name),
  }));
  // The password is changed: a counter that is away only leaves a lock to run out.
  await deps.attempts.succeeded(tenant.id, subjects).catch(() => undefined);
}
