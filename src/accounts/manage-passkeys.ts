import type { AuditLog } from '../audit/audit-log.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { factorName } from './factor-name.ts';
import { type Passkey, passkeyDetail } from './passkey.ts';
import type { KeepLast, PasskeyStore, RemovedPasskey } from './passkey-store.ts';
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
 * forgotten; recovery codes go with the last second factor. It stays in its authenticator, which
 * nobody but its owner can clear.
 *
 * @param input.keep - what the account may not be without: a way to sign in, unless the tenant has
 *   one that needs nothing stored; a second factor, where the tenant requires one
 * @throws StorageUnavailableError
 */
export async function removePasskey(
  deps: {
    readonly passkeys: Pick<PasskeyStore, 'remove'>;
    readonly audit: Pick<AuditLog, 'record'>;
  },
  tenant: Tenant,
  input: {
    readonly accountId: string;
    readonly passkeyId: string;
    readonly keep: KeepLast;
    readonly by: RequestedBy;
  },
): Promise<RemovedPasskey> {
  const { accountId, passkeyId, keep, by } = input;
  const result = await deps.passkeys.remove(tenant.id, accountId, passkeyId, keep);
  if (result.outcome !== 'removed') return result;
  await deps.audit.record({
    ...by,
    kind: 'passkey.removed',
    tenantId: tenant.id,
    outcome: 'success',
    subject: { type: 'account', id: accountId },
    detail: passkeyDetail(result.passkey),
  });
  return result;
}
