import type { Account } from '../accounts/account.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { QueueMail } from '../mail/queue-mail.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { shownOf, type UpstreamRequest } from './record-upstream-sign-in.ts';
import { type NoticeOrigin, tellOwner } from './tell-owner.ts';
import type { UpstreamIdentity, UpstreamProvider } from './upstream.ts';
import type { UpstreamLinkStore } from './upstream-link-store.ts';

/**
 * Links an identity to the account of a person who has just proved both: the identity at its
 * provider, and the account by what it has, its second factor included. The account's owner hears
 * of it by mail.
 *
 * @returns `taken`: it belongs to another account, and stays there
 * @throws NotFoundError when the account or the provider is gone; StorageUnavailableError
 */
export async function linkUpstreamIdentity(
  deps: {
    readonly links: Pick<UpstreamLinkStore, 'create'>;
    readonly audit: Pick<AuditLog, 'record'>;
    readonly queueMail: QueueMail;
    readonly now: () => Date;
  },
  tenant: Tenant,
  input: {
    readonly account: Account;
    readonly provider: Pick<UpstreamProvider, 'name'>;
    readonly identity: UpstreamIdentity;
  },
  request: UpstreamRequest & NoticeOrigin,
): Promise<'created' | 'existed' | 'taken'> {
  const { account, identity } = input;
  const { provider, issuer, subject } = identity;
  const outcome = await deps.links.create(tenant.id, {
    provider,
    issuer,
    subject,
    ...shownOf(identity),
    accountId: account.id,
    at: deps.now(),
  });
  if (outcome === 'created') {
    const { address, requestId, clientId } = request;
    await deps.audit.record({
      kind: 'upstream.linked',
      tenantId: tenant.id,
      outcome: 'success',
      actor: { type: 'account', id: account.id },
      subject: { type: 'upstream_provider', id: provider },
      address,
      requestId,
      ...(clientId === undefined ? {} : { clientId }),
    });
    await tellOwner(deps, tenant, account, {
      ...request,
      event: 'sign_in_method_linked',
      item: input.provider.name,
    });
  }
  return outcome;
}
