import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts';
import { createDatabaseClock } from './database-clock.ts';

describe('the clock of a deployment', () => {
  let database: TestDatabase;
  before(async () => {
    database = await createTestDatabase();
  });
  after(() => database.drop());

  function clockOf(machine: { aheadMs: number }) {
    const warnings: string[] = [];
    const clock = createDatabaseClock({
      local: () => new Date(Date.now() + machine.aheadMs),
      logger: { warn: (message) => void warnings.push(message) },
    });
    return { clock, warnings };
  }
  const isNear = (date: Date) => Math.abs(date.getTime() - Date.now()) < 1000;

  it('is PostgreSQL’s on a machine that is ahead, or behind', async () => {
    for (const aheadMs of [30_000, -30_000]) {
      const { clock, warnings } = clockOf({ aheadMs });
      assert.equal(isNear(clock.now()), false);
      await clock.follow(database.db);
      assert.ok(isNear(clock.now()));
      assert.equal(warnings.length, 1);
    }
  });

  it('follows a machine whose clock is put right again', async () => {
    const machine = { aheadMs: 90_000 };
    const { clock } = clockOf(machine);
    await clock.follow(database.db);
    machine.aheadMs = 0;
    await clock.follow(database.db);
    assert.ok(isNear(clock.now()));
  });

  it('leaves a machine alone that keeps its time', async () => {
    const { clock, warnings } = clockOf({ aheadMs: 0 });
    await clock.follow(database.db);
    await clock.follow(database.db);
    assert.deepEqual(warnings, []);
  });
});
