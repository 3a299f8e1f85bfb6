import type { TenantId } from './tenant.ts';

/**
 * The change feed: how replicas hear that a tenant changed.
 *
 * The truth is `TenantStore.changesSince`, which every replica asks on a short timer
 * (`watch-tenants.ts`). Notifications only make it faster: one that arrives triggers the same
 * look, and one that is lost delays what it announced until the timer's next look.
 */
export interface TenantChangeFeed {
  /**
   * Looks now instead of at the timer's next tick. Resolves when a look that began after the call
   * has ended; a look that failed was logged, and the timer goes on.
   */
  lookNow(): Promise<void>;
  /** Ends the timer; resolves when a look in progress has ended. No change is reported after it. */
  stop(): Promise<void>;
}

/** Tells other replicas to look, through Redis. Best effort by contract. */
export interface TenantNotifications {
  /** Call it after the change was committed. Never rejects: the timer makes up for a lost message. */
  announce(tenantId: TenantId): Promise<void>;
  /** `listener` runs when a look is worth while: at a message, and whenever messages may have been lost. */
  onAnnouncement(listener: () => void): void;
  close(): Promise<void>;
}
