import type { NewAccount } from '../accounts/account-store.ts';
import type { TenantId } from '../tenants/tenant.ts';
import type { UpstreamIdentity, UpstreamLink } from './upstream.ts';

/** What names an identity: what a provider calls somebody, and as which issuer. */
export type UpstreamSubject = Pick<UpstreamIdentity, 'provider' | 'issuer' | 'subject'>;

/** What is shown of an identity. */
export interface ShownIdentity {
  readonly shownName: string | undefined;
  readonly shownEmail: string | undefined;
}

/**
 * Which upstream identity belongs to which account of one tenant. Throws StorageUnavailableError.
 * Rows of other tenants are invisible.
 */
export interface UpstreamLinkStore {
  findByIdentity(tenantId: TenantId, subject: UpstreamSubject): Promise<UpstreamLink | undefined>;
  /** Oldest first. */
  listOfAccount(tenantId: TenantId, accountId: string): Promise<UpstreamLink[]>;
  /**
   * Links an identity that has no account yet. Of two at once for one identity, one creates.
   *
   * @returns `existed`: it belonged to this account already; `taken`: to another one, and still does
   * @throws NotFoundError when there is no such account or provider
   */
  create(
    tenantId: TenantId,
    link: UpstreamSubject & ShownIdentity & { readonly accountId: string; readonly at: Date },
  ): Promise<'created' | 'existed' | 'taken'>;
  /**
   * Creates an account with a confirmed address, and links an identity to it: both, or nothing. Of
   * two at once for one identity or one address, one creates.
   *
   * @returns false when another account has its username or address, or the identity
   * @throws NotFoundError when there is no such provider
   */
  createWithAccount(
    tenantId: TenantId,
    account: NewAccount,
    link: UpstreamSubject & ShownIdentity & { readonly at: Date },
  ): Promise<boolean>;
  /** Notes a sign-in, and what the provider says of the person now. */
  recordUse(
    tenantId: TenantId,
    linkId: string,
    use: ShownIdentity & { readonly at: Date },
  ): Promise<void>;
  /**
   * Removes a link of an account. With `keepLast`, not when the account has neither a password nor
   * a passkey nor another link: of two ways to sign in that are removed at once, one stays.
   */
  remove(
    tenantId: TenantId,
    accountId: string,
    linkId: string,
    options: { readonly keepLast: boolean },
  ): Promise<'removed' | 'last' | 'not_found'>;
}
