import type { TenantId } from '../tenants/tenant.ts';
import type { NewAccount } from './account-store.ts';

/** Somebody was asked to make an account. */
export interface Invitation {
  readonly id: string;
  /** As it was typed by whoever invited; the account gets it, and no other. */
  readonly email: string;
  /** `application:role`, given to the account if they are still there. */
  readonly roles: readonly string[];
  readonly expiresAt: Date;
  readonly createdAt: Date;
}

/** Keeps invitations of one tenant. Throws StorageUnavailableError. */
export interface InvitationStore {
  /** Stores an invitation in the place of an earlier one for the same address. */
  save(
    tenantId: TenantId,
    invitation: {
      readonly digest: string;
      readonly email: string;
      readonly roles: readonly string[];
      readonly expiresAt: Date;
    },
  ): Promise<Invitation>;
  /** The live invitation of a link; looking never uses it up. */
  findByDigest(tenantId: TenantId, digest: string): Promise<Invitation | undefined>;
  /** Live ones, the newest first; at most 1,000. */
  list(tenantId: TenantId): Promise<Invitation[]>;
  /** The id of the one for that address, which is gone then; undefined when there is none. */
  revoke(tenantId: TenantId, email: string): Promise<string | undefined>;
  /**
   * Uses an invitation up and creates its account, with its roles, in one transaction: of two at
   * once exactly one wins.
   *
   * @returns `gone`: unknown, used, revoked or expired; `taken`: somebody has an account under that
   *   address by now, and the invitation is used up
   */
  accept(
    tenantId: TenantId,
    digest: string,
    account: Omit<NewAccount, 'username' | 'email'>,
  ): Promise<
    { readonly outcome: 'created'; readonly email: string } | { readonly outcome: 'taken' | 'gone' }
  >;
}
