import type { TenantId } from '../tenants/tenant.ts';

/** Recovery codes as digests. Throws StorageUnavailableError. */
export interface RecoveryCodeStore {
  /**
   * Puts new codes in the place of all that the account had.
   * Throws NotFoundError when there is no such account.
   */
  replace(tenantId: TenantId, accountId: string, digests: readonly string[]): Promise<void>;
  /**
   * Uses a code up: of any number at once exactly one wins.
   *
   * @returns how many codes are left; undefined when there is no such code
   */
  use(tenantId: TenantId, accountId: string, digest: string): Promise<number | undefined>;
  /** Whether the account has any of these codes, unused. */
  holdsAny(tenantId: TenantId, accountId: string, digests: readonly string[]): Promise<boolean>;
}
