import { LRUCache } from 'lru-cache';
import type { Tenant, TenantId } from './tenant.ts';
import type { TenantStore } from './tenant-store.ts';

/** Longest time that a change can stay unseen when no notification arrives. */
const FRESH_MS = 60_000;
/** A name that nobody has, or a disabled tenant, is asked for again after this. */
const ABSENT_MS = 2_000;
const MAX_TENANTS = 10_000;
/** Apart from the tenants, which whoever asks for names without end would else push out. */
const MAX_ABSENT = 1_000;

/** What was read of a name, when, and how many changes had been heard of when the reading began. */
interface Entry {
  readonly tenant: Tenant | undefined;
  readonly seen: number;
  readonly readAt: number;
}

/**
 * Finds tenants by slug or host without a query for each request.
 *
 * A bounded cache over the TenantStore: entries are shared by concurrent requests, dropped by
 * `forget` when the change feed names their tenant, and fresh for at most a minute without it.
 * Forgetting looks at no entry, so that a seed file that changes ten thousand tenants stalls nobody.
 *
 * Anybody can think of names, so a look-up can be made to wait for leave: `admit` is called before a
 * query for a name that is of no tenant, as far as is known here, and what it throws is thrown instead.
 * A tenant that is known is read again without.
 */
export interface TenantDirectory {
  bySlug(slug: string, admit?: () => void): Promise<Tenant | undefined>;
  /** @param host - host with port, lower case */
  byHost(host: string, admit?: () => void): Promise<Tenant | undefined>;
  /** Drops what is cached of a tenant. */
  forget(tenantId: TenantId): void;
}

/** @param deps.now - how old an entry is; the process's monotonic clock when left out */
export function createTenantDirectory(deps: {
  tenants: Pick<TenantStore, 'findBySlug' | 'findByHost'>;
  now?: () => Date;
}): TenantDirectory {
  const { tenants, now } = deps;
  const clock = now === undefined ? () => performance.now() : () => now().getTime();
  /** Changes heard of so far, and the number of each tenant's last one. */
  let changes = 0;
  const changedAt = new Map<TenantId, number>();
  /** Up to this change nothing is known one by one: what was read before it may have changed. */
  let forgotten = 0;
  const known = new LRUCache<string, Entry>({ max: MAX_TENANTS });
  const absent = new LRUCache<string, Entry>({ max: MAX_ABSENT });
  /** What is being read, for whoever else asks for it by then. */
  const readings = new Map<string, Promise<Entry>>();

  const isAbsent = ({ tenant }: Entry) => tenant === undefined || tenant.disabled;
  const isChanged = ({ tenant, seen }: Entry) =>
    // A name that nobody has, or whose tenant answers to nobody, may be another tenant's since.
    tenant === undefined || tenant.disabled
      ? seen < changes
      : seen < Math.max(forgotten, changedAt.get(tenant.id) ?? 0);
  const isStale = (entry: Entry) =>
    isChanged(entry) || clock() - entry.readAt > (isAbsent(entry) ? ABSENT_MS : FRESH_MS);

  const read = async (key: string): Promise<Entry> => {
    const name = key.slice(1);
    const find = () => (key.startsWith('/') ? tenants.findBySlug(name) : tenants.findByHost(name));
    let entry: Entry;
    // A change announced while the row was being read may not be in it: read again.
    do {
      const seen = changes;
      entry = { tenant: await find(), seen, readAt: clock() };
    } while (isChanged(entry));
    const [kept, other] = isAbsent(entry) ? [absent, known] : [known, absent];
    kept.set(key, entry);
    other.delete(key);
    return entry;
  };
  const lookUp = async (key: string, admit?: () => void) => {
    const kept = known.get(key) ?? absent.get(key);
    if (kept !== undefined && !isStale(kept)) return kept.tenant;
    let reading = readings.get(key);
    if (reading === undefined) {
      if (!known.has(key)) admit?.();
      reading = read(key).finally(() => readings.delete(key));
      readings.set(key, reading);
    }
    return (await reading).tenant;
  };

  return {
    bySlug: (slug, admit) => lookUp(`/${slug}`, admit),
    byHost: (host, admit) => lookUp(`@${host}`, admit),
    forget(tenantId) {
      changes += 1;
      if (changedAt.size >= MAX_TENANTS) {
        changedAt.clear();
        forgotten = changes;
      }
      changedAt.set(tenantId, changes);
    },
  };
}
