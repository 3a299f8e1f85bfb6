import type { AuditLog } from '../audit/audit-log.ts';
import type { Tenant } from '../tenants/tenant.ts';
import type { GrantStore } from './grant-store.ts';
import type { GrantRequest, RecordedGrant } from './recorded-grant.ts';

/** Who decides about whom, and from where. */
export interface ConsentDecision {
  readonly accountId: string;
  readonly clientId: string;
  /** What the person was shown. */
  readonly asked: GrantRequest;
  readonly address: string;
  readonly requestId: string;
}

/**
 * Remembers that a person allowed a client what they were shown, beside what they allowed before.
 *
 * @param tenant - account and client of other tenants do not exist
 * @returns everything that the account allows the client now
 * @throws NotFoundError when the account or the client is gone
 * @throws StorageUnavailableError; nothing was recorded, or only the grant
 * @see OpenID Connect Core 1.0, section 3.1.2.4
 */
export async function recordGrant(
  deps: { grants: Pick<GrantStore, 'add'>; audit: Pick<AuditLog, 'record'> },
  tenant: Pick<Tenant, 'id'>,
  decision: ConsentDecision,
): Promise<RecordedGrant> {
  const { accountId, clientId, asked } = decision;
  const grant = await deps.grants.add(tenant.id, accountId, clientId, asked);
  await deps.audit.record(consentEvent('consent.granted', tenant, decision));
  return grant;
}

/**
 * Records that a person refused a client. What they allowed it before stays.
 *
 * @throws StorageUnavailableError
 */
export async function recordRefusal(
  deps: { audit: Pick<AuditLog, 'record'> },
  tenant: Pick<Tenant, 'id'>,
  decision: ConsentDecision,
): Promise<void> {
  await deps.audit.record(consentEvent('consent.refused', tenant, decision));
}

function consentEvent(
  kind: 'consent.granted' | 'consent.refused',
  tenant: Pick<Tenant, 'id'>,
  decision: ConsentDecision,
) {
  const { asked } = decision;
  return {
    kind,
    tenantId: tenant.id,
    outcome: kind === 'consent.granted' ? 'success' : 'failure',
    actor: { type: 'account', id: decision.accountId },
    subject: { type: 'client', id: decision.clientId },
    clientId: decision.clientId,
    address: decision.address,
    requestId: decision.requestId,
    detail: {
      scopes: [...asked.scopes],
      ...(asked.claims.length === 0 ? {} : { claims: [...asked.claims] }),
      ...resourceDetail(asked),
    },
  } as const;
}

/** Flat, as details are: `resource scope` in one string. */
function resourceDetail(asked: GrantRequest): { resource_scopes?: readonly string[] } {
  const flat = Object.entries(asked.resourceScopes).flatMap(([resource, scopes]) =>
    scopes.map((scope) => `${resource} ${scope}`),
  );
  return flat.length === 0 ? {} : { resource_scopes: flat };
}
