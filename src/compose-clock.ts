import { createDatabaseClock, type DatabaseClock } from './storage/postgres/database-clock.ts';
import type { Logger } from './telemetry/logger.ts';

export type { DatabaseClock };

/** The clock that servers and commands decide by: this machine's, until it has been compared with PostgreSQL's. */
export function deploymentClock(logger: Pick<Logger, 'warn'>): DatabaseClock {
  return createDatabaseClock({ local: () => new Date(), logger });
}
