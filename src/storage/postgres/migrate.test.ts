import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import type { Knex } from 'knex';
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts';
import { migration, releaseOf } from '../../testing/migrations.ts';
import { pollUntil } from '../../testing/poll.ts';
import { createDatabase } from './database.ts';
import { assertSchemaKnown, migrateToLatest, schemaState } from './migrate.ts';
import { type MigrationSource, migrationSource } from './migration-source.ts';

const run = promisify(execFile);
const LOCK = `select pg_advisory_xact_lock(hashtextextended('gatehouse.migrate', 0))`;

/** How many wait for a table. */
async function waitingFor(db: Knex, table: string): Promise<number> {
  const { rows } = await db.raw(
    `select 1 from pg_locks where relation = ?::regclass and not granted`,
    [table],
  );
  return rows.length;
}

/** Migrates in a process of its own and returns the names that it applied. */
async function migrateInProcess(url: string): Promise<string[]> {
  const here = (file: string): string => JSON.stringify(new URL(file, import.meta.url).href);
  const program = `
    import { createDatabase } from ${here('./database.ts')};
    import { migrateToLatest } from ${here('./migrate.ts')};
    const db = createDatabase({
      url: process.argv[1], poolMax: 2, acquireTimeoutMs: 10000, statementTimeoutMs: 10000,
    });
    console.log(JSON.stringify((await migrateToLatest(db)).applied));
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
    all = await migrationSource.getMigrations();
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
    assert.deepEqual(await migrateToLatest(db), { applied: [], newer: [] });
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
      assert.deepEqual((await migrated).applied, all);
    } finally {
      if (!other.isCompleted()) await other.rollback();
      await impatient.destroy();
    }
  });

  it('give way to whoever has a table in use, and are applied once it is free', async () => {
    const { db } = await database({ empty: true });
    const before = { '0001_people': migration('create table people ()') };
    await migrateToLatest(db, { source: releaseOf(before) });
    const after = { ...before, '0002_name': migration('alter table people add name text') };
    // As a backup holds every table that it has read.
    const other = await db.transaction();
    try {
      await other.raw('select * from people');
      const migrated = migrateToLatest(db, { source: releaseOf(after) });
      await pollUntil(async () => (await waitingFor(db, 'people')) === 1, { deadlineMs: 5_000 });
      const from = performance.now();
      await db.raw('select * from people');
      assert.ok(performance.now() - from < 1000, 'a request waited for as long as the migration');
      await other.rollback();
      assert.deepEqual((await migrated).applied, ['0002_name']);
    } finally {
      if (!other.isCompleted()) await other.rollback();
    }
  });

  it('give up on a table that stays in use, having changed nothing', async () => {
    const { db } = await database({ empty: true });
    const before = { '0001_people': migration('create table people ()') };
    await migrateToLatest(db, { source: releaseOf(before) });
    const after = {
      ...before,
      '0002_more': migration('create table more ()'),
      '0003_name': migration('alter table people add name text'),
    };
    const other = await db.transaction();
    try {
      await other.raw('select * from people');
      await assert.rejects(migrateToLatest(db, { source: releaseOf(after), patienceMs: 0 }), {
        code: 'migration_failed',
        message:
          /^Migration 0003_name failed: canceling statement due to lock timeout\. .* stayed in use, by/,
      });
      assert.equal(await db.schema.hasTable('more'), false);
    } finally {
      await other.rollback();
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
    assert.deepEqual(await schemaState(db), { pending: all, newer: [] });
  });

  it('leave their record to who migrates, whatever default privileges say', async () => {
    const { db } = await database({ empty: true });
    const role = `reader_${randomBytes(6).toString('hex')}`;
    await db.raw(`create role ${role}`);
    try {
      await db.raw(
        `alter default privileges grant select, insert, update, delete on tables to ${role}`,
      );
      await migrateToLatest(db);
      const { rows } = await db.raw(
        `select t as "table", string_agg(p, ' ' order by p) as may
           from unnest(array['accounts', 'knex_migrations', 'migration_needs']) t,
                unnest(array['select', 'insert', 'update', 'delete', 'truncate']) p
          where has_table_privilege(?, t, p) group by t order by t`,
        [role],
      );
      assert.deepEqual(rows, [
        { table: 'accounts', may: 'delete insert select update' },
        { table: 'knex_migrations', may: 'select' },
        { table: 'migration_needs', may: 'select' },
      ]);
    } finally {
      await db.raw(`drop owned by ${role}; drop role ${role}`);
    }
  });

  it('can each be taken back and applied again', async () => {
    const { db } = await database();
    await db.transaction(async (trx) => {
      const migrations = await Promise.all(all.map((name) => migrationSource.getMigration(name)));
      for (const migration of migrations.toReversed()) await migration.down?.(trx);
      const { rows } = await trx.raw(
        `select relname from pg_class where relnamespace = 'public'::regnamespace
          and relkind in ('r', 'p', 'S', 'v') and relname not like 'knex_migrations%'
          and relname <> 'migration_needs'
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

  it('refuses a newer schema of which nothing says that it works with it', async () => {
    await database.db('knex_migrations').insert({ name: '9999_from_the_future', batch: 2 });
    const refusal = { code: 'schema_unknown', message: /does not know: 9999_from_the_future\./ };
    await assert.rejects(assertSchemaKnown(database.db), refusal);
    await assert.rejects(migrateToLatest(database.db), refusal);
  });
});

describe('releases that follow one another', () => {
  const FIRST = { '0001_people': migration('create table people (name text)') };
  const SECOND = { ...FIRST, '0002_full_name': migration('alter table people add full_name text') };
  const THIRD = {
    ...SECOND,
    '0003_without_name': migration('alter table people drop name', '0002_full_name'),
  };
  const [first, second, third] = [releaseOf(FIRST), releaseOf(SECOND), releaseOf(THIRD)] as const;
  const created: TestDatabase[] = [];

  /** An empty database that these have migrated, one after the other. */
  const migratedBy = async (...sources: MigrationSource[]) => {
    const database = await createTestDatabase({ empty: true });
    created.push(database);
    for (const source of sources) await migrateToLatest(database.db, { source });
    return database.db;
  };

  after(async () => {
    for (const database of created) await database.drop();
  });

  it('work with what the next has added, and migrate nothing back', async () => {
    const db = await migratedBy(first, second);
    assert.deepEqual(await assertSchemaKnown(db, first), ['0002_full_name']);
    const migrated = await migrateToLatest(db, { source: first });
    assert.deepEqual(migrated, { applied: [], newer: ['0002_full_name'] });
    assert.deepEqual(await assertSchemaKnown(db, second), []);
  });

  it('work with what is taken away, if they know what takes its place', async () => {
    const db = await migratedBy(first, second, third);
    assert.deepEqual(await assertSchemaKnown(db, second), ['0003_without_name']);
    await assert.rejects(assertSchemaKnown(db, first), {
      code: 'schema_unknown',
      message: /0003_without_name works only with releases that know 0002_full_name\. Run that/,
    });
  });

  it('refuse to go over one that had to come between, unless nothing runs', async () => {
    const db = await migratedBy(first);
    await assert.rejects(migrateToLatest(db, { source: third }), {
      code: 'release_skipped',
      message:
        /^Migration 0003_without_name works only with releases that know 0002_full_name, and/,
    });
    assert.deepEqual(await assertSchemaKnown(db, first), []);
    const { applied } = await migrateToLatest(db, { source: third, stopped: true });
    assert.deepEqual(applied, ['0002_full_name', '0003_without_name']);
  });

  it('are not taken for older ones when each has what the other lacks', async () => {
    const db = await migratedBy(second);
    const branch = releaseOf({ ...FIRST, '0002_other': migration('create table others ()') });
    await assert.rejects(migrateToLatest(db, { source: branch }), {
      code: 'schema_unknown',
      message:
        /0002_full_name\. A newer release migrated it, and it lacks 0002_other of this one\./,
    });
  });

  it('learn what those before have not written down', async () => {
    const db = await migratedBy(second);
    await db('migration_needs').delete();
    await assert.rejects(assertSchemaKnown(db, first), {
      message: /nothing says whether this release works with 0002_full_name/,
    });
    await migrateToLatest(db, { source: second });
    assert.deepEqual(await assertSchemaKnown(db, first), ['0002_full_name']);
  });

  it('name what they need, and it is one of theirs that comes before', async () => {
    const names = await migrationSource.getMigrations();
    for (const [index, name] of names.entries()) {
      const { needs } = await migrationSource.getMigration(name);
      assert.ok(needs === undefined || names.indexOf(needs) < index, `${name}: ${needs}`);
      assert.ok(needs === undefined || names.includes(needs), `${name}: ${needs}`);
    }
  });
});
