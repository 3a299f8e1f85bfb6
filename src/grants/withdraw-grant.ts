import type { AuditEvent } from '../audit/audit-event.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { Tenant, TenantId } from '../tenants/tenant.ts';
import type { GrantStore } from './grant-store.ts';

/** Whose consent is taken back, from whom, and who does it from where. */
export interface Withdrawal {
  readonly accountId: string;
  readonly clientId: string;
  readonly by: Pick<AuditEvent, 'actor' | 'address' | 'requestId'>;
}

/**
 * Takes back what an account allowed a client: it is forgotten, and every token that the client
 * holds of the account is dead, those with `offline_access` too. A session goes on, and asks again
 * for this client.
 *
 * Forgotten first: a request in flight that still read it looks again after it has made use of it.
 *
 * @param deps.revokeClientGrants - revokes the provider's grants of an account and a client, and
 *   says how many
 * @returns `unknown` when the client held and had been allowed nothing
 * @throws StorageUnavailableError: try again
 */
export async function withdrawGrant(
  deps: {
    readonly grants: Pick<GrantStore, 'remove'>;
    readonly revokeClientGrants: (
      tenantId: TenantId,
      accountId: string,
      clientId: string,
    ) => Promise<number>;
    readonly audit: Pick<AuditLog, 'record'>;
  },
  tenant: Pick<Tenant, 'id'>,
  { accountId, clientId, by }: Withdrawal,
): Promise<'withdrawn' | 'unknown'> {
  const forgotten = await deps.grants.remove(tenant.id, accountId, clientId);
  const revoked = await deps.revokeClientGrants(tenant.id, accountId, clientId);
  if (!forgotten && revoked === 0) return 'unknown';
  await deps.audit.record({
    ...by,
    kind: 'consent.withdrawn',
    tenantId: tenant.id,
    outcome: 'success',
    subject: { type: 'account', id: accountId },
    clientId,
    detail: { grants: revoked },
  });
  return 'withdrawn';
}
