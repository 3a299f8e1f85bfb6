import type { Knex } from 'knex';
import { ConflictError } from '../../errors.ts';
import type { SeedStore, SeedWrite } from '../../seeds/seed-store.ts';
import { SQLSTATE, sqlState } from './database.ts';
import { loadSeedState, loadWholeState } from './load-seed-state.ts';
import { inTransaction, query } from './query.ts';
import { touchTenant } from './touch-tenant.ts';
import { writeSeed } from './write-seed.ts';

/** Seconds that one `seed apply` waits for another to finish. */
const LOCK_TIMEOUT_SECONDS = 60;

/** What of a tenant goes into its Provider; accounts and groups are read with each request. */
const VERSIONED = new Set(['tenant', 'upstream', 'application', 'role', 'client', 'retire']);

/** What seeds speak of, in PostgreSQL. */
export function createPostgresSeedStore(db: Knex): SeedStore {
  return {
    load: (look) => loadSeedState(db, look),
    loadWhole: (slugs, options) =>
      inTransaction(db, async (trx) => {
        await query(trx, 'set transaction isolation level repeatable read, read only');
        return loadWholeState(trx, slugs, options);
      }),

    async transact(look, decide) {
      const slugs = look.scopes.map(({ slug }) => slug);
      try {
        return await inTransaction(db, async (trx) => {
          await lock(trx, slugs);
          const current = await loadSeedState(trx, look);
          const writes = await decide(current);
          await writeSeed(trx, writes);
          const written = writes.map(({ tenant }) => tenant);
          const rows = await query<{ slug: string; id: string }>(
            trx,
            'select slug, id from tenants where slug = any(?)',
            [[...slugs, ...written]],
          );
          const ids = new Map(rows.map(({ slug, id }) => [slug, id]));
          const old = new Set([...current.tenants, ...current.otherTenants].map((one) => one.slug));
          for (const slug of new Set(writes.filter(isVersioned).map(({ tenant }) => tenant))) {
            const id = ids.get(slug);
            // A tenant that is new begins at version 1.
            if (id !== undefined && old.has(slug)) await touchTenant(trx, id);
          }
          return ids;
        });
      } catch (error) {
        throw asConflict(error) ?? error;
      }
    },
  };
}

/**
 * One `seed apply` at a time, for as long as the transaction lasts (pgbouncer knows no session
 * locks); then the rows of the tenants, in the order in which every writer takes them.
 */
async function lock(trx: Knex.Transaction, slugs: readonly string[]): Promise<void> {
  // The pool's limit is meant for requests; a large file or a wait for the lock may take longer.
  await query(trx, 'set local statement_timeout = 0');
  await query(trx, `set local lock_timeout = '${LOCK_TIMEOUT_SECONDS}s'`);
  await query(trx, `select pg_advisory_xact_lock(hashtextextended('gatehouse.seed', 0))`);
  await query(trx, 'select 1 from tenants where slug = any(?) order by id for no key update', [
    slugs,
  ]);
}

function isVersioned(write: SeedWrite): boolean {
  return VERSIONED.has(write.kind === 'remove' ? write.of : write.kind);
}

function asConflict(error: unknown): ConflictError | undefined {
  const state = sqlState(error);
  if (state === SQLSTATE.lockNotAvailable) {
    return new ConflictError(
      `another seed apply has been running for over ${LOCK_TIMEOUT_SECONDS} s; nothing was changed, try again`,
      error,
    );
  }
  if (state === SQLSTATE.uniqueViolation) {
    return new ConflictError(
      'something that the files name was taken while they were applied; nothing was changed, run seed plan again',
      error,
    );
  }
  return undefined;
}
