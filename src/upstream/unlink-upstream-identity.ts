import type { AuditLog } from '../audit/audit-log.ts';
import type { Tenant } from '../tenants/tenant.ts';
import type { UpstreamRequest } from './record-upstream-sign-in.ts';
import type { UpstreamLink } from './upstream.ts';
import type { UpstreamLinkStore } from './upstream-link-store.ts';

/**
 * Takes a link away from an account: its identity signs nobody in any more. The last way into an
 * account stays. Telling its owner by mail is the caller's part.
 *
 * @param deps.hasOtherWay - whether the account can be signed in to by something that is not stored
 *   with it, as a code by mail
 * @param input.linkId - of a link of this account
 * @returns `last`: there is no other way to sign in; nothing was removed
 * @throws StorageUnavailableError
 */
export async function unlinkUpstreamIdentity(
  deps: {
    readonly links: Pick<UpstreamLinkStore, 'listOfAccount' | 'remove'>;
    readonly hasOtherWay: (tenant: Tenant, accountId: string) => Promise<boolean>;
    readonly audit: Pick<AuditLog, 'record'>;
  },
  tenant: Tenant,
  input: { readonly accountId: string; readonly linkId: string },
  request: UpstreamRequest,
): Promise<
  | { readonly outcome: 'removed'; readonly link: UpstreamLink }
  | { readonly outcome: 'last' | 'not_found' }
> {
  const { accountId, linkId } = input;
  const links = await deps.links.listOfAccount(tenant.id, accountId);
  const link = links.find(({ id }) => id === linkId);
  if (link === undefined) return { outcome: 'not_found' };
  const keepLast = !(await deps.hasOtherWay(tenant, accountId));
  const outcome = await deps.links.remove(tenant.id, accountId, linkId, { keepLast });
  if (outcome !== 'removed') return { outcome };
  await deps.audit.record({
    ...request,
    kind: 'upstream.unlinked',
    tenantId: tenant.id,
    outcome: 'success',
    actor: { type: 'account', id: accountId },
    subject: { type: 'upstream_provider', id: link.provider },
  });
  return { outcome, link };
}
