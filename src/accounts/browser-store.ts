import type { TenantId } from '../tenants/tenant.ts';

/** A browser in which a second factor need not be proved again for a while. */
export interface RememberedBrowser {
  readonly id: string;
  /** The browser's own description of itself, cut; '' when it gave none. */
  readonly userAgent: string;
  /** From where it was remembered. */
  readonly address: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
  readonly expiresAt: Date;
}

/** Remembered browsers by the digest of their token. Throws StorageUnavailableError. */
export interface BrowserStore {
  /** Throws NotFoundError when there is no such account. */
  add(
    tenantId: TenantId,
    browser: Pick<RememberedBrowser, 'userAgent' | 'address' | 'createdAt' | 'expiresAt'> & {
      readonly accountId: string;
      readonly digest: string;
    },
  ): Promise<void>;
  /** Finds a browser of the account that is still remembered, and notes that it was seen. */
  use(
    tenantId: TenantId,
    accountId: string,
    digest: string,
  ): Promise<RememberedBrowser | undefined>;
  /** Those that are still remembered, the one used last first; at most 100. */
  list(tenantId: TenantId, accountId: string): Promise<RememberedBrowser[]>;
  /** False when the account has no such browser. */
  remove(tenantId: TenantId, accountId: string, id: string): Promise<boolean>;
  /** Forgets all of the account; says how many. */
  removeAll(tenantId: TenantId, accountId: string): Promise<number>;
}
