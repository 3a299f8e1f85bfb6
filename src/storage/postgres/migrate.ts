import { readdir } from 'node:fs/promises';
import type { Knex } from 'knex';
import { GatehouseError } from '../../errors.ts';
import { answer } from './database.ts';
import { query } from './query.ts';

/** Beside `src/` when run from source, beside `dist/src/` when built. */
const MIGRATIONS_DIRECTORY = new URL('../../../migrations/', import.meta.url);
const EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

/** Seconds that a statement of a migration may wait for a lock on a table in use. */
const LOCK_TIMEOUT_SECONDS = 10;

/** The database's schema does not fit this release, or cannot be made to; `message` says what to do. */
export class SchemaError extends GatehouseError {
  constructor(
    code: 'schema_unknown' | 'schema_pending' | 'migration_failed',
    message: string,
    cause?: unknown,
  ) {
    super(code, message, { expose: false, cause });
  }
}

/**
 * The migrations of this release, for Knex: `migrations/NNNN_name.ts`, or `.js` when built.
 *
 * Names carry no extension, so that a database migrated from source is known to a built release.
 */
export const migrationSource: Knex.MigrationSource<string> = {
  async getMigrations() {
    const files = await readdir(MIGRATIONS_DIRECTORY);
    return files
      .filter((file) => file.endsWith(EXTENSION) && !file.endsWith('.d.ts'))
      .map((file) => file.slice(0, -EXTENSION.length))
      .sort();
  },
  getMigrationName: (name) => name,
  async getMigration(name) {
    const loaded: unknown = await import(new URL(name + EXTENSION, MIGRATIONS_DIRECTORY).href);
    if (!isMigration(loaded)) throw new Error(`migration ${name} exports no "up" and "down"`);
    return loaded;
  },
};

/**
 * Applies every migration that the database lacks: all of them, or none when one fails.
 *
 * The whole run is one transaction that holds an advisory lock, so two processes may start at once
 * on an empty database, a killed one leaves nothing half-made, and it works through pgbouncer in
 * transaction mode, which has no session locks. Hence a migration cannot opt out of the
 * transaction (`create index concurrently` is refused by PostgreSQL). A statement that would wait
 * over 10 s for a table in use gives up rather than make every sign-in queue behind it.
 *
 * @returns the names applied, in order; empty when there was nothing to do
 * @throws SchemaError `schema_unknown` when a newer release migrated this database, `migration_failed`
 * @throws StorageUnavailableError when PostgreSQL could not answer
 */
export async function migrateToLatest(db: Knex): Promise<string[]> {
  return answer(
    db.transaction(
      async (trx) => {
        // The pool's own limit is meant for requests; waiting for the other process may take longer.
        await trx.raw('set local statement_timeout = 0');
        await trx.raw('set local lock_timeout = 0');
        await trx.raw(`select pg_advisory_xact_lock(hashtextextended('gatehouse.migrate', 0))`);
        await trx.raw(`set local lock_timeout = '${LOCK_TIMEOUT_SECONDS}s'`);
        const { pending, unknown } = await compareSchema(trx);
        refuseUnknown(unknown);
        return applyInOrder(trx, pending);
      },
      // A stricter default would look at the database as it was before the lock was ours.
      { isolationLevel: 'read committed' },
    ),
  );
}

/** The migrations that this release has and the database lacks, in order. Changes nothing. */
export async function pendingMigrations(db: Knex): Promise<string[]> {
  return (await compareSchema(db)).pending;
}

/**
 * Refuses a database whose schema is not this release's: called before a server serves.
 *
 * @throws SchemaError `schema_pending` (run `gatehouse migrate`) or `schema_unknown`
 * @throws StorageUnavailableError when PostgreSQL could not answer
 */
export async function assertSchemaKnown(db: Knex): Promise<void> {
  const { pending, unknown } = await compareSchema(db);
  refuseUnknown(unknown);
  if (pending.length > 0) {
    throw new SchemaError(
      'schema_pending',
      `The database lacks ${pending.length} migration(s) that this release needs: ` +
        `${pending.join(', ')}. Run: gatehouse migrate`,
    );
  }
}

/** Records in the table that Knex's tools read, so that they see the same state. */
async function applyInOrder(trx: Knex.Transaction, names: string[]): Promise<string[]> {
  await trx.raw(`
    create table if not exists knex_migrations (
      id serial primary key, name varchar(255), batch integer, migration_time timestamptz
    )`);
  const [last] = await query<{ batch: number }>(
    trx,
    'select coalesce(max(batch), 0) as batch from knex_migrations',
  );
  const batch = (last?.batch ?? 0) + 1;
  for (const name of names) {
    await applyOne(trx, name);
    await query(
      trx,
      'insert into knex_migrations (name, batch, migration_time) values (?, ?, clock_timestamp())',
      [name, batch],
    );
  }
  return names;
}

async function applyOne(trx: Knex.Transaction, name: string): Promise<void> {
  const migration = await migrationSource.getMigration(name);
  try {
    await answer(migration.up(trx));
  } catch (error) {
    if (error instanceof GatehouseError) throw error;
    // Knex puts the whole statement before what PostgreSQL said; that stays in the cause.
    const said = error instanceof Error ? error.message.split(' - ').at(-1) : String(error);
    throw new SchemaError('migration_failed', `Migration ${name} failed: ${said}`, error);
  }
}

function refuseUnknown(unknown: readonly string[]): void {
  if (unknown.length === 0) return;
  throw new SchemaError(
    'schema_unknown',
    `The database has ${unknown.length} migration(s) that this release does not know: ` +
      `${unknown.join(', ')}. A newer release migrated it: run that release or a later one.`,
  );
}

/** Compares by name, whatever the order: a migration merged late is pending, not unknown. */
async function compareSchema(db: Knex): Promise<{ pending: string[]; unknown: string[] }> {
  const known = await migrationSource.getMigrations([]);
  const applied = await appliedMigrations(db);
  return {
    pending: known.filter((name) => !applied.includes(name)),
    unknown: applied.filter((name) => !known.includes(name)),
  };
}

/** Read without Knex's own listing, which would create its tables in a database it only looks at. */
async function appliedMigrations(db: Knex): Promise<string[]> {
  const [table] = await query<{ there: boolean }>(
    db,
    `select to_regclass('knex_migrations') is not null as there`,
  );
  if (!table?.there) return [];
  const rows = await query<{ name: string }>(db, 'select name from knex_migrations order by id');
  return rows.map((row) => row.name);
}

function isMigration(loaded: unknown): loaded is Knex.Migration {
  return (
    typeof loaded === 'object' &&
    loaded !== null &&
    'up' in loaded &&
    typeof loaded.up === 'function' &&
    'down' in loaded &&
    typeof loaded.down === 'function'
  );
}
