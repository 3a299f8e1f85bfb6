import type { AuditLog } from '../audit/audit-log.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { shownOf, type UpstreamRequest } from './record-upstream-sign-in.ts';
import type { UpstreamIdentity } from './upstream.ts';
import type { UpstreamLinkStore } from './upstream-link-store.ts';

/**
 * Makes an account for somebody whose address their provider has verified, with the identity
 * linked to it: both, or nothing. Like every account that people make, it has its address as its
 * username; what else the provider says of the person is its profile. It has no password.
 *
 * @param email - as `resolveUpstreamIdentity` allowed it
 * @param deps.newId - makes the account's `sub`
 * @returns `taken`: somebody has an account under the address by now, or the identity is linked
 * @throws StorageUnavailableError
 */
export async function createUpstreamAccount(
  deps: {
    readonly links: Pick<UpstreamLinkStore, 'createWithAccount'>;
    readonly audit: Pick<AuditLog, 'record'>;
    readonly newId: () => string;
    readonly now: () => Date;
  },
  tenant: Tenant,
  input: { readonly email: string; readonly identity: UpstreamIdentity },
  request: UpstreamRequest,
): Promise<
  { readonly outcome: 'created'; readonly accountId: string } | { readonly outcome: 'taken' }
> {
  const { email, identity } = input;
  const { provider, issuer, subject, claims } = identity;
  const id = deps.newId();
  const created = await deps.links.createWithAccount(
    tenant.id,
    { id, username: email, email, claims, passwordHash: undefined },
    { provider, issuer, subject, ...shownOf(identity), at: deps.now() },
  );
  if (!created) return { outcome: 'taken' };
  const event = {
    ...request,
    tenantId: tenant.id,
    outcome: 'success',
    actor: { type: 'account', id },
  } as const;
  await deps.audit.record({ ...event, kind: 'account.registered', detail: { provider } });
  await deps.audit.record({
    ...event,
    kind: 'upstream.linked',
    subject: { type: 'upstream_provider', id: provider },
  });
  return { outcome: 'created', accountId: id };
}
