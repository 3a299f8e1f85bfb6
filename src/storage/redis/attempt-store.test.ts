import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { DEFAULT_ATTEMPT_LIMITS } from '../../accounts/attempt-limits.ts';
import type { AttemptStore } from '../../accounts/attempt-store.ts';
import { attemptSubjects } from '../../accounts/attempt-subjects.ts';
import { StorageUnavailableError } from '../../errors.ts';
import { attemptStoreSuite } from '../../testing/attempt-store-suite.ts';
import { pollUntil } from '../../testing/poll.ts';
import { redisServers, startTestRedis, type TestRedis } from '../../testing/redis.ts';
import { createRedisAttemptStore } from './attempt-store.ts';
import { connectRedis, createRedis, type RedisClient } from './redis.ts';

const DEADLINE_MS = 10_000;
const OPTIONS = { keyPrefix: 'test:', digestKey: 'a key for tests' };
const SUBJECTS = attemptSubjects({ identifier: 'alice@acme.example', address: '192.0.2.77' });

let server: TestRedis;
let redis: RedisClient;

before(async () => {
  server = await startTestRedis();
  redis = createRedis({ servers: redisServers(server.url), commandTimeoutMs: 2000 });
  await connectRedis(redis, DEADLINE_MS);
});

after(async () => {
  redis.disconnect();
  await server.stop();
});

attemptStoreSuite('in Redis', (limits) => createRedisAttemptStore(redis, { ...OPTIONS, limits }));

describe('attempts counted in Redis', () => {
  const create = (): AttemptStore =>
    createRedisAttemptStore(redis, { ...OPTIONS, limits: DEFAULT_ATTEMPT_LIMITS });

  it('are counted for all replicas together', async () => {
    const replicas = [create(), create(), create()];
    const tenant = randomUUID();
    const verdicts = await Promise.all(
      Array.from({ length: 100 }, (_, index) => replicas[index % 3]?.begin(tenant, SUBJECTS)),
    );
    const allowed = verdicts.filter((verdict) => verdict?.allowed).length;
    assert.equal(allowed, DEFAULT_ATTEMPT_LIMITS.account.failures);
  });

  it('are under names that say nothing, and every one of them ends', async () => {
    await redis.flushall();
    const store = create();
    const tenant = randomUUID();
    for (let attempt = 0; attempt < 11; attempt += 1) await store.begin(tenant, SUBJECTS);
    const keys = await redis.keys('*');
    assert.equal(keys.length, 4, 'account, its locks, address, block');
    for (const key of keys) {
      assert.match(key, /^test:attempts:[a-z_]+:[0-9a-f-]{36}:[A-Za-z0-9_-]{43}$/);
      assert.ok((await redis.pttl(key)) > 0);
    }
    await store.succeeded(tenant, SUBJECTS);
    assert.equal((await redis.keys('*:account*')).length, 0);
  });

  it('let nobody in while Redis is away, and are counted again when it is back', async () => {
    const store = create();
    const tenant = randomUUID();
    await store.begin(tenant, SUBJECTS);
    const { port } = server;
    await server.stop();
    for (const ask of [store.begin, store.succeeded, store.withdraw]) {
      await assert.rejects(ask(tenant, SUBJECTS), StorageUnavailableError);
    }
    server = await startTestRedis({ port });
    const verdict = await pollUntil(() => store.begin(tenant, SUBJECTS), {
      deadlineMs: DEADLINE_MS,
    });
    assert.deepEqual(verdict, { allowed: true });
  });
});
