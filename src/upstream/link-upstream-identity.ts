import type { AuditLog } from '../audit/audit-log.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { shownOf, type UpstreamRequest } from './record-upstream-sign-in.ts';
import type { UpstreamIdentity } from './upstream.ts';
import type { UpstreamLinkStore } from './upstream-link-store.ts';

/**
 * Links an identity to the account of a person who has just proved both: the identity at its
 * provider, and the account by what it has, its second factor included. Telling the account's owner
 * by mail is the caller's part.
 *
 * @returns `taken`: it belongs to another account, and stays there
 * @throws NotFoundError when the account or the provider is gone; StorageUnavailableError
 */
export async function linkUpstreamIdentity(
  deps: {
    readonly links: Pick<UpstreamLinkStore, 'create'>;
    readonly audit: Pick<AuditLog, 'record'>;
    readonly now: () => Date;
  },
  tenant: Tenant,
  input: { readonly accountId: string; readonly identity: UpstreamIdentity },
  request: UpstreamRequest,
): Promise<'created' | 'existed' | 'taken'> {
  const { accountId, identity } = input;
  const { provider, issuer, subject } = identity;
  const outcome = await deps.links.create(tenant.id, {
    provider,
    issuer,
    subject,
    ...shownOf(identity),
    accountId,
    at: deps.now(),
  });
  if (outcome === 'created') {
    await deps.audit.record({
      ...request,
      kind: 'upstream.linked',
      tenantId: tenant.id,
      outcome: 'success',
      actor: { type: 'account', id: accountId },
      subject: { type: 'upstream_provider', id: provider },
    });
  }
  return outcome;
}
