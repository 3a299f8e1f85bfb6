import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { EndpointCaller, EndpointLimits } from '../../http/endpoint-limiter.ts';
import { pollUntil } from '../../testing/poll.ts';
import { redisServers, startTestRedis, type TestRedis } from '../../testing/redis.ts';
import { createRedisEndpointLimiter } from './endpoint-limiter.ts';
import { connectRedis, createRedis, type RedisClient } from './redis.ts';

const DEADLINE_MS = 10_000;
const LIMIT = 100;
const LIMITS: EndpointLimits = {
  page: { address: LIMIT, client: 0 },
  token: { address: 3, client: 0 },
  authenticated: { address: 0, client: 0 },
  lookup: { address: 0, client: 0 },
};
const ADDRESS: EndpointCaller = { kind: 'address', id: '192.0.2.77' };

let server: TestRedis;
let redis: RedisClient;

const create = () =>
  createRedisEndpointLimiter(redis, {
    keyPrefix: 'test:',
    digestKey: 'a key for tests',
    limits: LIMITS,
    now: () => new Date(),
  });

before(async () => {
  server = await startTestRedis();
  redis = createRedis({ servers: redisServers(server.url), commandTimeoutMs: 2000 });
  await connectRedis(redis, DEADLINE_MS);
});

beforeEach(async () => {
  await redis.flushall();
});

after(async () => {
  redis.disconnect();
  await server.stop();
});

describe('the endpoint limiter over Redis', () => {
  it('limits a caller by what all replicas have counted', async () => {
    const replicas = [create(), create(), create()];
    let allowed = 0;
    // One after the other, as if from a load balancer, with room for the replicas to talk.
    for (let request = 0; request < 4 * LIMIT; request += 1) {
      const verdict = replicas[request % replicas.length]?.take('page', [ADDRESS]);
      if (verdict?.allowed === true) allowed += 1;
      await redis.ping();
    }
    const slack = (replicas.length * LIMIT) / 50 + replicas.length;
    assert.ok(allowed >= LIMIT && allowed <= LIMIT + slack, `${allowed} were allowed`);
    for (const replica of replicas) {
      const verdict = replica.take('page', [ADDRESS]);
      assert.ok(!verdict.allowed && verdict.retryAfterSeconds >= 1);
      assert.ok(verdict.retryAfterSeconds <= 60);
    }
  });

  it('asks Redis nothing for a caller far from the limit', async () => {
    create().take('page', [ADDRESS]);
    create().take('authenticated', [ADDRESS]);
    await redis.ping();
    assert.deepEqual(await redis.keys('*'), []);
  });

  it('keeps nothing readable, and nothing for ever', async () => {
    const limiter = create();
    for (let request = 0; request < 10; request += 1) limiter.take('page', [ADDRESS]);
    const [key = ''] = await pollUntil(
      async () => {
        const keys = await redis.keys('*');
        return keys.length > 0 && keys;
      },
      { deadlineMs: DEADLINE_MS },
    );
    assert.match(key, /^test:endpoints:[A-Za-z0-9_-]{43}$/);
    const ttl = await redis.pttl(key);
    assert.ok(ttl > 0 && ttl <= 60_000);
  });

  it('goes by its own count while Redis is away, and tells the others when it is back', async () => {
    const limiter = create();
    const { port } = server;
    await server.stop();
    await pollUntil(() => redis.status !== 'ready', { deadlineMs: DEADLINE_MS });
    for (let request = 0; request < 50; request += 1) {
      assert.equal(limiter.take('page', [ADDRESS]).allowed, true);
    }
    for (let request = 0; request < 3; request += 1) {
      assert.equal(limiter.take('token', [ADDRESS]).allowed, true);
    }
    assert.equal(limiter.take('token', [ADDRESS]).allowed, false);

    server = await startTestRedis({ port });
    await pollUntil(() => redis.status === 'ready', { deadlineMs: DEADLINE_MS });
    assert.equal(limiter.take('page', [ADDRESS]).allowed, true);
    await pollUntil(
      async () => {
        const [key] = await redis.keys('*');
        return key !== undefined && Number(await redis.get(key)) === 51;
      },
      { deadlineMs: DEADLINE_MS },
    );
  });
});
