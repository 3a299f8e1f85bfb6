import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts';
import { pollUntil } from '../../testing/poll.ts';
import { createDatabase } from './database.ts';
import {
  assertSchemaKnown,
  migrateToLatest,
  migrationSource,
  pendingMigrations,
} from './migrate.ts';

const run = promisify(execFile);
const LOCK = `select pg_advisory_xact_lock(hashtextextended('gatehouse.migrate', 0))`;

/** Migrates in a process of its own and returns the names that it applied. */
async function migrateInProcess(url: string): Promise<string[]> {
  const here = (file: string): string => JSON.stringify(new URL(file, import.meta.url).href);
  const program = `
    import { createDatabase } from ${here('./database.ts')};
    import { migrateToLatest } from ${here('./migrate.ts')};
    const db = createDatabase({
      url: process.argv[1], poolMax: 2, acquireTimeoutMs: 10000, statementTimeoutMs: 10000,
    });
    console.log(JSON.stringify(await migrateToLatest(db)));
    await db.destroy();
  `;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program, url]);
  return JSON.parse(stdout);
}

describe('migrations', () => {
  let all: string[];
  const created: TestDatabase[] = [];
  const database = async (options: { empty?: boolean } = {}): Promise<TestDatabase> => {
    const one = await createTestDatabase(options);
    created.push(one);
    return one;
  };

  before(async () => {
    all = await migrationSource.getMigrations([]);
  });

  after(async () => {
    for (const one of created) await one.drop();
  });

  it('are numbered, each number once, and recorded without an extension', () => {
    const numbers = all.map((name) => /^(\d{4})_[a-z0-9_]+$/.exec(name)?.[1]);
    assert.equal(numbers.includes(undefined), false, `a name is off: ${all.join(', ')}`);
    assert.equal(new Set(numbers).size, numbers.length);
    assert.ok(all.length >= 3);
  });

  it('are applied once when two processes start at once on an empty database', async () => {
    const { db, url } = await database({ empty: true });
    const applied = await Promise.all([migrateInProcess(url), migrateInProcess(url)]);
    assert.deepEqual(
      applied.toSorted((a, b) => b.length - a.length),
      [all, []],
    );
    await assertSchemaKnown(db);
    assert.deepEqual(await migrateToLatest(db), []);
  });

  it('wait for another process longer than a request may wait', async () => {
    const { db, url } = await database({ empty: true });
    const impatient = createDatabase({
      url,
      poolMax: 1,
      acquireTimeoutMs: 10_000,
      statementTimeoutMs: 50,
    });
    const other = await db.transaction();
    try {
      await other.raw(LOCK);
      const migrated = migrateToLatest(impatient);
      await pollUntil(
        async () => {
          const { rows } = await db.raw(
            `select 1 from pg_locks where locktype = 'advisory' and not granted
              and database = (select oid from pg_database where datname = current_database())
              and waitstart < clock_timestamp() - interval '150 milliseconds'`,
          );
          return rows.length === 1;
        },
        { deadlineMs: 5_000 },
      );
      await other.rollback();
      assert.deepEqual(await migrated, all);
    } finally {
      if (!other.isCompleted()) await other.rollback();
      await impatient.destroy();
    }
  });

  it('leave nothing behind when one fails, and say which', async () => {
    const { db } = await database({ empty: true });
    await db.raw('create table audit_events (in_the_way int)');
    await assert.rejects(migrateToLatest(db), {
      code: 'migration_failed',
      message: 'Migration 0004_audit failed: relation "audit_events" already exists',
    });
    const { rows } = await db.raw(
      `select tablename from pg_tables where schemaname = 'public' order by tablename`,
    );
    assert.deepEqual(rows, [{ tablename: 'audit_events' }]);
    assert.deepEqual(await pendingMigrations(db), all);
  });

  it('can each be taken back and applied again', async () => {
    const { db } = await database();
    await db.transaction(async (trx) => {
      const migrations = await Promise.all(all.map((name) => migrationSource.getMigration(name)));
      for (const migration of migrations.toReversed()) await migration.down?.(trx);
      const { rows } = await trx.raw(
        `select relname from pg_class where relnamespace = 'public'::regnamespace
          and relkind in ('r', 'p', 'S', 'v') and relname not like 'knex_migrations%'
        union all select proname from pg_proc where pronamespace = 'public'::regnamespace`,
      );
      assert.deepEqual(rows, []);
      for (const migration of migrations) await migration.up(trx);
    });
  });
});

describe('a release', () => {
  let database: TestDatabase;

  before(async () => {
    database = await createTestDatabase();
  });

  after(() => database.drop());

  it('refuses a database that lacks a migration, and looking changes nothing', async () => {
    const empty = await createTestDatabase({ empty: true });
    try {
      await assert.rejects(assertSchemaKnown(empty.db), {
        code: 'schema_pending',
        message: /needs: 0001_identity, .*\. Run: gatehouse migrate$/,
      });
      assert.equal(await empty.db.schema.hasTable('knex_migrations'), false);
    } finally {
      await empty.drop();
    }
  });

  it('refuses a database that a newer release migrated, to serve it and to migrate it', async () => {
    await database.db('knex_migrations').insert({ name: '9999_from_the_future', batch: 2 });
    const refusal = { code: 'schema_unknown', message: /does not know: 9999_from_the_future\./ };
    await assert.rejects(assertSchemaKnown(database.db), refusal);
    await assert.rejects(migrateToLatest(database.db), refusal);
  });
});
