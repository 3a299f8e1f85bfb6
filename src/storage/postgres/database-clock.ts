import type { Knex } from 'knex';
import type { Logger } from '../../telemetry/logger.ts';
import { lookAtDatabase } from './look-at-database.ts';

/** Machines that keep their time differ by less; nobody's decision hangs on it. */
const TOLERANCE_MS = 250;

/** The time of a deployment: PostgreSQL's, which all replicas share. */
export interface DatabaseClock {
  /** This machine's time, corrected by what it was last found to be off by. */
  now(): Date;
  /**
   * Compares this machine's clock with the server's; to be called again from time to time.
   *
   * @throws StorageUnavailableError; the correction stays as it was
   */
  follow(db: Knex): Promise<void>;
}

/**
 * Makes the clock that decides expiry, retry windows and what came before what. Whether a refresh
 * is a retry or a theft must not depend on which replica is asked: with clocks of their own that are
 * 30 seconds apart, one of them takes a retry within the window for a theft.
 *
 * @param deps.local - this machine's clock
 */
export function createDatabaseClock(deps: {
  readonly local: () => Date;
  readonly logger: Pick<Logger, 'warn'>;
}): DatabaseClock {
  const { local, logger } = deps;
  let offsetMs = 0;
  return {
    now: () => new Date(local().getTime() + offsetMs),
    async follow(db) {
      const asked = local().getTime();
      const { now } = await lookAtDatabase(db);
      const answered = local().getTime();
      const found = now.getTime() - (asked + answered) / 2;
      // The server looked at its clock somewhere between question and answer.
      const uncertainMs = (answered - asked) / 2 + TOLERANCE_MS;
      if (Math.abs(found - offsetMs) <= uncertainMs) return;
      offsetMs = Math.round(found);
      logger.warn('this machine’s clock is not that of PostgreSQL, which is followed', {
        ahead_ms: -offsetMs,
      });
    },
  };
}
