import type { AuditLog } from '../audit/audit-log.ts';
import { NotFoundError } from '../errors.ts';
import type { Tenant } from '../tenants/tenant.ts';
import type { AccountStore } from './account-store.ts';
import type { PasswordHasher } from './password-hasher.ts';
import { type PasswordWeakness, passwordWeakness } from './password-policy.ts';

export interface ChangePasswordDeps {
  readonly accounts: Pick<AccountStore, 'findById' | 'setPassword'>;
  readonly hasher: Pick<PasswordHasher, 'hash'>;
  readonly audit: Pick<AuditLog, 'record'>;
  /** Ends whatever the account has open, but for the session that asks. */
  readonly endOthers: () => Promise<void>;
}

export type ChangePasswordResult =
  | { readonly outcome: 'changed' }
  /** Nothing was changed. */
  | { readonly outcome: 'weak'; readonly reason: PasswordWeakness };

/**
 * Sets a new password for somebody who has just proved who they are, and ends everything that
 * others may have open with the old one: sessions, tokens, remembered browsers, links to set one.
 *
 * Others are ended before, so that an outage changes nothing, and again after, for one that began
 * with the old password in between.
 *
 * @param input.password - as typed
 * @throws NotFoundError when there is no such account; OverloadedError, StorageUnavailableError
 */
export async function changePassword(
  deps: ChangePasswordDeps,
  tenant: Tenant,
  input: {
    readonly accountId: string;
    readonly password: string;
    readonly address: string;
    readonly requestId: string;
  },
): Promise<ChangePasswordResult> {
  const { accountId, password, address, requestId } = input;
  const account = await deps.accounts.findById(tenant.id, accountId);
  if (account === undefined) throw new NotFoundError('account');
  const reason = await passwordWeakness(password, account, [tenant.name]);
  if (reason !== undefined) return { outcome: 'weak', reason };

  const hash = await deps.hasher.hash(password);
  await deps.endOthers();
  if (!(await deps.accounts.setPassword(tenant.id, accountId, hash))) {
    throw new NotFoundError('account');
  }
  await deps.endOthers();
  await deps.audit.record({
    kind: 'account.password_changed',
    tenantId: tenant.id,
    outcome: 'success',
    actor: { type: 'account', id: accountId },
    address,
    requestId,
  });
  return { outcome: 'changed' };
}
