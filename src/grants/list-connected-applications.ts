import type { RegisteredClient } from '../applications/client.ts';
import type { Tenant, TenantId } from '../tenants/tenant.ts';
import type { ConnectedApplication, LiveGrant } from './connected-application.ts';
import type { GrantStore } from './grant-store.ts';
import type { RecordedGrant } from './recorded-grant.ts';
import { unionOf } from './union-of-grants.ts';

/** What a client holds: what it was allowed once, what it can do now, or both. */
interface Holding {
  recorded?: RecordedGrant;
  live?: LiveGrant;
}

/**
 * The clients that an account allowed something, or that hold something of it now, the last used
 * first. A first-party client was never allowed anything by a page, and is listed for what it
 * holds.
 *
 * @param deps.listLiveGrants - what the provider's grants and tokens of the account say
 * @throws StorageUnavailableError
 */
export async function listConnectedApplications(
  deps: {
    readonly grants: Pick<GrantStore, 'listByAccount'>;
    readonly listLiveGrants: (tenantId: TenantId, accountId: string) => Promise<LiveGrant[]>;
    readonly findClient: (
      tenantId: TenantId,
      clientId: string,
    ) => Promise<RegisteredClient | undefined>;
  },
  tenant: Pick<Tenant, 'id'>,
  accountId: string,
): Promise<ConnectedApplication[]> {
  const [recorded, live] = await Promise.all([
    deps.grants.listByAccount(tenant.id, accountId),
    deps.listLiveGrants(tenant.id, accountId),
  ]);
  const holdings = new Map<string, Holding>();
  for (const one of recorded) holdings.set(one.clientId, { recorded: one });
  for (const one of live) holdings.set(one.clientId, { ...holdings.get(one.clientId), live: one });

  const connected: ConnectedApplication[] = [];
  for (const [clientId, holding] of holdings) {
    const client = await deps.findClient(tenant.id, clientId);
    if (client !== undefined) connected.push({ client, ...summarize(holding) });
  }
  return connected.sort((a, b) => b.lastUsedAt.getTime() - a.lastUsedAt.getTime());
}

function summarize({ recorded, live }: Holding): Omit<ConnectedApplication, 'client'> {
  const moments = [recorded?.grantedAt, live?.firstUsedAt, live?.lastUsedAt]
    .filter((moment) => moment !== undefined)
    .map((moment) => moment.getTime());
  return {
    ...unionOf([recorded, live].filter((one) => one !== undefined)),
    firstUsedAt: new Date(Math.min(...moments)),
    lastUsedAt: new Date(Math.max(...moments)),
  };
}
