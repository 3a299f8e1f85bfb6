import type { Knex } from 'knex';
import { GatehouseError, StorageUnavailableError } from '../../errors.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { queryOne } from './query.ts';

/** Farther behind than this, a replica is not asked. */
export const LONGEST_LAG_MS = 5000;
/** One that was found to be fit counts as fit for so long. */
const FIT_MS = 1000;
/** One that was not is left alone for so long. */
const UNFIT_MS = 5000;
/** A replica that says nothing for so long is away. */
const ANSWER_MS = 1000;

/**
 * Runs a query that may be answered with what was true a few seconds ago: lists and counts that people
 * and monitors look at. Never what decides anything: codes, tokens, sessions, keys, clients, accounts.
 * The query may be run twice.
 */
export type ReadMostly = <T>(read: (db: Knex) => Promise<T>) => Promise<T>;

/** Where there is no replica. */
export function readPrimary(db: Knex): ReadMostly {
  return (read) => read(db);
}

/**
 * Sends such queries to a streaming replica, as long as it is fit: it answers, it is a replica, and
 * it is at most five seconds behind. Else, and when it fails in the middle, the primary answers, as
 * if there were none.
 *
 * How far behind: not at all when it has replayed all that the primary has written; else as long as
 * its last transaction is ago, by the primary's clock, which stamped it.
 *
 * @param deps.elapsed - milliseconds of a clock that never goes back
 * @param deps.logger - told once when it is not fit any more, and when it is again
 */
export function readReplica(deps: {
  primary: Knex;
  replica: Knex;
  logger: Pick<Logger, 'info' | 'warn'>;
  elapsed?: () => number;
}): ReadMostly {
  const { primary, replica, logger, elapsed = () => performance.now() } = deps;
  let known: { until: number; fit: Promise<boolean> } | undefined;
  let wasFit: boolean | undefined;

  function note(unfit: string | undefined, error?: unknown): boolean {
    const fit = unfit === undefined;
    if (fit && wasFit === false) logger.info('the read replica is used again');
    if (!fit && wasFit !== false) {
      logger.warn('the read replica is not used', {
        reason: unfit,
        ...(error !== undefined && { error }),
      });
    }
    wasFit = fit;
    return fit;
  }

  async function look(): Promise<boolean> {
    try {
      return note(await within(ANSWER_MS, unfitness(primary, replica)));
    } catch (error) {
      return note('it does not answer', error);
    }
  }

  async function isFit(): Promise<boolean> {
    if (known === undefined || elapsed() >= known.until) {
      const looking = { until: elapsed() + UNFIT_MS, fit: look() };
      known = looking;
      if (await looking.fit) looking.until = elapsed() + FIT_MS;
    }
    return known.fit;
  }

  return async (read) => {
    if (!(await isFit())) return read(primary);
    try {
      return await read(replica);
    } catch (error) {
      // What was asked is at fault, such as a cursor that is none: the primary would say the same.
      if (error instanceof GatehouseError && !(error instanceof StorageUnavailableError))
        throw error;
      known = { until: elapsed() + UNFIT_MS, fit: Promise.resolve(note('a query failed', error)) };
      return read(primary);
    }
  };
}

/** Why a replica is not to be asked; undefined: it may be. */
async function unfitness(primary: Knex, replica: Knex): Promise<string | undefined> {
  const written = await queryOne<{ at: Date; bytes: number }>(
    primary,
    `select clock_timestamp() as at, pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 as bytes`,
  );
  const replayed = await queryOne<{ replica: boolean; bytes: number | null; at: Date | null }>(
    replica,
    `select pg_is_in_recovery() as replica, pg_last_xact_replay_timestamp() as at,
            pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::float8 as bytes`,
  );
  if (written === undefined || replayed === undefined) return 'it says nothing';
  if (!replayed.replica) return 'it is no replica';
  if ((replayed.bytes ?? 0) >= written.bytes) return undefined;
  const behindMs = written.at.getTime() - (replayed.at?.getTime() ?? 0);
  return behindMs <= LONGEST_LAG_MS ? undefined : 'it is too far behind';
}

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('no answer in time')), milliseconds);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
