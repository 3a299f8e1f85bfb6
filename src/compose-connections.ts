import type { Backends } from './compose-backends.ts';
import type { Config } from './config/config.ts';
import { CONNECTION_ADVICE, connectionShortage } from './connection-budget.ts';
import { lookAtConnections } from './storage/postgres/look-at-connections.ts';
import type { Logger } from './telemetry/logger.ts';

/**
 * Says at the start when PostgreSQL lacks the connections that replicas may want: with one query,
 * which nobody waits for and whose failure is nobody's trouble. Never rejects.
 *
 * Behind a pooler PostgreSQL cannot say how many clients there may be, so nothing is claimed.
 */
export async function warnOfFewConnections(deps: {
  readonly config: Pick<Config, 'mode' | 'database' | 'replicas'>;
  readonly backends: Pick<Backends, 'db'>;
  readonly logger: Pick<Logger, 'warn' | 'debug'>;
}): Promise<void> {
  const { config, backends, logger } = deps;
  if (config.mode === 'embedded') return;
  try {
    const room = await lookAtConnections(backends.db);
    if (room.pooled) return;
    const { poolMax } = config.database;
    const shortage = connectionShortage({ ...room, poolMax, replicas: config.replicas });
    if (shortage === undefined) return;
    logger.warn('PostgreSQL may run out of connections', {
      reason: shortage,
      do: CONNECTION_ADVICE,
    });
  } catch (error) {
    logger.debug('could not count connections', { error });
  }
}
