import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { StorageUnavailableError } from '../../errors.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts';
import { pollUntil } from '../../testing/poll.ts';
import { createDatabase } from './database.ts';
import { createOneAtATime, oneAtATime } from './one-at-a-time.ts';

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

/** Work that lasts until it is told to end. */
function heldWork() {
  const entered = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  return {
    entered: entered.promise,
    end: held.resolve,
    async run() {
      entered.resolve();
      await held.promise;
      return 'done';
    },
  };
}

/** Until another replica could do the work. */
const untilTheirs = () =>
  pollUntil(async () => (await oneAtATime(database.db, 'work', async () => 1)).outcome === 'ran', {
    deadlineMs: 5000,
  });

test('works of one process have enough of two connections', async () => {
  const db = createDatabase({
    url: database.url,
    poolMax: 2,
    acquireTimeoutMs: 1000,
    statementTimeoutMs: 5000,
  });
  try {
    const take = createOneAtATime(db);
    const work = async () => {
      await db.raw('select 1');
      return 'done';
    };
    const broken = take('broken', () => Promise.reject(new Error('broken')));
    const turns = Promise.all(['one', 'two', 'three'].map((name) => take(name, work)));
    await assert.rejects(broken, /broken/);
    for (const turn of await turns) assert.deepEqual(turn, { outcome: 'ran', result: 'done' });
  } finally {
    await db.destroy();
  }
});

describe('work that one replica at a time does', () => {
  test('is skipped by the others while it runs, and is theirs afterwards', async () => {
    const work = heldWork();
    const first = oneAtATime(database.db, 'work', work.run);
    await work.entered;
    const second = await oneAtATime(database.db, 'work', async () => 'twice');
    assert.deepEqual(second, { outcome: 'skipped' });
    const other = await oneAtATime(database.db, 'other work', async () => 'beside it');
    assert.deepEqual(other, { outcome: 'ran', result: 'beside it' });
    work.end();
    assert.deepEqual(await first, { outcome: 'ran', result: 'done' });
    const third = await oneAtATime(database.db, 'work', async () => 'again');
    assert.deepEqual(third, { outcome: 'ran', result: 'again' });
  });

  test('that fails is left to the next one', async () => {
    const failing = () => Promise.reject(new Error('broken'));
    await assert.rejects(oneAtATime(database.db, 'work', failing), /broken/);
    assert.equal((await oneAtATime(database.db, 'work', async () => 1)).outcome, 'ran');
  });

  test('goes to the next one when the connection of whoever does it is gone', async () => {
    const replica = createDatabase({
      url: database.url,
      poolMax: 2,
      acquireTimeoutMs: 5000,
      statementTimeoutMs: 5000,
    });
    const work = heldWork();
    const abandoned = oneAtATime(replica, 'work', work.run);
    abandoned.catch(() => undefined);
    await work.entered;
    await database.db.raw(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and state = 'idle in transaction'`,
    );
    await untilTheirs();
    work.end();
    await assert.rejects(abandoned);
    await replica.destroy();
  });

  test('is not held for long by a replica that PostgreSQL hears nothing of', async () => {
    const work = heldWork();
    const silent = oneAtATime(database.db, 'work', work.run, 1);
    silent.catch(() => undefined);
    await work.entered;
    await untilTheirs();
    work.end();
    await assert.rejects(silent, StorageUnavailableError);
  });
});
