import type { TenantId } from '../tenants/tenant.ts';

/** What a limit is counted on. */
export type AttemptSubject =
  | { kind: 'account'; identifier: string }
  | { kind: 'address'; address: string }
  | { kind: 'address_block'; block: string };

export type AttemptVerdict = { allowed: true } | { allowed: false; retryAfterSeconds: number };

/**
 * Counts sign-in attempts per subject. Throws StorageUnavailableError: a counter that is away lets
 * nobody guess without limit.
 *
 * An attempt is counted before the password is checked (so that parallel guesses cannot slip
 * through) and taken back when it succeeded. Subjects are stored as digests, never readable.
 */
export interface AttemptStore {
  /**
   * Counts one attempt on every subject; refused when any subject is over its limit.
   *
   * Addresses come first: what is refused for its address is not counted on the account, so that
   * an address over its limit cannot keep an account locked.
   */
  begin(tenantId: TenantId, subjects: readonly AttemptSubject[]): Promise<AttemptVerdict>;
  /** Forgets the failures of the account and takes this attempt back from the others. */
  succeeded(tenantId: TenantId, subjects: readonly AttemptSubject[]): Promise<void>;
  /** Takes an attempt back that was never decided: the server was overloaded, a store was away. */
  withdraw(tenantId: TenantId, subjects: readonly AttemptSubject[]): Promise<void>;
}
