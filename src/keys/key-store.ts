import type { TenantId } from '../tenants/tenant.ts';
import type { SealedSigningKey } from './signing-key.ts';

/** A tenant's sealed key set and its version. */
export interface SealedKeySet {
  tenantId: TenantId;
  version: number;
  keys: SealedSigningKey[];
}

/**
 * The durable copy of signing keys (PostgreSQL). Throws StorageUnavailableError.
 */
export interface KeyStore {
  /** A tenant that has no keys yet: version 0, no keys. */
  load(tenantId: TenantId): Promise<SealedKeySet>;
  /**
   * Replaces the set in one transaction, only if its version is still `expectedVersion`, and makes
   * it `expectedVersion + 1`; also bumps the tenant's version, so that every replica builds a new
   * Provider.
   * Returns false when somebody else was first; the caller loads again.
   */
  replace(
    tenantId: TenantId,
    expectedVersion: number,
    keys: readonly SealedSigningKey[],
  ): Promise<boolean>;
  /**
   * Tenants that have keys of a stage that ended by `now`, at most `limit`: due to advance, the longest
   * first. Neither those of `except`, nor for an algorithm that only a newer release signs with.
   */
  tenantsDue(now: Date, limit: number, except?: readonly TenantId[]): Promise<TenantId[]>;
  /**
   * Tenants that have a key which signs since `signingSince` or longer and whose successor does not
   * wait yet, at most `limit`, the longest first. Neither those of `except`, nor for an algorithm that
   * only a newer release signs with.
   */
  tenantsWithoutSuccessor(
    signingSince: Date,
    limit: number,
    except?: readonly TenantId[],
  ): Promise<TenantId[]>;
}

/** A copy of a tenant's key set outside of PostgreSQL. */
export interface CachedKeySet extends SealedKeySet {
  /**
   * The tenant's version that was known before the set was read from PostgreSQL: proof that the
   * copy is at least as new as the tenant was then. A reader that holds another version of the
   * tenant passes the copy over.
   */
  tenantVersion: number;
}

/**
 * The shared live copy (Redis). It may be empty or gone at any time: a miss is undefined and a
 * failure is a miss, because PostgreSQL has the truth. Embedded deployments have none.
 */
export interface KeyCache {
  get(tenantId: TenantId): Promise<CachedKeySet | undefined>;
  /**
   * Keeps the newer of what is there and `set`, by version and then by tenant version; of two
   * equals the one that came last. Never rejects.
   */
  put(set: CachedKeySet): Promise<void>;
}
