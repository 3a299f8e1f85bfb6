import { performance } from 'node:perf_hooks';
import type { Knex } from 'knex';

/**
 * Watches who waits for a connection of the pool, all of which are taken.
 *
 * @returns a function that tells how long whoever waits longest has been waiting, in milliseconds;
 *   0 when nobody waits. It asks nobody.
 */
export function watchPoolWait(db: Knex): () => number {
  // In the order of their coming: a Map keeps it.
  const waiting = new Map<number, number>();
  const { pool } = db.client;
  pool.on('acquireRequest', (id: number) => waiting.set(id, performance.now()));
  pool.on('acquireSuccess', (id: number) => waiting.delete(id));
  pool.on('acquireFail', (id: number) => waiting.delete(id));
  return () => {
    const [first] = waiting.values();
    // Whoever waits for a connection that is being made has not met a crowd.
    if (first === undefined || pool.numPendingCreates() > 0) return 0;
    return performance.now() - first;
  };
}
