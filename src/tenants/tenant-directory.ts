import { LRUCache } from 'lru-cache';
import type { Tenant, TenantId } from './tenant.ts';
import type { TenantStore } from './tenant-store.ts';

/** Longest time that a change can stay unseen when no notification arrives. */
const FRESH_MS = 60_000;
/** A name that nobody has, or a disabled tenant, is asked for again after this; it bounds what a scanner costs. */
const ABSENT_MS = 2_000;
const MAX_ENTRIES = 10_000;

/** What was read of a name, and how many changes had been heard of when the reading began. */
interface Entry {
  readonly tenant: Tenant | undefined;
  readonly seen: number;
}

/**
 * Finds tenants by slug or host without a query for each request.
 *
 * A bounded cache over the TenantStore: entries are shared by concurrent requests, dropped by
 * `forget` when the change feed names their tenant, and fresh for at most a minute without it.
 * Forgetting looks at no entry, so that a seed file that changes ten thousand tenants stalls nobody.
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
  /** Changes heard of so far, and the number of each tenant's last one. */
  let changes = 0;
  const changedAt = new Map<TenantId, number>();
  /** Up to this change nothing is known one by one: what was read before it may have changed. */
  let forgotten = 0;
  const isStale = ({ tenant, seen }: Entry) =>
    // A name that nobody has, or whose tenant answers to nobody, may be another tenant's since.
    tenant === undefined || tenant.disabled
      ? seen < changes
      : seen < Math.max(forgotten, changedAt.get(tenant.id) ?? 0);
  const cache = new LRUCache<string, Entry>({
    max: MAX_ENTRIES,
    ttl: FRESH_MS,
    ttlResolution: 0,
    perf: now === undefined ? performance : { now: () => now().getTime() },
    // More names at once than there is room for push each other out, and are answered all the same.
    ignoreFetchAbort: true,
    fetchMethod: async (key, _stale, { options }) => {
      let entry: Entry;
      // A change announced while the row was being read may not be in it: read again.
      do {
        const seen = changes;
        entry = { tenant: await read(key), seen };
      } while (isStale(entry));
      if (entry.tenant === undefined || entry.tenant.disabled) options.ttl = ABSENT_MS;
      return entry;
    },
  });
  const read = (key: string) => {
    const name = key.slice(1);
    return key.startsWith('/') ? tenants.findBySlug(name) : tenants.findByHost(name);
  };
  const lookUp = async (key: string) => {
    const kept = cache.get(key);
    if (kept !== undefined && !isStale(kept)) return kept.tenant;
    if (kept !== undefined) cache.delete(key);
    return (await cache.fetch(key))?.tenant;
  };

  return {
    bySlug: (slug) => lookUp(`/${slug}`),
    byHost: (host) => lookUp(`@${host}`),
    forget(tenantId) {
      changes += 1;
      if (changedAt.size >= MAX_ENTRIES) {
        changedAt.clear();
        forgotten = changes;
      }
      changedAt.set(tenantId, changes);
    },
  };
}
