import type { AuditEvent } from '../audit/audit-event.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { type Passkey, passkeyDetail, passkeyName } from './passkey.ts';
import type { PasskeyStore } from './passkey-store.ts';

/** Who changes an account's passkeys, and from where: its owner, or an operator. */
export type ChangedBy = Pick<AuditEvent, 'actor' | 'address' | 'requestId'>;

/**
 * The passkeys of an account, oldest first.
 *
 * @throws StorageUnavailableError
 */
export async function listPasskeys(
  deps: { readonly passkeys: Pick<PasskeyStore, 'list'> },
  tenant: Tenant,
  accountId: string,
): Promise<Passkey[]> {
  return deps.passkeys.list(tenant.id, accountId);
}

/**
 * How many passkeys an account has.
 *
 * @throws StorageUnavailableError
 */
export async function countPasskeys(
  deps: { readonly passkeys: Pick<PasskeyStore, 'count'> },
  tenant: Tenant,
  accountId: string,
): Promise<number> {
  return deps.passkeys.count(tenant.id, accountId);
}

/**
 * Gives a passkey another name; a name of nothing visible gives it its authenticator's again.
 *
 * @param input.name - as typed; cut to 60 characters
 * @throws StorageUnavailableError
 */
export async function renamePasskey(
  deps: {
    readonly passkeys: Pick<PasskeyStore, 'rename'>;
    readonly audit: Pick<AuditLog, 'record'>;
  },
  tenant: Tenant,
  input: {
    readonly accountId: string;
    readonly passkeyId: string;
    readonly name: string;
    readonly by: ChangedBy;
  },
): Promise<{ readonly outcome: 'renamed' } | { readonly outcome: 'unknown' }> {
  const { accountId, passkeyId, by } = input;
  const name = passkeyName(input.name);
  if (!(await deps.passkeys.rename(tenant.id, accountId, passkeyId, name))) {
    return { outcome: 'unknown' };
  }
  await deps.audit.record({
    ...by,
    kind: 'passkey.renamed',
    tenantId: tenant.id,
    outcome: 'success',
    ...subjectOf(by, accountId),
  });
  return { outcome: 'renamed' };
}

/**
 * Removes a passkey: from now on it signs nobody in. It stays in its authenticator, which nobody
 * but its owner can clear.
 *
 * @param deps.hasOtherWay - whether the account can open a sign-in without a passkey: it has a
 *   password, or what else the tenant allows
 * @returns `lastWay`: the account has nothing left to open a sign-in with. Nobody is kept from
 *   that here; a page warns before.
 * @throws StorageUnavailableError
 */
export async function removePasskey(
  deps: {
    readonly passkeys: Pick<PasskeyStore, 'remove' | 'count'>;
    readonly audit: Pick<AuditLog, 'record'>;
    readonly hasOtherWay: (tenant: Tenant, accountId: string) => Promise<boolean>;
  },
  tenant: Tenant,
  input: { readonly accountId: string; readonly passkeyId: string; readonly by: ChangedBy },
): Promise<
  | { readonly outcome: 'removed'; readonly passkey: Passkey; readonly lastWay: boolean }
  | { readonly outcome: 'unknown' }
> {
  const { accountId, passkeyId, by } = input;
  const passkey = await deps.passkeys.remove(tenant.id, accountId, passkeyId);
  if (passkey === undefined) return { outcome: 'unknown' };
  await deps.audit.record({
    ...by,
    kind: 'passkey.removed',
    tenantId: tenant.id,
    outcome: 'success',
    ...subjectOf(by, accountId),
    detail: passkeyDetail(passkey),
  });
  const left = await deps.passkeys.count(tenant.id, accountId);
  const lastWay = left === 0 && !(await deps.hasOtherWay(tenant, accountId));
  return { outcome: 'removed', passkey, lastWay };
}

/**
 * Removes every passkey of an account, for somebody who lost them all and came to an operator.
 *
 * @returns how many there were
 * @throws StorageUnavailableError
 */
export async function removeAllPasskeys(
  deps: {
    readonly passkeys: Pick<PasskeyStore, 'removeAll'>;
    readonly audit: Pick<AuditLog, 'record'>;
  },
  tenant: Tenant,
  input: { readonly accountId: string; readonly by: ChangedBy },
): Promise<number> {
  const { accountId, by } = input;
  const removed = await deps.passkeys.removeAll(tenant.id, accountId);
  if (removed === 0) return 0;
  await deps.audit.record({
    ...by,
    kind: 'passkey.removed',
    tenantId: tenant.id,
    outcome: 'success',
    ...subjectOf(by, accountId),
    detail: { count: removed },
  });
  return removed;
}

/** An event names its subject where that is not the actor. */
function subjectOf(by: ChangedBy, accountId: string): Pick<AuditEvent, 'subject'> {
  const own = by.actor.type === 'account' && by.actor.id === accountId;
  return own ? {} : { subject: { type: 'account', id: accountId } };
}
