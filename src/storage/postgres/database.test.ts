import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts';
import { pollUntil } from '../../testing/poll.ts';
import { createDatabase } from './database.ts';
import { query, queryOne } from './query.ts';

const LIMITS = { poolMax: 3, acquireTimeoutMs: 10_000, statementTimeoutMs: 9_000 };

describe('a pool', () => {
  let database: TestDatabase;
  before(async () => {
    database = await createTestDatabase();
  });
  after(() => database.drop());

  it('has PostgreSQL end statements that take long, and transactions that say nothing', async () => {
    const db = createDatabase({ ...LIMITS, url: database.url });
    try {
      const settings = await queryOne(
        db,
        `select current_setting('statement_timeout') as statement,
                current_setting('idle_in_transaction_session_timeout') as idle`,
      );
      assert.deepEqual(settings, { statement: '9s', idle: '1min' });
    } finally {
      await db.destroy();
    }
  });

  it('gives connections back that nobody needs any more', async () => {
    const url = `${database.url}&application_name=idle-soon`;
    const db = createDatabase({ ...LIMITS, url, idleTimeoutMs: 100 });
    const open = () =>
      query(database.db, `select 1 from pg_stat_activity where application_name = 'idle-soon'`);
    try {
      await query(db, 'select 1');
      assert.equal((await open()).length, 1);
      await pollUntil(async () => (await open()).length === 0, { deadlineMs: 10_000 });
      await query(db, 'select 1');
    } finally {
      await db.destroy();
    }
  });
});
