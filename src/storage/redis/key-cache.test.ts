import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { CachedKeySet, KeyCache } from '../../keys/key-store.ts';
import { redisServers, startTestRedis, type TestRedis } from '../../testing/redis.ts';
import { createRedisKeyCache } from './key-cache.ts';
import { connectRedis, createRedis, type RedisClient } from './redis.ts';

const TENANT = '11111111-1111-4111-8111-111111111111';
const OTHER = '22222222-2222-4222-8222-222222222222';
const NAME = `test:keys:${TENANT}`;

let server: TestRedis;
let redis: RedisClient;
let cache: KeyCache;
let warnings: string[];

before(async () => {
  server = await startTestRedis();
  redis = createRedis({ servers: redisServers(server.url), commandTimeoutMs: 1000 });
  await connectRedis(redis, 5000);
});

after(async () => {
  redis.disconnect();
  await server.stop();
});

beforeEach(async () => {
  await redis.flushall();
  warnings = [];
  cache = cacheOn(redis);
});

function cacheOn(connection: RedisClient): KeyCache {
  const logger = { warn: (message: string) => void warnings.push(message) };
  return createRedisKeyCache(connection, { keyPrefix: 'test:', logger });
}

function setOf(version: number, tenantVersion: number, mark = 'kid'): CachedKeySet {
  const time = new Date('2030-01-01T00:00:00.123Z');
  return {
    tenantId: TENANT,
    version,
    tenantVersion,
    keys: [
      {
        tenantId: TENANT,
        kid: `${mark}-1`,
        algorithm: 'ES256',
        stage: 'active',
        publicJwk: { kty: 'EC', crv: 'P-256', x: 'x', y: 'y', kid: `${mark}-1` },
        sealedPrivateJwk: 'v1.key.sealed',
        createdAt: time,
        stageSince: time,
        goneAt: undefined,
      },
      {
        tenantId: TENANT,
        kid: `${mark}-2`,
        algorithm: 'RS256',
        stage: 'retiring',
        publicJwk: { kty: 'RSA', n: 'n', e: 'AQAB' },
        sealedPrivateJwk: 'v1.key.sealed',
        createdAt: time,
        stageSince: time,
        goneAt: time,
      },
    ],
  };
}

describe('the copy of a key set in Redis', () => {
  test('comes back as it was put', async () => {
    await cache.put(setOf(3, 7));
    assert.deepEqual(await cache.get(TENANT), setOf(3, 7));
  });

  test('is seen by its own tenant only', async () => {
    await cache.put(setOf(3, 7));
    assert.equal(await cache.get(OTHER), undefined);
  });

  test('is a miss when there is none', async () => {
    assert.equal(await cache.get(TENANT), undefined);
    assert.deepEqual(warnings, []);
  });

  test('goes away by itself when nobody renews it', async () => {
    await cache.put(setOf(3, 7));
    const seconds = await redis.ttl(NAME);
    assert.ok(seconds > 0 && seconds <= 3600, `${seconds} s`);
  });

  const races: [string, [number, number], [number, number], 'first' | 'second'][] = [
    ['a newer set replaces an older one', [3, 7], [4, 8], 'second'],
    ['an older set never replaces a newer one', [4, 8], [3, 7], 'first'],
    ['an older set does not, even under a later tenant version', [4, 8], [3, 9], 'first'],
    ['a newer set does, even under an earlier tenant version', [3, 9], [4, 8], 'second'],
    ['the same set under a later tenant version replaces', [3, 7], [3, 8], 'second'],
    ['the same set under an earlier tenant version does not', [3, 8], [3, 7], 'first'],
    ['versions are compared as numbers', [9, 9], [10, 10], 'second'],
    ['an equal that came last replaces: it may mend what does not open', [3, 7], [3, 7], 'second'],
  ];
  for (const [name, first, second, winner] of races) {
    test(name, async () => {
      const sets = { first: setOf(...first, 'first'), second: setOf(...second, 'second') };
      await cache.put(sets.first);
      await cache.put(sets.second);
      assert.deepEqual(await cache.get(TENANT), sets[winner]);
    });
  }

  test('ends as the newest when many are put at once', async () => {
    const versions = Array.from({ length: 50 }, (_, index) => ((index * 37) % 50) + 1);
    await Promise.all(versions.map((version) => cache.put(setOf(version, version))));
    assert.equal((await cache.get(TENANT))?.version, 50);
  });

  const damages: [string, Record<string, string>][] = [
    ['keys that are no JSON', { keys: '[{' }],
    ['keys that are no list', { keys: '{}' }],
    ['a key without its seal', { keys: '[{"kid":"a","algorithm":"ES256","stage":"active"}]' }],
    [
      'a stage that nobody knows',
      { keys: JSON.stringify([{ ...setOf(1, 1).keys[0], stage: 'x' }]) },
    ],
    ['a version that is no number', { version: 'three' }],
    ['a version that is empty', { version: '' }],
  ];
  for (const [name, damage] of damages) {
    test(`is a miss with ${name}, and the next copy replaces it`, async () => {
      await cache.put(setOf(3, 7));
      await redis.hset(NAME, damage);
      assert.equal(await cache.get(TENANT), undefined);
      assert.equal(warnings.length, 1);
      await cache.put(setOf(3, 7));
      assert.deepEqual(await cache.get(TENANT), setOf(3, 7));
    });
  }

  test('is a miss when something else has its name', async () => {
    await redis.set(NAME, 'text');
    assert.equal(await cache.get(TENANT), undefined);
    await cache.put(setOf(3, 7));
    assert.ok(warnings.length > 0);
  });

  test('is a miss while Redis is away; putting one fails quietly', async () => {
    const away = createRedis({ servers: redisServers(server.url), commandTimeoutMs: 1000 });
    away.disconnect();
    const cut = cacheOn(away);
    await cut.put(setOf(3, 7));
    assert.equal(await cut.get(TENANT), undefined);
    assert.equal(warnings.length, 2);
  });

  test('holds nothing of a key but what is sealed or public', async () => {
    const key = { ...setOf(3, 7).keys[0], privateJwk: { d: 'the private part' } };
    await cache.put({ ...setOf(3, 7), keys: [key] } as CachedKeySet);
    assert.doesNotMatch(JSON.stringify(await redis.hgetall(NAME)), /the private part/);
  });
});
