import type { TenantId } from '../tenants/tenant.ts';
import type { Account } from './account.ts';

/** An account together with the hash of its password, for sign-in alone. */
export interface AccountWithPassword {
  account: Account;
  /** PHC string or an imported form; undefined when the account has no password. */
  passwordHash: string | undefined;
}

/** What an account has that is no credential. */
export interface AccountBelongings {
  /** Sorted. */
  readonly groups: readonly string[];
  readonly links: readonly {
    readonly purpose: string;
    readonly createdAt: Date;
    readonly expiresAt: Date;
  }[];
}

/** An account that a person makes: its address is confirmed before there is an account. */
export interface NewAccount {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  /** By their OIDC names. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** Undefined: it signs in by other means. */
  readonly passwordHash: string | undefined;
}

/**
 * Reads and changes accounts of one tenant. Throws StorageUnavailableError.
 */
export interface AccountStore {
  findById(tenantId: TenantId, accountId: string): Promise<Account | undefined>;
  /**
   * By normalised username or e-mail address (`normalizeIdentifier`), in one indexed round trip.
   * A username wins over another account's e-mail address.
   */
  findByIdentifier(
    tenantId: TenantId,
    identifier: string,
  ): Promise<AccountWithPassword | undefined>;
  /**
   * Some password's hash of the tenant, always the same one for a place as long as nothing changes:
   * that of the account whose id comes next. Undefined when nobody has a password.
   *
   * @param place - as random as an account's id, lower-case hex
   */
  passwordHashNear(tenantId: TenantId, place: string): Promise<string | undefined>;
  /**
   * Creates an account with a confirmed address; of two at once under one name exactly one is
   * created. `taken`: another account has its username or address, as either; nothing was stored.
   */
  create(tenantId: TenantId, account: NewAccount): Promise<'created' | 'taken'>;
  /** Marks an address as confirmed; false when the account is gone or has another one. */
  confirmEmail(tenantId: TenantId, accountId: string, email: string): Promise<boolean>;
  /** Ordered by username; `after` is the last username of the page before. */
  list(tenantId: TenantId, page: { after?: string; limit: number }): Promise<Account[]>;
  /**
   * Replaces a hash by a better hash of the same password, if it is still `previousHash`.
   * Ends nothing.
   */
  upgradePasswordHash(
    tenantId: TenantId,
    accountId: string,
    previousHash: string,
    hash: string,
  ): Promise<void>;
  /**
   * Sets a new password; links that were to set one stop working, and remembered browsers are
   * forgotten. False when there is no such account. Ending sessions is the caller's part
   * (`endAccountSessions`).
   */
  setPassword(tenantId: TenantId, accountId: string, hash: string): Promise<boolean>;
  /** When the account's password was set; undefined when it has none. */
  passwordChangedAt(tenantId: TenantId, accountId: string): Promise<Date | undefined>;
  /**
   * Changes standard claims in one step: those of `set` get their value, those of `removed` go,
   * others stay. False when there is no such account.
   */
  changeClaims(
    tenantId: TenantId,
    accountId: string,
    change: { set: Readonly<Record<string, unknown>>; removed: readonly string[] },
  ): Promise<boolean>;
  /** Keys of the groups that an account belongs to, and its open links; without their secrets. */
  belongingsOf(tenantId: TenantId, accountId: string): Promise<AccountBelongings>;
  /**
   * Deletes an account with everything that belongs to it: of two at once exactly one does. False
   * when there is no such account.
   */
  remove(tenantId: TenantId, accountId: string): Promise<boolean>;
  /** False when there is no such account. */
  setDisabled(tenantId: TenantId, accountId: string, disabled: boolean): Promise<boolean>;
  /**
   * Stores the digest of a single-use link. Older links of the same purpose stop working.
   * Throws NotFoundError when there is no such account.
   */
  createOneTimeLink(
    tenantId: TenantId,
    link: { accountId: string; purpose: 'reset_password'; digest: string; expiresAt: Date },
  ): Promise<void>;
  /** The account that a live link belongs to; looking never consumes it. */
  findByOneTimeLink(
    tenantId: TenantId,
    purpose: 'reset_password',
    digest: string,
  ): Promise<Account | undefined>;
  /**
   * Consumes a link, sets the password and forgets remembered browsers in one transaction: of two
   * at once exactly one wins.
   * Returns the account id, or undefined when the link is unknown, used or expired.
   */
  resetPasswordByLink(
    tenantId: TenantId,
    digest: string,
    passwordHash: string,
  ): Promise<string | undefined>;
}
