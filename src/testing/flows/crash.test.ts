import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createTestDatabase, type TestDatabase } from '../database.ts';
import { linesOf, startReplica } from '../observed-replica.ts';
import { startTestRedis, type TestRedis } from '../redis.ts';
import { dsnOf, startSentryReceiver } from '../sentry-receiver.ts';

describe('a replica that crashes', () => {
  let database: TestDatabase;
  let redis: TestRedis;
  before(async () => {
    [database, redis] = await Promise.all([createTestDatabase(), startTestRedis()]);
  });
  after(async () => {
    await redis.stop();
    await database.drop();
  });

  /** Code that fails where nobody catches it, when it is told to. */
  const FAULTS = {
    throws: "throw new Error('broken by password=hunter2x')",
    rejects: "Promise.reject(new Error('broken by password=hunter2x'))",
  };
  for (const [how, fault] of Object.entries(FAULTS)) {
    it(`tells the log and the error tracker, when something ${how}, and ends with 1`, async (t) => {
      const tracker = await startSentryReceiver();
      t.after(() => tracker.stop());
      const code = `process.on('SIGUSR2',()=>{${fault}})`;
      const server = await startReplica(database, redis, {
        SENTRY_DSN: dsnOf(tracker),
        NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}`,
      });
      t.after(() => server.child.kill('SIGKILL'));
      server.child.kill('SIGUSR2');
      assert.equal(await server.ended(), 1);
      assert.doesNotMatch(server.output(), /hunter2/);
      const [line] = linesOf(server).filter(({ level }) => level === 'error');
      assert.equal(line?.message, 'crashed');
      assert.deepEqual(tracker.problems, []);
      assert.match(JSON.stringify(tracker.items), /"value":"broken by password=\[redacted\]"/);
    });
  }
});
