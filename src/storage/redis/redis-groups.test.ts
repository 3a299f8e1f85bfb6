import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { StorageUnavailableError } from '../../errors.ts';
import { pollUntil } from '../../testing/poll.ts';
import { redisServers } from '../../testing/redis.ts';
import {
  startTestRedisCluster,
  startWatchedRedis,
  type TestRedisCluster,
  type WatchedRedis,
} from '../../testing/redis-groups.ts';
import { silentLogger } from '../../testing/silent-logger.ts';
import { answerRedis, connectRedis, createRedis, type RedisClient, serversOf } from './redis.ts';
import { createRedisTenantNotifications } from './tenant-notifications.ts';

const CONNECT_MS = 10_000;
/** Sentinels wait a second for the dead server, and elect one of them. */
const FAILOVER_MS = 20_000;

function open(url: string): RedisClient {
  return createRedis({ servers: redisServers(url), commandTimeoutMs: 1000 });
}

/** What a change of tenants takes to arrive over one client. */
async function hears(redis: RedisClient): Promise<void> {
  const notifications = createRedisTenantNotifications(redis, {
    keyPrefix: 'test:',
    logger: silentLogger,
  });
  let heard = 0;
  notifications.onAnnouncement(() => {
    heard += 1;
  });
  try {
    await pollUntil(
      async () => {
        await notifications.announce('tenant');
        return heard > 1;
      },
      { deadlineMs: CONNECT_MS },
    );
  } finally {
    await notifications.close();
  }
}

describe('Redis behind Sentinels', () => {
  let watched: WatchedRedis;
  let redis: RedisClient;

  before(async () => {
    watched = await startWatchedRedis();
    redis = open(watched.url);
    await connectRedis(redis, CONNECT_MS);
  });
  after(async () => {
    redis?.disconnect();
    await watched?.stop();
  });

  it('is written to and heard from where the Sentinels say', async () => {
    assert.equal(await answerRedis(redis.set('a', '1')), 'OK');
    await hears(redis);
  });

  it('is an outage while its server is dead, and back by itself once a replica has taken over', async () => {
    await answerRedis(redis.set('kept', 'yes'));
    await pollUntil(async () => (await redis.wait(1, 1000)) === 1, { deadlineMs: CONNECT_MS });
    const before = await watched.masterPort();
    const errors: unknown[] = [];
    let done = false;
    const asking = (async () => {
      while (!done) {
        await answerRedis(redis.set('now', String(Date.now()))).catch((error) =>
          errors.push(error),
        );
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    try {
      await watched.failOver();
      await pollUntil(async () => (await answerRedis(redis.set('after', 'yes'))) === 'OK', {
        deadlineMs: FAILOVER_MS,
      });
    } finally {
      done = true;
      await asking;
    }
    assert.notEqual(await watched.masterPort(), before);
    assert.ok(errors.length > 0, 'somebody was refused meanwhile');
    for (const error of errors) assert.ok(error instanceof StorageUnavailableError, String(error));
    assert.equal(await answerRedis(redis.get('kept')), 'yes');
  });

  it('cannot be reached when no Sentinel can, which is an outage', async () => {
    const lost = open('redis-sentinel://127.0.0.1:1#gatehouse');
    await assert.rejects(connectRedis(lost, 300), StorageUnavailableError);
    await assert.rejects(answerRedis(lost.get('a')), StorageUnavailableError);
    lost.disconnect();
  });
});

describe('a Redis Cluster', () => {
  let cluster: TestRedisCluster;
  let redis: RedisClient;

  before(async () => {
    cluster = await startTestRedisCluster();
    // One node that answers is enough to find the others.
    const [first = ''] = cluster.url.split(',');
    redis = open(first);
    await connectRedis(redis, CONNECT_MS);
  });
  after(async () => {
    redis?.disconnect();
    await cluster?.stop();
  });

  it('is found by one of its nodes, keeps keys on all of them, and is heard from', async () => {
    for (let at = 0; at < 50; at += 1) await answerRedis(redis.set(`key-${at}`, String(at)));
    const sizes = await Promise.all(serversOf(redis).map((server) => server.dbsize()));
    assert.equal(sizes.length, 3);
    assert.ok(sizes.every((size) => size > 0));
    assert.equal(await answerRedis(redis.get('key-7')), '7');
    await hears(redis);
  });

  it('that cannot be reached is an outage', async () => {
    const lost = open('redis-cluster://127.0.0.1:1');
    await assert.rejects(connectRedis(lost, 300), StorageUnavailableError);
    await assert.rejects(answerRedis(lost.get('a')), StorageUnavailableError);
    lost.disconnect();
  });
});
