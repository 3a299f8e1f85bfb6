import type { AuditLog } from '../audit/audit-log.ts';
import type { Tenant } from '../tenants/tenant.ts';
import type { UpstreamIdentity, UpstreamLink, UpstreamProvider } from './upstream.ts';
import type { UpstreamFailureReason } from './upstream-failure.ts';
import type { ShownIdentity, UpstreamLinkStore } from './upstream-link-store.ts';

/** In which request something happens, for the audit log. */
export interface UpstreamRequest {
  readonly address: string;
  readonly requestId: string;
  readonly clientId?: string;
}

/**
 * Records that somebody signed in with an identity that is linked to their account.
 *
 * @throws StorageUnavailableError
 */
export async function recordUpstreamSignIn(
  deps: {
    readonly links: Pick<UpstreamLinkStore, 'recordUse'>;
    readonly audit: Pick<AuditLog, 'record'>;
    readonly now: () => Date;
  },
  tenant: Tenant,
  { id, accountId }: UpstreamLink,
  identity: UpstreamIdentity,
  request: UpstreamRequest,
): Promise<void> {
  await deps.links.recordUse(tenant.id, id, { at: deps.now(), ...shownOf(identity) });
  await deps.audit.record({
    ...request,
    kind: 'sign_in.succeeded',
    tenantId: tenant.id,
    outcome: 'success',
    actor: { type: 'account', id: accountId },
    detail: { amr: ['fed'], provider: identity.provider },
  });
}

/**
 * Records why a sign-in at a provider came to nothing, for operators: pages say it blandly.
 *
 * @param why - what the protocol says, or that the identity is nobody's
 * @throws StorageUnavailableError
 */
export async function recordUpstreamFailure(
  deps: { readonly audit: Pick<AuditLog, 'record'> },
  tenant: Tenant,
  { key }: Pick<UpstreamProvider, 'key'>,
  why: { readonly reason: UpstreamFailureReason | 'not_registered'; readonly detail?: string },
  request: UpstreamRequest,
): Promise<void> {
  await deps.audit.record({
    ...request,
    kind: 'upstream.sign_in_failed',
    tenantId: tenant.id,
    outcome: 'failure',
    actor: { type: 'anonymous' },
    subject: { type: 'upstream_provider', id: key },
    detail: {
      reason: why.reason,
      ...(why.detail === undefined ? {} : { error: why.detail }),
    },
  });
}

/** What is shown of an identity beside its link. */
export function shownOf({ claims, email }: UpstreamIdentity): ShownIdentity {
  return { shownName: claims.name, shownEmail: email };
}
