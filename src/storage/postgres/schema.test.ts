import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts';
import { type PopulatedTenant, populateTenant } from '../../testing/populated-tenant.ts';
import { tenantTables } from '../../testing/tenant-rows.ts';
import { sqlState } from './database.ts';

/**
 * What holds for every table, read from the catalog: a table that is added is checked too.
 */

const FOREIGN_KEY_VIOLATION = '23503';

/** Tables whose rows name a tenant without belonging to it, and why. */
const NOT_LED_BY_TENANT = new Map([
  ['audit_events', 'outlives its tenant, holds events of the deployment, partitioned by time'],
]);

/** Tables whose rows refer to nothing but their tenant. */
const REFERS_TO_TENANT_ALONE = new Map([
  ['applications', 'top of what a tenant owns'],
  ['accounts', 'top of what a tenant owns'],
  ['groups', 'top of what a tenant owns'],
  ['upstream_providers', 'top of what a tenant owns'],
  ['invitations', 'made for somebody who has no account yet'],
  ['one_time_codes', 'may be asked for before there is an account, or for none'],
  ['key_sets', 'one row for each tenant'],
  ['tenant_origins', 'says where the tenant came from'],
  ['tenant_imports', 'at most one row for each tenant'],
  ['mail_outbox', 'tells people, too, that their account is deleted'],
  ['artifacts', 'an account or session may end before what was issued in it'],
  ['tombstones', 'outlives what it refuses'],
  ['passkey_challenges', 'nobody is known before a passkey answers'],
]);

interface ForeignKey {
  name: string;
  child: string;
  child_columns: string[];
  parent: string;
  parent_columns: string[];
}

let database: TestDatabase;
let tables: string[];
let foreignKeys: ForeignKey[];
let mine: PopulatedTenant;
let theirs: PopulatedTenant;

before(async () => {
  database = await createTestDatabase();
  const { db } = database;
  tables = await tenantTables(db);
  const found = await db.raw<{ rows: ForeignKey[] }>(`
    select con.conname as name, con.conrelid::regclass::text as child,
           con.confrelid::regclass::text as parent,
           (select array_agg(a.attname::text order by k.n) from unnest(con.conkey) with ordinality k (num, n)
              join pg_attribute a on a.attrelid = con.conrelid and a.attnum = k.num) as child_columns,
           (select array_agg(a.attname::text order by k.n) from unnest(con.confkey) with ordinality k (num, n)
              join pg_attribute a on a.attrelid = con.confrelid and a.attnum = k.num) as parent_columns
      from pg_constraint con
     where con.contype = 'f' and con.connamespace = current_schema()::regnamespace
     order by 1`);
  foreignKeys = found.rows;
  mine = await populateTenant(db);
  theirs = await populateTenant(db);
});

after(() => database.drop());

/** Columns of the index behind a table's primary key, and of its other indexes, in order. */
async function indexesOf(table: string): Promise<{ primary: boolean; columns: string[] }[]> {
  const { rows } = await database.db.raw<{ rows: { primary: boolean; columns: string[] }[] }>(
    `select i.indisprimary as primary,
            array(select a.attname::text from unnest(i.indkey) with ordinality k (num, n)
                    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.num
                   order by k.n) as columns
       from pg_index i where i.indrelid = ?::regclass`,
    [table],
  );
  return rows;
}

test('the catalog was read: there are tables and foreign keys to check', () => {
  assert.ok(tables.length >= 15, tables.join());
  assert.ok(foreignKeys.length >= 20, `${foreignKeys.length}`);
});

describe('the tenant leads', () => {
  test('every primary key of a table that has a tenant', async () => {
    for (const table of tables) {
      const primary = (await indexesOf(table)).find((index) => index.primary);
      assert.ok(primary, `${table} has no primary key`);
      if (NOT_LED_BY_TENANT.has(table)) continue;
      assert.equal(primary.columns[0], 'tenant_id', table);
      const { rows } = await database.db.raw<{ rows: { attnotnull: boolean }[] }>(
        `select attnotnull from pg_attribute
          where attrelid = ?::regclass and attname = 'tenant_id'`,
        [table],
      );
      assert.equal(rows[0]?.attnotnull, true, table);
    }
  });

  test('every foreign key between tables that have a tenant', () => {
    for (const { name, child, parent, child_columns, parent_columns } of foreignKeys) {
      assert.ok(tables.includes(child), name);
      assert.equal(child_columns[0], 'tenant_id', name);
      assert.equal(parent_columns[0], parent === 'tenants' ? 'id' : 'tenant_id', name);
    }
  });

  test('every table: its rows cannot exist without a tenant or a row of one', () => {
    for (const table of tables) {
      const keys = foreignKeys.filter(({ child }) => child === table);
      if (NOT_LED_BY_TENANT.has(table)) {
        assert.deepEqual(keys, [], table);
      } else if (REFERS_TO_TENANT_ALONE.has(table)) {
        assert.deepEqual(
          keys.map(({ parent }) => parent),
          ['tenants'],
          table,
        );
      } else {
        assert.ok(
          keys.some(({ parent }) => parent !== 'tenants'),
          table,
        );
      }
    }
    for (const named of [...NOT_LED_BY_TENANT.keys(), ...REFERS_TO_TENANT_ALONE.keys()]) {
      assert.ok(tables.includes(named), `${named} is not there any more`);
    }
  });
});

test('the database refuses every row that points at another tenant', async () => {
  const { db } = database;
  let checked = 0;
  for (const key of foreignKeys) {
    const [tenantColumn, ...references] = key.child_columns;
    if (key.parent === 'tenants' || references.length === 0) continue;
    const target = await db(key.parent).where({ tenant_id: theirs.tenantId }).first();
    assert.ok(target, `${key.parent} has no row to point at: add one to populateTenant`);
    const crossed = Object.fromEntries(
      references.map((column, index) => [column, target[key.parent_columns[index + 1] ?? '']]),
    );
    const own = await db(key.child).where({ tenant_id: mine.tenantId }).first();
    assert.ok(own, `${key.child} has no row: add one to populateTenant`);
    await assert.rejects(
      db.transaction(async (trx) => {
        await trx.raw('set constraints all immediate');
        await trx(key.child)
          .where({ [tenantColumn ?? '']: mine.tenantId })
          .update(crossed);
      }),
      (error: unknown) => sqlState(error) === FOREIGN_KEY_VIOLATION,
      `${key.child} took a ${key.parent} of another tenant (${key.name})`,
    );
    checked += 1;
  }
  assert.ok(checked >= 14, `${checked}`);
});

test('every foreign key has an index, so that removing a parent never scans a table', async () => {
  for (const { name, child, child_columns } of foreignKeys) {
    const leading = (await indexesOf(child)).some(({ columns }) => {
      const lead = new Set(columns.slice(0, child_columns.length));
      return child_columns.every((column) => lead.has(column));
    });
    assert.ok(leading, `${child} has no index that begins with ${child_columns} (${name})`);
  }
});

test('an account has an identifier, and an e-mail address has its key', async () => {
  const { db } = database;
  const row = { tenant_id: mine.tenantId, id: 'x', username: 'x', username_key: 'x' };
  for (const change of [
    { username_key: '' },
    { email: 'x@example.test' },
    { email_key: 'x@example.test' },
    { email: '', email_key: '' },
    { id: '' },
    { id: 'not ascii é' },
    { id: 'x'.repeat(256) },
  ]) {
    await assert.rejects(
      db('accounts').insert({ ...row, ...change }),
      (error: unknown) => sqlState(error) === '23514',
      JSON.stringify(change),
    );
  }
});
