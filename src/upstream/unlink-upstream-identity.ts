import type { Account } from '../accounts/account.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { QueueMail } from '../mail/queue-mail.ts';
import type { Tenant } from '../tenants/tenant.ts';
import type { UpstreamRequest } from './record-upstream-sign-in.ts';
import { type NoticeOrigin, tellOwner } from './tell-owner.ts';
import type { UpstreamLinkStore } from './upstream-link-store.ts';
import type { UpstreamProviderStore } from './upstream-provider-store.ts';

/**
 * Takes a link away from an account: its identity signs nobody in any more. The last way into an
 * account stays. The account's owner hears of it by mail.
 *
 * @param deps.hasOtherWay - whether the account can be signed in to by something that is no link
 * @param input.linkId - of a link of this account
 * @returns `last`: there is no other way to sign in; nothing was removed
 * @throws StorageUnavailableError
 */
export async function unlinkUpstreamIdentity(
  deps: {
    readonly links: Pick<UpstreamLinkStore, 'listOfAccount' | 'remove'>;
    readonly providers: Pick<UpstreamProviderStore, 'list'>;
    readonly hasOtherWay: (tenant: Tenant, accountId: string) => Promise<boolean>;
    readonly audit: Pick<AuditLog, 'record'>;
    readonly queueMail: QueueMail;
    readonly now: () => Date;
  },
  tenant: Tenant,
  input: { readonly account: Account; readonly linkId: string },
  request: UpstreamRequest & NoticeOrigin,
): Promise<'removed' | 'last' | 'not_found'> {
  const { account, linkId } = input;
  const links = await deps.links.listOfAccount(tenant.id, account.id);
  const link = links.find(({ id }) => id === linkId);
  if (link === undefined) return 'not_found';
  const keepLast = !(await deps.hasOtherWay(tenant, account.id));
  const outcome = await deps.links.remove(tenant.id, account.id, linkId, { keepLast });
  if (outcome === 'removed') {
    const { address, requestId, clientId } = request;
    await deps.audit.record({
      kind: 'upstream.unlinked',
      tenantId: tenant.id,
      outcome: 'success',
      actor: { type: 'account', id: account.id },
      subject: { type: 'upstream_provider', id: link.provider },
      address,
      requestId,
      ...(clientId === undefined ? {} : { clientId }),
    });
    const providers = await deps.providers.list(tenant.id);
    const name = providers.find(({ key }) => key === link.provider)?.name ?? link.provider;
    await tellOwner(deps, tenant, account, {
      ...request,
      event: 'sign_in_method_unlinked',
      item: name,
    });
  }
  return outcome;
}
