import type { TenantId } from '../tenants/tenant.ts';

/** What became of a message. */
export type MailStatus =
  /** To be sent, at once or again. */
  | 'queued'
  /** The mail server took it. */
  | 'sent'
  /** The mail server refused the address for good. */
  | 'bounced'
  /** Given up. */
  | 'failed';

/** Why the last attempt did not succeed; never the words of a server, which name people. */
export type MailProblem =
  /** The text in the place of an address is none. */
  | 'address_invalid'
  /** The server knows no such mailbox, or takes nothing for it. */
  | 'recipient_refused'
  /** The server will not have the message itself. */
  | 'message_refused'
  /** The server does not let us send from MAIL_FROM. */
  | 'sender_refused'
  /** The server asks to try again later. */
  | 'deferred'
  /** No connection, or one that broke. */
  | 'unreachable'
  /** No private connection, or a certificate that nobody trusts. */
  | 'tls_failed'
  /** The server does not accept our user and password. */
  | 'authentication_failed'
  /** Its code or link had expired before it could be sent. */
  | 'expired'
  /** What it says cannot be opened any more: its key is gone from KEY_ENCRYPTION_KEYS. */
  | 'unreadable'
  /** Anything else; the log has more. */
  | 'unknown';

/** A message as it is put in. */
export interface NewMail {
  /** A UUIDv7. */
  readonly id: string;
  /** From `mailName`. */
  readonly name: string;
  readonly accountId: string | undefined;
  /** BCP 47; the catalogue it was written from. */
  readonly language: string;
  readonly recipient: string;
  /** `decoy`: stored at the same cost, never sent, shown to nobody. */
  readonly status: 'queued' | 'bounced' | 'decoy';
  readonly problem: MailProblem | undefined;
  /** Sealed; of a message that is `bounced` from the start undefined. */
  readonly sealedContent: string | undefined;
  readonly createdAt: Date;
  /** After this nobody sends it any more. */
  readonly giveUpAt: Date;
  /** When the row may be removed. */
  readonly expiresAt: Date;
}

/** A message that a worker is to send now. */
export interface ClaimedMail {
  readonly tenantId: TenantId;
  readonly id: string;
  readonly name: string;
  readonly accountId: string | undefined;
  readonly recipient: string;
  /** Counts this one: 1 is the first. */
  readonly attempt: number;
  readonly sealedContent: string;
  readonly createdAt: Date;
  readonly giveUpAt: Date;
}

/** A message as operators see it. */
export interface ListedMail {
  readonly tenantId: TenantId;
  readonly id: string;
  readonly name: string;
  readonly accountId: string | undefined;
  readonly language: string;
  readonly recipient: string;
  readonly status: MailStatus;
  readonly attempts: number;
  readonly problem: MailProblem | undefined;
  readonly createdAt: Date;
  readonly sentAt: Date | undefined;
  /** Of a queued one. */
  readonly nextAttemptAt: Date | undefined;
}

/** How an attempt ended. */
export type MailSettlement =
  | { readonly status: 'sent' }
  | { readonly status: 'bounced' | 'failed'; readonly problem: MailProblem }
  | { readonly status: 'queued'; readonly problem: MailProblem; readonly nextAttemptAt: Date };

/**
 * Messages on their way, and what became of those of the last 30 days.
 *
 * What a message says is stored from `add` until it is settled as anything but queued, and no
 * longer. Throws StorageUnavailableError.
 */
export interface MailOutbox {
  /** One insert. */
  add(tenantId: TenantId, mail: NewMail): Promise<void>;
  /**
   * Takes messages that are due, of all tenants, those that wait longest first. Nobody else gets
   * them before `until`; then their worker is taken for dead, and the next one claims them.
   */
  claim(options: { now: Date; until: Date; limit: number }): Promise<ClaimedMail[]>;
  /**
   * Says how a claimed message's attempt ended.
   *
   * @param attempt - of the claim
   * @returns false when it was claimed again since, or is settled already: nothing changes then
   */
  settle(
    tenantId: TenantId,
    id: string,
    attempt: number,
    settlement: MailSettlement,
    now: Date,
  ): Promise<boolean>;
  /** Newest first; `before` is the id of the last one of the page before. Without decoys. */
  list(query: {
    /** Undefined: of all tenants. */
    tenantId: TenantId | undefined;
    status?: MailStatus;
    before?: string;
    limit: number;
  }): Promise<ListedMail[]>;
  /** Messages about one account, newest first; without decoys. */
  listOfAccount(tenantId: TenantId, accountId: string, limit: number): Promise<ListedMail[]>;
  /** Undefined when there is none, or it is a decoy. */
  find(tenantId: TenantId, id: string): Promise<ListedMail | undefined>;
  /**
   * Makes queued messages due now that wait for their next attempt: one, those of a tenant, or all.
   *
   * @returns how many; those that somebody is sending at this moment are left alone
   */
  makeDue(only: { tenantId?: TenantId; id?: string }, now: Date): Promise<number>;
  /** Removes every message of an account, whatever became of it; those on their way still arrive. */
  forgetAccount(tenantId: TenantId, accountId: string): Promise<void>;
  /** How many are queued, counted up to 10,000, and since when the oldest of these is. */
  backlog(): Promise<{ queued: number; oldest: Date | undefined }>;
}
