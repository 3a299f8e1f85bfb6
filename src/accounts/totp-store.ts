import type { TenantId } from '../tenants/tenant.ts';

/** An authenticator app that waits for its first code. */
export interface PendingTotp {
  /** UUID; the seal of the seed names it. */
  readonly id: string;
  readonly sealedSeed: string;
  readonly expiresAt: Date;
}

export interface ActiveTotp {
  readonly id: string;
  readonly sealedSeed: string;
  /** RFC 6238's T of the last code that was used. */
  readonly lastUsedStep: number | undefined;
}

/**
 * Authenticator apps: one active for each account, and one that waits to be confirmed. Throws
 * StorageUnavailableError.
 */
export interface TotpStore {
  /**
   * Stores an app that waits for its first code, in place of one that waited before.
   * Throws NotFoundError when there is no such account.
   */
  savePending(
    tenantId: TenantId,
    pending: PendingTotp & { readonly accountId: string; readonly bindingDigest: string },
  ): Promise<void>;
  /** The one that waits, if it was begun under the same binding and lives. */
  findPending(
    tenantId: TenantId,
    accountId: string,
    bindingDigest: string,
  ): Promise<PendingTotp | undefined>;
  /**
   * Makes a pending app the active one, in place of the one before, and forgets the account's
   * browsers. False when it is not pending any more: of two at once exactly one wins.
   *
   * @param confirmed.step - of the code that confirmed it: used with that
   */
  confirm(
    tenantId: TenantId,
    accountId: string,
    confirmed: { readonly id: string; readonly name: string; readonly step: number },
  ): Promise<boolean>;
  findActive(tenantId: TenantId, accountId: string): Promise<ActiveTotp | undefined>;
  /**
   * Uses a code up, and every older one with it. False when a code of this step or a later one was
   * used before, or the app is not active any more: of any number at once exactly one wins.
   */
  useStep(tenantId: TenantId, accountId: string, id: string, step: number): Promise<boolean>;
  /**
   * Removes the active app and one that waits, and forgets the account's browsers; recovery codes
   * go with the last second factor. With `keepLast`, not the last second factor that the account
   * has: of two removed at once, one stays.
   *
   * @returns `none`: there was no active one
   */
  remove(
    tenantId: TenantId,
    accountId: string,
    options: { readonly keepLast: boolean },
  ): Promise<'removed' | 'last' | 'none'>;
}
