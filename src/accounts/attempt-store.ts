import type { TenantId } from '../tenants/tenant.ts';

/** What a limit is counted on. */
export type AttemptSubject =
  | { kind: 'account'; identifier: string }
  | { kind: 'address'; address: string }
  | { kind: 'address_block'; block: string }
  /** Second factors that are typed: TOTP and recovery codes of one account, by its id. */
  | { kind: 'factor'; accountId: string }
  /** Codes sent by e-mail: typed for one subject (see `one-time-code.ts`). */
  | { kind: 'mailed_code'; subject: string }
  /** Codes asked for by one caller. */
  | { kind: 'code_requests'; address: string }
  /** Codes sent on behalf of one subject, or to one mailbox: a moment apart, and not many. */
  | { kind: 'code_pause' | 'code_quota'; name: string };

export type AttemptVerdict = { allowed: true } | { allowed: false; retryAfterSeconds: number };

/**
 * Counts attempts per subject: at sign-in, at a second factor, at codes. Throws
 * StorageUnavailableError: a counter that is away lets nobody guess without limit.
 *
 * An attempt is counted before the secret is checked (so that parallel guesses cannot slip
 * through) and taken back when it succeeded. Subjects are stored as digests, never readable.
 */
export interface AttemptStore {
  /**
   * Counts one attempt on every subject; refused when any subject is over its limit.
   *
   * Addresses come first: what is refused for its address is not counted on the account, so that
   * an address over its limit cannot keep an account locked. Likewise a quota comes after the
   * pause: asking too early uses nothing of it up.
   */
  begin(tenantId: TenantId, subjects: readonly AttemptSubject[]): Promise<AttemptVerdict>;
  /** Forgets the failures of whom the attempt was right for; takes it back from the others. */
  succeeded(tenantId: TenantId, subjects: readonly AttemptSubject[]): Promise<void>;
  /** Takes an attempt back that was never decided: the server was overloaded, a store was away. */
  withdraw(tenantId: TenantId, subjects: readonly AttemptSubject[]): Promise<void>;
}
