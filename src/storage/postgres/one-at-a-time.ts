import type { Knex } from 'knex';
import { inTransaction, queryOne } from './query.ts';

/**
 * Seconds after which PostgreSQL takes the lock from a holder that it has not heard of: a replica
 * that was stopped, or whose machine is gone without a word. Longer than any run takes.
 */
const HOLD_SECONDS = 10 * 60;

/** What came of work that one replica at a time does. */
export type Turn<T> =
  | { readonly outcome: 'ran'; readonly result: T }
  /** Another replica is at it. */
  | { readonly outcome: 'skipped' };

/** Runs `work` unless another replica runs work of that name at this moment. */
export type OneAtATime = <T>(name: string, work: () => Promise<T>) => Promise<Turn<T>>;

/**
 * Runs work that one replica at a time does: whoever holds its lock. The lock goes with the
 * connection, so a replica that is killed leaves it to the next one.
 *
 * A transaction that does nothing else holds the lock while the work runs beside it: it has no
 * snapshot and no transaction id, so it holds back neither vacuum nor the change feed. The work
 * therefore needs a second connection of the pool. A holder that PostgreSQL has not heard of for
 * ten minutes loses the lock, so work must do no harm when it is done twice at once.
 *
 * @param holdSeconds - ten minutes, but for tests
 * @throws StorageUnavailableError, and whatever `work` throws
 */
export function oneAtATime<T>(
  db: Knex,
  name: string,
  work: () => Promise<T>,
  holdSeconds = HOLD_SECONDS,
): Promise<Turn<T>> {
  return inTransaction<Turn<T>>(db, async (trx) => {
    const lock = await queryOne<{ held: boolean }>(
      trx,
      `select pg_try_advisory_xact_lock(hashtextextended(?, 0)) as held,
              set_config('idle_in_transaction_session_timeout', ?, true)`,
      [`gatehouse.${name}`, `${holdSeconds}s`],
    );
    if (lock?.held !== true) return { outcome: 'skipped' };
    return { outcome: 'ran', result: await work() };
  });
}

/**
 * The same for a whole process, one work after the other: whatever the number of works, it takes one
 * connection for the lock and one to work with. Two that each hold a lock in a pool of two would wait
 * for each other.
 */
export function createOneAtATime(db: Knex): OneAtATime {
  let last: Promise<unknown> = Promise.resolve();
  return (name, work) => {
    const turn = last.then(() => oneAtATime(db, name, work));
    last = turn.catch(() => undefined);
    return turn;
  };
}
