import { LRUCache } from 'lru-cache';
import type { Application } from '../applications/application.ts';
import type { ApplicationStore } from '../applications/application-store.ts';
import type { RegisteredClient } from '../applications/client.ts';
import type { TenantId } from '../tenants/tenant.ts';

const MAX_CLIENTS = 2_000;
const MAX_APPLICATIONS = 500;

/**
 * Clients and applications of one tenant, read once and kept for the life of one Provider: a
 * change of either bumps the tenant's version, which retires the Provider and this with it.
 *
 * What is not there is not remembered, so a client works as soon as it is registered.
 */
export interface TenantCatalog {
  client(clientId: string): Promise<RegisteredClient | undefined>;
  applicationByAudience(audience: string): Promise<Application | undefined>;
}

export function createTenantCatalog(
  deps: { applications: Pick<ApplicationStore, 'findClient' | 'findByAudience'> },
  tenantId: TenantId,
): TenantCatalog {
  const clients = new LRUCache<string, RegisteredClient>({
    max: MAX_CLIENTS,
    fetchMethod: (clientId) => deps.applications.findClient(tenantId, clientId),
  });
  const applications = new LRUCache<string, Application>({
    max: MAX_APPLICATIONS,
    fetchMethod: (audience) => deps.applications.findByAudience(tenantId, audience),
  });
  return {
    client: (clientId) => clients.fetch(clientId),
    applicationByAudience: (audience) => applications.fetch(audience),
  };
}
