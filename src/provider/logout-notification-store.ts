import type { TenantId } from '../tenants/tenant.ts';

/** A client's part in a session that ended. */
export interface EndedSignIn {
  readonly clientId: string;
  readonly accountId: string;
  /** What the client knows the session by. */
  readonly sid: string;
}

/** Why an attempt did not succeed; never the words of a server. */
export type LogoutProblem =
  /** It answered, but not with 200 or 204. */
  | 'refused'
  /** No connection, one that broke, or no answer in time. */
  | 'unreachable'
  /** Its address is not public, and not in OUTBOUND_ALLOW. */
  | 'forbidden_address'
  /** The client is disabled, or registered no address any more. */
  | 'unregistered'
  /** Anything else; the log has more. */
  | 'unknown';

/** A notification that a worker is to deliver now. */
export interface ClaimedLogout extends EndedSignIn {
  readonly tenantId: TenantId;
  readonly id: string;
  /** Counts this one: 1 is the first. */
  readonly attempt: number;
  readonly giveUpAt: Date;
}

/** How an attempt ended. */
export type LogoutSettlement =
  | { readonly status: 'delivered' }
  | { readonly status: 'failed'; readonly problem: LogoutProblem }
  | { readonly status: 'queued'; readonly problem: LogoutProblem; readonly nextAttemptAt: Date };

/**
 * What clients are to hear of sessions that ended, in PostgreSQL, so that it outlives the request,
 * the replica and the session. Throws StorageUnavailableError.
 *
 * @see OpenID Connect Back-Channel Logout 1.0
 */
export interface LogoutNotificationStore {
  /**
   * Queues a notification for each client that registered a `backchannel_logout_uri` and is not
   * disabled. One that was queued before, by client and sid, is not queued again.
   *
   * @returns how many were queued
   */
  add(
    tenantId: TenantId,
    ended: readonly EndedSignIn[],
    times: { now: Date; giveUpAt: Date; expiresAt: Date },
  ): Promise<number>;
  /**
   * Takes notifications that are due, of all tenants, those that wait longest first. Nobody else
   * gets them before `until`; then their worker is taken for dead, and the next one claims them.
   */
  claim(options: { now: Date; until: Date; limit: number }): Promise<ClaimedLogout[]>;
  /**
   * Says how a claimed notification's attempt ended.
   *
   * @param attempt - of the claim
   * @returns false when it was claimed again since, or is settled already: nothing changes then
   */
  settle(
    tenantId: TenantId,
    id: string,
    attempt: number,
    settlement: LogoutSettlement,
  ): Promise<boolean>;
  /** How many are queued, counted up to 10,000. */
  countQueued(): Promise<number>;
}
