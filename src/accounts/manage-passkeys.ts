import type { AuditLog } from '../audit/audit-log.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { factorName } from './factor-name.ts';
import { type Passkey, passkeyDetail } from './passkey.ts';
import type { PasskeyStore } from './passkey-store.ts';
import type { RequestedBy } from './reset-password.ts';

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
    readonly by: RequestedBy;
  },
): Promise<{ readonly outcome: 'renamed' } | { readonly outcome: 'unknown' }> {
  const { accountId, passkeyId, by } = input;
  const name = factorName(input.name) || undefined;
  if (!(await deps.passkeys.rename(tenant.id, accountId, passkeyId, name))) {
    return { outcome: 'unknown' };
  }
  await deps.audit.record({
    ...by,
    kind: 'passkey.renamed',
    tenantId: tenant.id,
    outcome: 'success',
    subject: { type: 'account', id: accountId },
  });
  return { outcome: 'renamed' };
}

/**
 * Removes a passkey: from now on it signs nobody in, and the account's remembered browsers are
 * forgotten. It stays in its authenticator, which nobody but its owner can clear.
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
  input: { readonly accountId: string; readonly passkeyId: string; readonly by: RequestedBy },
): Promise<
  | { readonly outcome: 'removed'; readonly passkey: Passkey; readonly lastWay: boolean }
  | { readonly outcome: 'unknown' }
> {
  const { accountId, passkeyId, by } = input;
  const hasOtherWay = await deps.hasOtherWay(tenant, accountId);
  const passkey = await deps.passkeys.remove(tenant.id, accountId, passkeyId);
  if (passkey === undefined) return { outcome: 'unknown' };
  await deps.audit.record({
    ...by,
    kind: 'passkey.removed',
    tenantId: tenant.id,
    outcome: 'success',
    subject: { type: 'account', id: accountId },
    detail: passkeyDetail(passkey),
  });
  const left = await deps.passkeys.count(tenant.id, accountId);
  return { outcome: 'removed', passkey, lastWay: left === 0 && !hasOtherWay };
}
