import { LRUCache } from 'lru-cache';
import type { Tenant } from '../tenants/tenant.ts';
import type { UpstreamProvider } from './upstream.ts';
import type { UpstreamProviderStore } from './upstream-provider-store.ts';

const MAX_TENANTS = 1_000;

/** The providers that a tenant offers, without a query for each sign-in page. */
export interface UpstreamDirectory {
  /** In the order of the sign-in page; none that is disabled. */
  offeredBy(tenant: Tenant): Promise<readonly UpstreamProvider[]>;
}

/** A bounded cache over the store: a change of providers is a new version of their tenant. */
export function createUpstreamDirectory(deps: {
  readonly providers: Pick<UpstreamProviderStore, 'list'>;
}): UpstreamDirectory {
  const cache = new LRUCache<string, readonly UpstreamProvider[], Tenant>({
    max: MAX_TENANTS,
    ignoreFetchAbort: true,
    fetchMethod: async (_key, _stale, { context }) =>
      (await deps.providers.list(context.id)).filter(({ disabled }) => !disabled),
  });
  return {
    offeredBy: async (tenant) =>
      (await cache.fetch(`${tenant.id} ${tenant.version}`, { context: tenant })) ?? [],
  };
}
