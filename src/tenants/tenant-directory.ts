import { LRUCache } from 'lru-cache';
import type { Tenant, TenantId } from './tenant.ts';
import type { TenantStore } from './tenant-store.ts';

/** Longest time that a change can stay unseen when no notification arrives. */
const FRESH_MS = 60_000;
/** A name that nobody has is asked for again after this; it bounds what a scanner costs. */
const ABSENT_MS = 2_000;
const MAX_ENTRIES = 10_000;

/**
 * Finds tenants by slug or host without a query for each request.
 *
 * A bounded cache over the TenantStore: entries are shared by concurrent requests, dropped by
 * `forget` when the change feed names their tenant, and fresh for at most a minute without it.
 */
export interface TenantDirectory {
  bySlug(slug: string): Promise<Tenant | undefined>;
  /** @param host - host with port, lower case */
  byHost(host: string): Promise<Tenant | undefined>;
  /** Drops what is cached of a tenant. */
  forget(tenantId: TenantId): void;
}

/** @param deps.now - how old an entry is; the process's monotonic clock when left out */
export function createTenantDirectory(deps: {
  tenants: Pick<TenantStore, 'findBySlug' | 'findByHost'>;
  now?: () => Date;
}): TenantDirectory {
  const { tenants, now } = deps;
  let changes = 0;
  const cache = new LRUCache<string, { tenant: Tenant | undefined }>({
    max: MAX_ENTRIES,
    ttl: FRESH_MS,
    ttlResolution: 0,
    perf: now === undefined ? performance : { now: () => now().getTime() },
    // More names at once than there is room for push each other out, and are answered all the same.
    ignoreFetchAbort: true,
    fetchMethod: async (key, _stale, { options }) => {
      const name = key.slice(1);
      let tenant: Tenant | undefined;
      let seen: number;
      // A change announced while the row was being read may not be in it: read again.
      do {
        seen = changes;
        tenant = await (key.startsWith('/') ? tenants.findBySlug(name) : tenants.findByHost(name));
      } while (seen !== changes);
      if (tenant === undefined) options.ttl = ABSENT_MS;
      return { tenant };
    },
  });
  const lookUp = async (key: string) => (await cache.fetch(key))?.tenant;

  return {
    bySlug: (slug) => lookUp(`/${slug}`),
    byHost: (host) => lookUp(`@${host}`),
    forget(tenantId) {
      changes += 1;
      for (const [key, { tenant }] of cache.entries()) {
        if (tenant === undefined || tenant.id === tenantId) cache.delete(key);
      }
    },
  };
}
