import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setAuditClock } from '../../testing/audit-clock.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts';
import { sqlState } from './database.ts';
import { query, queryOne } from './query.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

let database: TestDatabase;

before(async () => {
  database = await createTestDatabase();
});

after(() => database.drop());

async function months(): Promise<string[]> {
  const rows = await query<{ month: string }>(
    database.db,
    `select substr(relname, 14) as month from pg_inherits join pg_class on pg_class.oid = inhrelid
      where inhparent = 'audit_events'::regclass order by relname`,
  );
  return rows.map(({ month }) => month);
}

async function drop(moment: string): Promise<number | undefined> {
  const row = await queryOne<{ dropped: number }>(
    database.db,
    'select drop_audit_partitions(?) as dropped',
    [moment],
  );
  return row?.dropped;
}

const make = (moment: Date) => query(database.db, 'select ensure_audit_partition(?)', [moment]);

/** Such as 2026_11. */
const monthOf = (moment: Date) => moment.toISOString().slice(0, 'yyyy-mm'.length).replace('-', '_');

const daysFromNow = (days: number) => new Date(Date.now() + days * DAY_MS);

describe('a month of the audit log', () => {
  test('is not dropped by anybody before it has ended 400 days ago, whatever moment they name', async () => {
    const old = daysFromNow(-400 - 31 - 2);
    const young = daysFromNow(-399);
    await make(old);
    await make(young);
    assert.equal(await drop('infinity'), 1);
    const left = await months();
    assert.ok(!left.includes(monthOf(old)));
    assert.ok(left.includes(monthOf(young)) && left.includes(monthOf(new Date())));
    assert.equal(await drop('infinity'), 0);
  });

  test('is found in the catalog, and not in tables that whoever asks calls so', async () => {
    const connection = await database.db.transaction();
    try {
      await connection.raw(`
        create temp table pg_inherits as select 1::oid as inhrelid, 'audit_events'::regclass as inhparent;
        create temp table pg_class as select 1::oid as oid, 'passwords' as relname`);
      const asked = 'select drop_audit_partitions(?) as dropped';
      assert.deepEqual(await query(connection, asked, ['infinity']), [{ dropped: 0 }]);
      assert.deepEqual(await query(connection, 'select * from passwords'), []);
    } finally {
      await connection.rollback();
    }
  });

  test('is kept to the day on which it has ended 400 days ago', async () => {
    await make(new Date('2021-05-10T00:00:00Z'));
    // 400 days after the first of June 2021.
    await setAuditClock(database.db, new Date('2022-07-05T23:59:59Z'));
    assert.equal(await drop('infinity'), 0);
    await setAuditClock(database.db, new Date('2022-07-06T00:00:00Z'));
    assert.equal(await drop('2021-05-31'), 0);
    assert.equal(await drop('infinity'), 1);
  });

  test('is made neither before there were events nor over two years ahead', async () => {
    const now = new Date('2026-11-20T10:00:00Z');
    await setAuditClock(database.db, now);
    const before = await months();
    for (const moment of ['2019-12-31T23:59:59Z', '2028-12-01T00:00:00Z', '2100-01-01T00:00:00Z']) {
      await assert.rejects(make(new Date(moment)), (error: unknown) => sqlState(error) === '22008');
    }
    assert.deepEqual(await months(), before);
    await make(new Date('2020-01-01T00:00:00Z'));
    await make(new Date('2028-11-20T09:59:59Z'));
    assert.ok((await months()).includes('2028_11'));
  });
});
