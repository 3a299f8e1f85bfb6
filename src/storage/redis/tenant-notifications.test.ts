import assert from 'node:assert/strict';
import { after, before, describe, type TestContext, test } from 'node:test';
import { watchTenants } from '../../tenants/watch-tenants.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts';
import { insertTenant } from '../../testing/fixtures.ts';
import { pollUntil } from '../../testing/poll.ts';
import { redisServers, startTestRedis, type TestRedis } from '../../testing/redis.ts';
import { silentLogger } from '../../testing/silent-logger.ts';
import { createDatabase } from '../postgres/database.ts';
import { createPostgresTenantStore } from '../postgres/tenant-store.ts';
import { connectRedis, createRedis, type RedisClient } from './redis.ts';
import { createRedisTenantNotifications } from './tenant-notifications.ts';

const DEADLINE = { deadlineMs: 5000 };
const CHANNEL = 'test:tenants:changed';

let server: TestRedis;
let redis: RedisClient;

before(async () => {
  server = await startTestRedis();
  redis = createRedis({ servers: redisServers(server.url), commandTimeoutMs: 1000 });
  await connectRedis(redis, DEADLINE.deadlineMs);
});

after(async () => {
  redis.disconnect();
  await server.stop();
});

/** One replica's notifications, closed with the test; counts what it is told. */
function listen(t: TestContext, connection = redis) {
  const warnings: string[] = [];
  const logger = { warn: (message: string) => void warnings.push(message) };
  const notifications = createRedisTenantNotifications(connection, { keyPrefix: 'test:', logger });
  const replica = { notifications, warnings, told: 0 };
  t.after(() => notifications.close());
  notifications.onAnnouncement(() => {
    replica.told += 1;
  });
  return replica;
}

/** Being told once at the beginning means that the subscription stands. */
async function listening(t: TestContext) {
  const replica = listen(t);
  await pollUntil(() => replica.told === 1, DEADLINE);
  return replica;
}

describe('notifications over Redis', () => {
  test('reach every replica, the announcing one too', async (t) => {
    const replicas = [await listening(t), await listening(t)];
    await replicas[0]?.notifications.announce('tenant-a');
    for (const replica of replicas) await pollUntil(() => replica.told === 2, DEADLINE);
  });

  test('do not reach another deployment on the same Redis', async (t) => {
    const replica = await listening(t);
    const logger = silentLogger;
    const other = createRedisTenantNotifications(redis, { keyPrefix: 'other:', logger });
    await other.announce('tenant-a');
    await replica.notifications.announce('tenant-a');
    await pollUntil(() => replica.told === 2, DEADLINE);
    await other.close();
  });

  test('need no second connection where nobody listens', async () => {
    const logger = silentLogger;
    const silent = createRedisTenantNotifications(redis, { keyPrefix: 'test:', logger });
    await silent.announce('tenant-a');
    await pollUntil(async () => (await subscribers()) === 0, DEADLINE);
    await silent.close();
  });

  test('end with close: the second connection goes', async (t) => {
    const replica = await listening(t);
    await pollUntil(async () => (await subscribers()) === 1, DEADLINE);
    await replica.notifications.close();
    await pollUntil(async () => (await subscribers()) === 0, DEADLINE);
    await replica.notifications.announce('tenant-a');
    assert.equal(replica.told, 1);
  });

  test('come back by themselves when the connection is lost, and tell to look', async (t) => {
    const replica = await listening(t);
    await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await pollUntil(() => replica.told === 2, DEADLINE);
    await replica.notifications.announce('tenant-a');
    await pollUntil(() => replica.told === 3, DEADLINE);
  });

  test('try again when the subscription is refused', async (t) => {
    await redis.call('ACL', 'SETUSER', 'default', 'resetchannels');
    const replica = listen(t);
    await pollUntil(() => replica.warnings.length === 1, DEADLINE);
    await redis.call('ACL', 'SETUSER', 'default', 'allchannels');
    await pollUntil(() => replica.told === 1, DEADLINE);
  });
});

describe('while Redis is away', () => {
  test('announcing fails quietly, and listening begins when Redis is back', async (t) => {
    const first = await startTestRedis();
    const { port } = first;
    const connection = createRedis({ servers: redisServers(first.url), commandTimeoutMs: 1000 });
    await connectRedis(connection, DEADLINE.deadlineMs);
    t.after(() => connection.disconnect());
    await first.stop();

    const replica = listen(t, connection);
    await replica.notifications.announce('tenant-a');
    await pollUntil(() => replica.warnings.length === 2, DEADLINE);
    assert.equal(replica.told, 0);

    const second = await startTestRedis({ port });
    t.after(() => second.stop());
    await pollUntil(() => replica.told === 1, DEADLINE);
    await connectRedis(connection, DEADLINE.deadlineMs);
    await replica.notifications.announce('tenant-a');
    await pollUntil(() => replica.told === 2, DEADLINE);
    // One warning for each thing that failed, not one for each attempt.
    assert.equal(replica.warnings.length, 2);
  });
});

describe('the change feed on PostgreSQL and Redis', () => {
  let database: TestDatabase;

  before(async () => {
    database = await createTestDatabase();
  });

  after(() => database.drop());

  async function watch(t: TestContext, pollSeconds: number) {
    const { notifications } = await listening(t);
    const seen: string[] = [];
    const feed = await watchTenants(
      {
        tenants: createPostgresTenantStore(database.db),
        notifications,
        pollSeconds,
        logger: silentLogger,
      },
      (tenantId, version) => seen.push(`${tenantId}@${version}`),
    );
    t.after(() => feed.stop());
    return { notifications, seen };
  }

  test('an announced change is seen long before the timer', async (t) => {
    const tenantId = await insertTenant(database.db);
    const { notifications, seen } = await watch(t, 3600);
    const version = await createPostgresTenantStore(database.db).touch(tenantId);
    await notifications.announce(tenantId);
    await pollUntil(() => seen.includes(`${tenantId}@${version}`), DEADLINE);
  });

  test('a change whose message was lost is seen by the timer', async (t) => {
    const tenantId = await insertTenant(database.db);
    const { seen } = await watch(t, 0.05);
    const version = await createPostgresTenantStore(database.db).touch(tenantId);
    await pollUntil(() => seen.includes(`${tenantId}@${version}`), DEADLINE);
  });

  test('a change made while PostgreSQL is away from the replica is seen when it is back', async (t) => {
    const tenantId = await insertTenant(database.db);
    const warnings: string[] = [];
    const admin = createDatabase({
      url: addressOf('postgres'),
      poolMax: 1,
      acquireTimeoutMs: 5000,
      statementTimeoutMs: 5000,
    });
    t.after(() => admin.destroy());
    const log = (message: string) => void warnings.push(message);
    const seen: string[] = [];
    const feed = await watchTenants(
      {
        tenants: createPostgresTenantStore(database.db),
        pollSeconds: 0.05,
        logger: { warn: log, error: log },
      },
      (id, version) => seen.push(`${id}@${version}`),
    );
    t.after(() => feed.stop());

    const name = new URL(database.url).pathname.slice(1);
    await admin.raw(`alter database ${name} allow_connections false`);
    await admin.raw('select pg_terminate_backend(pid) from pg_stat_activity where datname = ?', [
      name,
    ]);
    await pollUntil(() => warnings.length > 1, DEADLINE);
    assert.equal(seen.length, 0);
    await admin.raw(`alter database ${name} allow_connections true`);
    await createPostgresTenantStore(database.db).touch(tenantId);
    await pollUntil(() => seen.includes(`${tenantId}@2`), DEADLINE);
  });

  function addressOf(name: string): string {
    const url = new URL(database.url);
    url.pathname = `/${name}`;
    return url.href;
  }

  test('a message that names nothing that changed does no harm', async (t) => {
    const { seen } = await watch(t, 3600);
    await redis.publish(CHANNEL, 'no such tenant; nonsense \0');
    const tenantId = await insertTenant(database.db);
    await createPostgresTenantStore(database.db).touch(tenantId);
    await redis.publish(CHANNEL, '');
    await pollUntil(() => seen.some((change) => change.startsWith(tenantId)), DEADLINE);
  });
});

async function subscribers(): Promise<number> {
  const [, count] = (await redis.pubsub('NUMSUB', CHANNEL)) as [string, number];
  return Number(count);
}
