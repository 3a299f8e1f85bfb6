import { LRUCache } from 'lru-cache';
import type Provider from 'oidc-provider';
import type { KeySet } from '../keys/signing-key.ts';
import { issuerOf } from '../tenants/issuer.ts';
import type { Tenant, TenantId } from '../tenants/tenant.ts';
import { buildProvider, type ProviderDeps } from './provider.ts';

/**
 * The bounded pool of Providers: one per tenant and version, built on demand.
 *
 * One build at a time per tenant; a build that fails is forgotten and tried again by the next
 * request. When a tenant's version grows, the next request builds a new Provider, and requests in
 * flight finish on the old one, which owns no connection and is simply dropped.
 */
export interface ProviderPool {
  /** @throws StorageUnavailableError when the tenant's keys cannot be read */
  providerForTenant(tenant: Tenant): Promise<Provider>;
  /** Drops them all, for what every tenant shares: rotated cookie keys. The next requests build anew. */
  retireAll(): void;
  /** Providers in memory. */
  size(): number;
}

export interface ProviderPoolDeps extends ProviderDeps {
  readonly loadKeySet: (tenant: Tenant) => Promise<KeySet>;
  readonly publicUrl: string;
  /** Providers kept; about 90 KiB each, 125 once all of their endpoints have been used. */
  readonly poolSize: number;
  /** Told of every build: a pool that is too small builds all the time. */
  readonly onBuilt?: () => void;
}

interface Entry {
  readonly version: number;
  readonly provider: Promise<Provider>;
}

export function createProviderPool(deps: ProviderPoolDeps): ProviderPool {
  const pool = new LRUCache<TenantId, Entry>({ max: deps.poolSize });

  const build = async (tenant: Tenant): Promise<Provider> => {
    const keySet = await deps.loadKeySet(tenant);
    const provider = buildProvider(deps, tenant, issuerOf(tenant, deps.publicUrl), keySet);
    deps.onBuilt?.();
    return provider;
  };

  return {
    providerForTenant(tenant) {
      const kept = pool.get(tenant.id);
      // A request that resolved its tenant just before a change must not bring the old one back.
      if (kept !== undefined && kept.version >= tenant.version) return kept.provider;

      const entry: Entry = { version: tenant.version, provider: build(tenant) };
      pool.set(tenant.id, entry);
      entry.provider.catch(() => {
        if (pool.peek(tenant.id) === entry) pool.delete(tenant.id);
      });
      return entry.provider;
    },
    retireAll: () => pool.clear(),
    size: () => pool.size,
  };
}
