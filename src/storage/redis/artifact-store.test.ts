import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { ArtifactStore } from '../../provider/artifact-store.ts';
import {
  type ArtifactStoreHarness,
  artifactStoreSuite,
} from '../../testing/artifact-store-suite.ts';
import { artifactOutageSuite } from '../../testing/artifact-suite/outage.ts';
import { createSamples, type Samples } from '../../testing/artifact-suite/samples.ts';
import { startOutageProxy } from '../../testing/outage-proxy.ts';
import { redisServers, startTestRedis } from '../../testing/redis.ts';
import { startTestRedisCluster } from '../../testing/redis-groups.ts';
import { createRedisArtifactStore } from './artifact-store.ts';
import { connectRedis, createRedis, type RedisClient, serversOf } from './redis.ts';
import { runScript } from './run-script.ts';
import { REVOKE_GRANT } from './scripts/end-artifacts.ts';

const KEY_PREFIX = 'gatehouse[1]:';

interface RedisHarness extends ArtifactStoreHarness {
  readonly redis: RedisClient;
}

async function startHarness(
  startServer: () => Promise<{ url: string; stop(): Promise<void> }> = startTestRedis,
): Promise<RedisHarness> {
  const server = await startServer();
  const connections = [1, 2, 3].map(() =>
    createRedis({ servers: redisServers(server.url), commandTimeoutMs: 10_000 }),
  );
  await Promise.all(connections.map((redis) => connectRedis(redis, 5000)));
  let now = new Date();
  const deps = { now: () => now, keyPrefix: KEY_PREFIX };
  const [redis = createRedis({ servers: redisServers(server.url), commandTimeoutMs: 1 })] =
    connections;
  const [first, second, ...more] = connections.map((one) => createRedisArtifactStore(one, deps));
  assert.ok(first && second);
  return {
    redis,
    replicas: [first, second, ...more],
    now: () => now,
    setNow: (to) => {
      now = to;
    },
    newTenant: async () => randomUUID(),
    async leftovers() {
      const keys = await Promise.all(serversOf(redis).map((one) => one.keys('*')));
      const indexes = keys.flat().filter((key) => key.includes(':x:'));
      const counts = await Promise.all(indexes.map((key) => redis.zcount(key, '-inf', +now)));
      return counts.reduce((sum, count) => sum + count, 0);
    },
    stop: async () => {
      for (const one of connections) one.disconnect();
      await server.stop();
    },
  };
}

artifactStoreSuite('artifacts in Redis', () => startHarness());

artifactStoreSuite('artifacts in a Redis Cluster', () => startHarness(startTestRedisCluster));

artifactOutageSuite('Redis away', async () => {
  const server = await startTestRedis();
  const proxy = await startOutageProxy({ port: server.port, host: '127.0.0.1' });
  const redis = createRedis({
    servers: redisServers(`redis://127.0.0.1:${proxy.port}`),
    commandTimeoutMs: 300,
  });
  await connectRedis(redis, 5000);
  return {
    store: createRedisArtifactStore(redis, { now: () => new Date(), keyPrefix: KEY_PREFIX }),
    proxy,
    tenantId: randomUUID(),
    stop: async () => {
      redis.disconnect();
      await proxy.stop();
      await server.stop();
    },
  };
});

describe('artifacts in Redis, by their keys', () => {
  let harness: RedisHarness;
  let redis: RedisClient;
  let store: ArtifactStore;
  let samples: Samples;

  before(async () => {
    harness = await startHarness();
    ({ redis } = harness);
    store = harness.replicas[0];
    samples = createSamples(harness);
  });
  after(() => harness?.stop());

  /** A tenant that has one of everything, and has used it. */
  async function livelyTenant() {
    const tenant = await harness.newTenant();
    const [grantKey, sessionKey] = [samples.key(), samples.key()];
    const details = { grantKey, sessionKey, endsWithSession: true, accountId: 'alice' };
    const parent = samples.write(tenant, 'RefreshToken', details);
    const child = () =>
      samples.write(tenant, 'RefreshToken', { ...details, parentKey: parent.key });
    const [used, dead] = [child(), child()];
    await store.save(samples.write(tenant, 'Grant', { ...details, key: grantKey }));
    await store.save(samples.write(tenant, 'Session', { sessionKey, accountId: 'alice' }));
    await store.save(samples.write(tenant, 'DeviceCode', { userCodeKey: samples.key() }));
    await store.save(samples.write(tenant, 'AccessToken', details));
    await store.save(parent);
    const window = { retryWindowSeconds: 10 };
    await store.consume(tenant, 'RefreshToken', parent.key, window);
    for (const write of [used, dead]) await store.save(write);
    await store.consume(tenant, 'RefreshToken', used.key, window);
    await store.deny(tenant, samples.key(), samples.in(60));
    await store.revokeGrant(tenant, samples.key(), samples.forADay());
    await store.endSession(tenant, samples.key(), [], samples.forADay());
    await store.endAccount(tenant, 'bob', samples.forADay());
    return { tenant, grantKey, sessionKey };
  }

  test('every key has a time to live, begins with the prefix, and a tenant has one slot', async () => {
    const { tenant } = await livelyTenant();
    const keys = await redis.keys('*');
    const own = keys.filter((key) => key.includes(tenant));
    assert.ok(own.length > 15, `${own.length} keys`);
    for (const key of own) assert.ok(key.startsWith(`{${KEY_PREFIX}${tenant}}:`), key);
    for (const key of keys) {
      assert.ok(key.startsWith(KEY_PREFIX) || key.startsWith(`{${KEY_PREFIX}`), key);
      const ttl = await redis.pttl(key);
      assert.ok(ttl > 0 && ttl <= 3 * 86_400_000, `${key} lives ${ttl} ms`);
    }
  });

  test('when all is ended nothing stays but tombstones', async () => {
    const { tenant, grantKey, sessionKey } = await livelyTenant();
    await store.endSession(tenant, sessionKey, [grantKey], samples.forADay());
    await store.endAccount(tenant, 'alice', samples.forADay());
    const left = (await redis.keys('*')).filter((key) => key.includes(tenant));
    const device = left.filter((key) => !key.includes(':t:'));
    // The device code that nobody has approved yet belongs to nobody.
    assert.equal(device.length, 2, device.join('\n'));
    assert.ok(device.every((key) => key.includes(':a:DeviceCode:') || key.includes(':x:d:')));
  });

  test('an index loses its expired members when it gets a new one', async () => {
    const tenant = await harness.newTenant();
    const grantKey = samples.key();
    const issue = () =>
      store.save(samples.write(tenant, 'AccessToken', { grantKey, expiresAt: samples.in(60) }));
    for (let i = 0; i < 50; i += 1) {
      await issue();
      samples.advance(30);
    }
    await issue();
    assert.ok((await redis.zcard(`{${KEY_PREFIX}${tenant}}:x:g:${grantKey}`)) <= 2);
  });

  test('what an interrupted revocation has not cleared is not there for anybody', async () => {
    const tenant = await harness.newTenant();
    const grantKey = samples.key();
    const details = { grantKey, userCodeKey: samples.key() };
    const codes = Array.from({ length: 5 }, () => samples.write(tenant, 'DeviceCode', details));
    for (const code of codes) await store.save(code);
    const done = await runScript(
      redis,
      REVOKE_GRANT,
      [`{${KEY_PREFIX}${tenant}}`],
      [+harness.now(), +samples.in(600), 2, grantKey],
    );
    assert.equal(done, 0, 'some are left');
    for (const { key, model } of codes) {
      assert.equal(await store.find(tenant, model, key), undefined);
      assert.equal(await store.consume(tenant, model, key, { retryWindowSeconds: 0 }), 'lost');
    }
    assert.equal(await store.findByUserCode(tenant, details.userCodeKey), undefined);
    await store.revokeGrant(tenant, grantKey, samples.forADay());
    const left = (await redis.keys('*')).filter((key) => key.includes(tenant));
    assert.deepEqual(
      left.filter((key) => !key.includes(':t:')),
      [],
    );
  });

  test('a grant that was extended is still cleared up with its tokens', async () => {
    const tenant = await harness.newTenant();
    const grantKey = samples.key();
    const token = (seconds: number) =>
      samples.write(tenant, 'RefreshToken', { grantKey, expiresAt: samples.in(seconds) });
    await store.save(samples.write(tenant, 'Grant', { grantKey, key: grantKey }));
    await store.save(token(9000));
    samples.advance(7200);
    await store.save(token(60));
    await store.revokeGrant(tenant, grantKey, samples.forADay());
    const left = (await redis.keys('*')).filter((key) => key.includes(tenant));
    assert.deepEqual(
      left.filter((key) => !key.includes(':t:')),
      [],
    );
  });

  test('a server that has forgotten the scripts is sent them again', async () => {
    const tenant = await harness.newTenant();
    const write = samples.write(tenant, 'Session');
    await store.save(write);
    await redis.script('FLUSH');
    assert.ok(await store.find(tenant, 'Session', write.key));
    assert.equal(await store.save(write), 'saved');
  });

  test('an emptied server counts the sessions that are saved afterwards', async () => {
    const tenant = await harness.newTenant();
    const save = () => store.save(samples.write(tenant, 'Session', { expiresAt: samples.in(600) }));
    await save();
    await redis.flushall();
    assert.equal(await store.countSessions(), 0);
    samples.advance(60);
    await save();
    assert.equal(await store.countSessions(), 1);
  });

  test('two deployments on one server do not see each other', async () => {
    const tenant = await harness.newTenant();
    const other = createRedisArtifactStore(redis, { now: harness.now, keyPrefix: 'other:' });
    const write = samples.write(tenant, 'Session');
    await store.save(write);
    assert.equal(await other.find(tenant, 'Session', write.key), undefined);
    assert.equal(await other.countSessions(), 0);
  });
});
