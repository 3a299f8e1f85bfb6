import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type { Knex } from 'knex';
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts';
import { pollUntil } from '../../testing/poll.ts';
import { createDatabase } from './database.ts';
import { watchPoolWait } from './pool-wait.ts';
import { query } from './query.ts';

const DEADLINE = { deadlineMs: 10_000 };

let database: TestDatabase;
let db: Knex;
before(async () => {
  database = await createTestDatabase();
  db = createDatabase({
    url: database.url,
    poolMax: 1,
    acquireTimeoutMs: 300,
    statementTimeoutMs: 5000,
  });
});
after(async () => {
  await db.destroy();
  await database.drop();
});

it('tells how long somebody has been waiting, until nobody is', async () => {
  const longestWaitMs = watchPoolWait(db);
  const taken = await db.transaction();
  assert.equal(longestWaitMs(), 0, 'whoever has one does not wait');

  const [first, second] = [query(db, 'select 1'), query(db, 'select 2')];
  await pollUntil(() => longestWaitMs() > 50, DEADLINE);
  await taken.rollback();
  await Promise.all([first, second]);
  assert.equal(longestWaitMs(), 0);
});

it('forgets whoever has given up', async () => {
  const longestWaitMs = watchPoolWait(db);
  const taken = await db.transaction();
  try {
    await assert.rejects(query(db, 'select 1'), { code: 'storage_unavailable' });
    assert.equal(longestWaitMs(), 0);
  } finally {
    await taken.rollback();
  }
});
