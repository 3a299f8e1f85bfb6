import { setTimeout as delay } from 'node:timers/promises';
import type { Knex } from 'knex';
import { GatehouseError } from '../../errors.ts';
import { answer, SQLSTATE, sqlState } from './database.ts';
import { readNeeds, recordNeeds } from './migration-needs.ts';
import { type MigrationSource, migrationSource } from './migration-source.ts';
import { query } from './query.ts';

/**
 * Longest wait of a migration for a table in use. Whoever comes later waits behind it, so it is well
 * below the time after which replicas let nobody else in (`LONGEST_WAIT_MS` of `compose.ts`); and below
 * PostgreSQL's `deadlock_timeout` (1 s), so that it is the migration that gives way, and no request.
 */
const LOCK_WAIT_MS = 150;
/** Between two tries: what has waited gets through. */
const PAUSE_MS = 1000;
/** How long it is tried: a backup may hold every table for minutes. */
const PATIENCE_MS = 10 * 60 * 1000;

/** The database's schema does not fit this release, or cannot be made to; `message` says what to do. */
export class SchemaError extends GatehouseError {
  constructor(
    code: 'schema_unknown' | 'schema_pending' | 'migration_failed' | 'release_skipped',
    message: string,
    cause?: unknown,
  ) {
    super(code, message, { expose: false, cause });
  }
}

/** How the schema of a database stands to a release. */
export interface SchemaState {
  /** Migrations that the release has and the database lacks, in order. */
  readonly pending: string[];
  /** Migrations of a newer release, none of which keeps this one from working. */
  readonly newer: string[];
}

/**
 * Applies every migration that the database lacks: all of them, or none when one fails. A database
 * that a newer release migrated stays as it is: going back to a release undoes no migration.
 *
 * The whole run is one transaction that holds an advisory lock, so two processes may start at once
 * on an empty database, a killed one leaves nothing half-made, and it works through pgbouncer in
 * transaction mode, which has no session locks. Hence a migration cannot opt out of the
 * transaction (`create index concurrently` is refused by PostgreSQL).
 *
 * Replicas serve meanwhile. A table that somebody has in use (a backup, a long statement) is waited
 * for only briefly, since every sign-in would queue behind that wait; then all is undone, and tried
 * again after a pause.
 *
 * @param options.source - default: the migrations of this release
 * @param options.stopped - true: nothing else uses the database, so a release may be skipped
 * @param options.patienceMs - how long a table in use is tried for; default: 10 minutes
 * @returns `applied` in order; both empty when there was nothing to do
 * @throws SchemaError `schema_unknown` when a newer release migrated this database so that this one
 *   does not work with it, `release_skipped` when the release that ran until now would not work
 *   with the result, `migration_failed`
 * @throws StorageUnavailableError when PostgreSQL could not answer
 */
export async function migrateToLatest(
  db: Knex,
  options: { source?: MigrationSource; stopped?: boolean; patienceMs?: number } = {},
): Promise<Migrated> {
  const { source = migrationSource, stopped = false, patienceMs = PATIENCE_MS } = options;
  const deadline = performance.now() + patienceMs;
  for (;;) {
    try {
      return await tryToMigrate(db, source, stopped);
    } catch (error) {
      if (!isInUse(error)) throw error;
      if (performance.now() + PAUSE_MS > deadline) throw staysInUse(error);
      await delay(PAUSE_MS);
    }
  }
}

/** What a run has applied, and what a newer release had. */
interface Migrated {
  readonly applied: string[];
  readonly newer: string[];
}

async function tryToMigrate(
  db: Knex,
  source: MigrationSource,
  stopped: boolean,
): Promise<Migrated> {
  return answer(
    db.transaction(
      async (trx) => {
        // The pool's own limit is meant for requests; waiting for the other process may take longer.
        await trx.raw('set local statement_timeout = 0');
        await trx.raw('set local lock_timeout = 0');
        await trx.raw(`select pg_advisory_xact_lock(hashtextextended('gatehouse.migrate', 0))`);
        await trx.raw(`set local lock_timeout = ${LOCK_WAIT_MS}`);
        const { pending, newer } = await schemaState(trx, source);
        if (newer.length > 0) return { applied: [], newer };
        if (!stopped) await refuseSkipping(trx, source, pending);
        await applyInOrder(trx, source, pending);
        return { applied: pending, newer };
      },
      // A stricter default would look at the database as it was before the lock was ours.
      { isolationLevel: 'read committed' },
    ),
  );
}

/** Whether others have a table in use, or wait for one that this run has: then it gives way. */
function isInUse(error: unknown): boolean {
  const state = error instanceof GatehouseError ? sqlState(error.cause) : undefined;
  return state === SQLSTATE.lockNotAvailable || state === SQLSTATE.deadlockDetected;
}

function staysInUse(error: unknown): SchemaError {
  const said = error instanceof SchemaError ? error.message : 'The migrations gave way';
  return new SchemaError(
    'migration_failed',
    `${said}. What they change stayed in use, by a backup or a long transaction ` +
      '(pg_stat_activity shows which). Nothing was changed: end that, and run it again.',
    error,
  );
}

/**
 * Compares by name, whatever the order: a migration merged late is pending, not unknown. Changes
 * nothing.
 *
 * @throws SchemaError `schema_unknown` when this release does not work with what a newer one did
 * @throws StorageUnavailableError when PostgreSQL could not answer
 */
export async function schemaState(
  db: Knex,
  source: MigrationSource = migrationSource,
): Promise<SchemaState> {
  const known = await source.getMigrations();
  const applied = await appliedMigrations(db);
  const pending = known.filter((name) => !applied.includes(name));
  const newer = applied.filter((name) => !known.includes(name));
  if (newer.length > 0) await refuseIncompatible(db, { known, pending, newer });
  return { pending, newer };
}

/**
 * Refuses a database whose schema this release does not work with: called before a server serves.
 *
 * @returns migrations of a newer release, with which it works
 * @throws SchemaError `schema_pending` (run `gatehouse migrate`) or `schema_unknown`
 * @throws StorageUnavailableError when PostgreSQL could not answer
 */
export async function assertSchemaKnown(
  db: Knex,
  source: MigrationSource = migrationSource,
): Promise<string[]> {
  const { pending, newer } = await schemaState(db, source);
  if (pending.length > 0) {
    throw new SchemaError(
      'schema_pending',
      `The database lacks ${pending.length} migration(s) that this release needs: ` +
        `${pending.join(', ')}. Run: gatehouse migrate`,
    );
  }
  return newer;
}

/** Records in the table that Knex's tools read, so that they see the same state. */
async function applyInOrder(
  trx: Knex.Transaction,
  source: MigrationSource,
  names: readonly string[],
): Promise<void> {
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
    await applyOne(trx, source, name);
    await query(
      trx,
      'insert into knex_migrations (name, batch, migration_time) values (?, ?, clock_timestamp())',
      [name, batch],
    );
  }
  await recordNeeds(trx, source, await source.getMigrations());
  await keepRecord(trx);
}

/**
 * The record of migrations is written by who migrates. A role of less privilege, for which default
 * privileges are (deploy/postgres), reads it: else whoever has taken a replica over could have the
 * next release believe in a schema that is not there.
 */
async function keepRecord(trx: Knex.Transaction): Promise<void> {
  const revocations = await query<{ statement: string }>(
    trx,
    `select distinct format('revoke insert, update, delete, truncate on %s from %s', oid::regclass,
              case grantee when 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end) as statement
       from pg_class cross join aclexplode(relacl)
      where oid in (to_regclass('knex_migrations'), to_regclass('migration_needs'))
        and grantee <> relowner
        and privilege_type in ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE')`,
  );
  for (const { statement } of revocations) await trx.raw(statement);
}

async function applyOne(
  trx: Knex.Transaction,
  source: MigrationSource,
  name: string,
): Promise<void> {
  const migration = await source.getMigration(name);
  try {
    await answer(migration.up(trx));
  } catch (error) {
    if (error instanceof GatehouseError) throw error;
    // Knex puts the whole statement before what PostgreSQL said; that stays in the cause.
    const said = error instanceof Error ? error.message.split(' - ').at(-1) : String(error);
    throw new SchemaError('migration_failed', `Migration ${name} failed: ${said}`, error);
  }
}

/** @throws SchemaError `schema_unknown`, saying what of the newer migrations is in the way */
async function refuseIncompatible(
  db: Knex,
  { known, pending, newer }: SchemaState & { readonly known: readonly string[] },
): Promise<void> {
  const recorded = await readNeeds(db);
  const reasons = newer.flatMap((name) => {
    const needs = recorded.get(name);
    if (needs === undefined) return [`nothing says whether this release works with ${name}`];
    if (needs === null || known.includes(needs)) return [];
    return [`${name} works only with releases that know ${needs}`];
  });
  if (pending.length > 0) reasons.push(`it lacks ${pending.join(', ')} of this one`);
  if (reasons.length === 0) return;
  throw new SchemaError(
    'schema_unknown',
    `The database has ${newer.length} migration(s) that this release does not know: ` +
      `${newer.join(', ')}. A newer release migrated it, and ${reasons.join('; ')}. ` +
      'Run that release or a later one.',
  );
}

/**
 * Whatever ran on this database until now may still run, and knows no more than what is applied.
 *
 * @throws SchemaError `release_skipped`
 */
async function refuseSkipping(
  trx: Knex.Transaction,
  source: MigrationSource,
  pending: readonly string[],
): Promise<void> {
  const applied = await appliedMigrations(trx);
  if (applied.length === 0) return;
  for (const name of pending) {
    const { needs } = await source.getMigration(name);
    if (needs === undefined || applied.includes(needs)) continue;
    throw new SchemaError(
      'release_skipped',
      `Migration ${name} works only with releases that know ${needs}, and the release that ran ` +
        'here until now does not. Upgrade to a release between the two first; or stop every ' +
        'replica, and run: gatehouse migrate --stopped',
    );
  }
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
