import type { TenantId } from '../tenants/tenant.ts';
import type { Passkey, StoredPasskey } from './passkey.ts';

/** A passkey that was just made; it has not been used. */
export type NewPasskey = Omit<StoredPasskey, 'accountId' | 'userHandle' | 'lastUsedAt'>;

/** What an account may not be without. */
export interface KeepLast {
  /** Something stored with it that opens a sign-in. */
  readonly way: boolean;
  /** A second factor. */
  readonly factor: boolean;
}

/** `last_way` and `last_factor`: nothing was removed. `unknown`: the account has no such passkey. */
export type RemovedPasskey =
  | { readonly outcome: 'removed'; readonly passkey: Passkey }
  | { readonly outcome: 'last_way' | 'last_factor' | 'unknown' };

/** What a challenge answers to; both are digests. */
export interface ChallengeKey {
  /** What waits for the answer. */
  readonly binding: string;
  readonly digest: string;
}

/**
 * Passkeys of one tenant's accounts, and the challenges that wait for an authenticator's answer.
 * Throws StorageUnavailableError.
 */
export interface PasskeyStore {
  /**
   * The user handle of an account. It is made once: of two at once both answer the same.
   *
   * @param fresh - becomes the handle if there is none yet; 32 random bytes, base64url
   * @throws NotFoundError when there is no such account
   */
  userHandle(tenantId: TenantId, accountId: string, fresh: string): Promise<string>;
  /** The passkeys of an account, oldest first. */
  list(tenantId: TenantId, accountId: string): Promise<Passkey[]>;
  count(tenantId: TenantId, accountId: string): Promise<number>;
  /** By credential id, whoever's it is in the tenant. */
  find(tenantId: TenantId, credentialId: string): Promise<StoredPasskey | undefined>;
  /**
   * Adds a passkey to an account that has a user handle. `taken` when the tenant has a passkey of
   * that id, `full` when the account has `limit` of them.
   *
   * @throws NotFoundError when there is no such account
   */
  add(
    tenantId: TenantId,
    accountId: string,
    passkey: NewPasskey,
    limit: number,
  ): Promise<'added' | 'taken' | 'full'>;
  /**
   * Records a use whose signature was right, in one conditional write: `behind` when the counter is
   * not beyond the stored one (both 0: an authenticator that does not count), so that of two uses
   * of one count at most one is recorded; `gone` when there is no such passkey any more.
   */
  recordUse(
    tenantId: TenantId,
    credentialId: string,
    use: { counter: number; backedUp: boolean; usedAt: Date },
  ): Promise<'recorded' | 'behind' | 'gone'>;
  /** Undefined takes the name away. False when the account has no such passkey. */
  rename(
    tenantId: TenantId,
    accountId: string,
    credentialId: string,
    name: string | undefined,
  ): Promise<boolean>;
  /**
   * Removes a passkey, and forgets the account's remembered browsers; recovery codes go with the
   * last second factor. The user handle stays. Of what is removed at once, whatever it is, as much
   * stays as `keep` says.
   */
  remove(
    tenantId: TenantId,
    accountId: string,
    credentialId: string,
    keep: KeepLast,
  ): Promise<RemovedPasskey>;
  /** Stores a challenge. An older one of the same binding stops working. */
  saveChallenge(tenantId: TenantId, challenge: ChallengeKey & { expiresAt: Date }): Promise<void>;
  /**
   * Uses a challenge up. Of any number at once, on any replica, at most one hears true; never one
   * that comes at or after the expiry. A wrong one leaves the right one as it is.
   */
  useChallenge(tenantId: TenantId, challenge: ChallengeKey): Promise<boolean>;
}
