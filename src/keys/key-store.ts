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
  load(tenantId: TenantId): Promise<SealedKeySet>;
  /**
   * Replaces the set in one transaction, only if its version is still `expectedVersion`; also
   * bumps the tenant's version, so that every replica builds a new Provider.
   * Returns false when somebody else was first; the caller loads again.
   */
  replace(
    tenantId: TenantId,
    expectedVersion: number,
    keys: readonly SealedSigningKey[],
  ): Promise<boolean>;
  /** Tenants that have keys of a stage that ended by `now`: work for the rotation of stages. */
  tenantsDue(now: Date, limit: number): Promise<TenantId[]>;
}

/**
 * The shared live copy (Redis). It may be empty or gone at any time: a miss is undefined and a
 * failure is a miss, because PostgreSQL has the truth. Embedded deployments have none.
 */
export interface KeyCache {
  get(tenantId: TenantId): Promise<SealedKeySet | undefined>;
  /** Keeps the newer of what is there and `set`. */
  put(set: SealedKeySet): Promise<void>;
}
