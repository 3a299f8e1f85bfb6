import type { TenantId } from '../tenants/tenant.ts';

/** A change of an account's e-mail address that is not complete. */
export interface PendingEmailChange {
  readonly accountId: string;
  /** The address that the account is to have, as it was typed. */
  readonly email: string;
  /** The address that it has. */
  readonly previousEmail: string | undefined;
  /** Whether the mailbox of the new address was proved. */
  readonly proved: boolean;
  /** Whether whoever reads the old address still has to approve. */
  readonly awaitsApproval: boolean;
  readonly expiresAt: Date;
}

/** Where a change is after one of its mailboxes has said yes. */
export type EmailChangeProgress =
  /** For the other mailbox. */
  | { readonly outcome: 'waiting' }
  | {
      readonly outcome: 'changed';
      readonly email: string;
      readonly previousEmail: string | undefined;
    }
  /** Somebody else has an account under the new address; nothing is pending any more. */
  | { readonly outcome: 'taken' }
  /** Unknown, expired or taken back, or the account is disabled or has another address by now. */
  | { readonly outcome: 'gone' };

/** Keeps changes of addresses of one tenant, one for each account. Throws StorageUnavailableError. */
export interface EmailChangeStore {
  /**
   * Stores a change in the place of the account's one before.
   * Throws NotFoundError when there is no such account.
   */
  begin(
    tenantId: TenantId,
    change: {
      readonly accountId: string;
      readonly email: string;
      readonly previousEmail: string | undefined;
      /** Undefined when nobody has to approve. */
      readonly approvalDigest: string | undefined;
      readonly expiresAt: Date;
    },
  ): Promise<void>;
  find(tenantId: TenantId, accountId: string): Promise<PendingEmailChange | undefined>;
  /** The live change that a link approves, if nobody has; looking uses nothing up. */
  findByApproval(tenantId: TenantId, digest: string): Promise<PendingEmailChange | undefined>;
  /**
   * Notes that the new mailbox was proved, and changes the account's address, with everything that
   * goes with it, once nothing else is missing: the address is confirmed, a username that was the
   * old address becomes the new one (unless a seed file knows the account by it), links that went
   * to the old one stop working. All of it in one transaction: of any number at once exactly one
   * gets `changed`.
   *
   * @param email - that was proved; another one than the change's proves nothing
   */
  prove(tenantId: TenantId, accountId: string, email: string): Promise<EmailChangeProgress>;
  /** Notes that the old mailbox approves, and goes on as `prove` does. A link works once. */
  approve(tenantId: TenantId, digest: string): Promise<EmailChangeProgress>;
  /** False when nothing was pending. */
  cancel(tenantId: TenantId, accountId: string): Promise<boolean>;
}
