import type { Tenant, TenantId } from './tenant.ts';

/** A tenant whose version moved. */
export interface TenantVersion {
  tenantId: TenantId;
  version: number;
}

/**
 * Reads tenants.
 *
 * Settings come back complete: the store merges what is stored over the defaults. Nothing is
 * cached here; `tenant-directory.ts` caches. Throws StorageUnavailableError.
 */
export interface TenantStore {
  findBySlug(slug: string): Promise<Tenant | undefined>;
  /** @param host - host with port as in the issuer URL, lower case */
  findByHost(host: string): Promise<Tenant | undefined>;
  findById(id: TenantId): Promise<Tenant | undefined>;
  /** The slugs of tenants that are there, by id, in one indexed query; at most 1,000 ids. */
  slugs(ids: readonly TenantId[]): Promise<ReadonlyMap<TenantId, string>>;
  /** Ordered by slug; `after` is the last slug of the page before. At most `limit` (1 to 1,000). */
  list(page: { after?: string; limit: number }): Promise<Tenant[]>;
  /**
   * Says which tenants changed after `cursor`, in one indexed query, and the new cursor.
   * `cursor` undefined: no changes, only today's cursor. A change is never missed: a transaction
   * that commits late is reported by a later call (the cursor stays behind what is in flight), so
   * a change may be reported more than once: compare versions.
   */
  changesSince(cursor: string | undefined): Promise<{ changed: TenantVersion[]; cursor: string }>;
  /**
   * Disables a tenant or enables it, and marks it as changed. One whose import has not come to its end
   * stays disabled.
   *
   * @throws NotFoundError, ConflictError
   */
  setDisabled(id: TenantId, disabled: boolean): Promise<void>;
  /** Marks the tenant as changed (its version grows by one) and returns the new version. */
  touch(id: TenantId): Promise<number>;
}
