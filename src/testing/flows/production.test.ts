import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { createTestDatabase, type TestDatabase } from '../database.ts';
import { pollUntil } from '../poll.ts';
import { startTestRedis, type TestRedis } from '../redis.ts';
import { type ServerProcess, startServerProcess } from '../server-process.ts';

describe('production mode', () => {
  let database: TestDatabase;
  let empty: TestDatabase;
  let redis: TestRedis;
  const servers: ServerProcess[] = [];
  before(async () => {
    database = await createTestDatabase();
    empty = await createTestDatabase({ empty: true });
    redis = await startTestRedis();
  });
  after(async () => {
    for (const { child } of servers) child.kill('SIGKILL');
    await Promise.all(servers.map((server) => server.ended()));
    await redis.stop();
    await empty.drop();
    await database.drop();
  });

  const start = async (env: Record<string, string>) => {
    const server = await startServerProcess({ env: { NODE_ENV: 'production', ...env } });
    servers.push(server);
    return server;
  };
  const complete = () => ({
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    PUBLIC_URL: 'http://localhost:1',
    KEY_ENCRYPTION_KEYS: randomBytes(32).toString('base64'),
    SHUTDOWN_DELAY_SECONDS: '0',
  });

  it('lists every missing setting at once, exits with 78 and starts nothing', async () => {
    const server = await start({
      DATABASE_URL: 'nonsense',
      PUBLIC_URL: 'http://id.example',
      PORT: 'x',
    });
    assert.equal(await server.ended(), 78);
    for (const name of ['DATABASE_URL', 'REDIS_URL', 'PUBLIC_URL', 'KEY_ENCRYPTION_KEYS', 'PORT']) {
      assert.match(server.output(), new RegExp(`^ +${name}: expected`, 'm'));
    }
  });

  it('refuses a database that was not migrated, and says what to run', async () => {
    const server = await start({ ...complete(), DATABASE_URL: empty.url });
    assert.equal(await server.ended(), 1);
    assert.match(server.output(), /gatehouse migrate/);
  });

  it('comes up on what a newer release has added, and says so in one line', async () => {
    const newer = await createTestDatabase();
    try {
      const { db, url } = newer;
      await db('knex_migrations').insert({ name: '9999_later', batch: 2 });
      await db('migration_needs').insert({ migration: '9999_later', needs: null });
      const works = await start({ ...complete(), DATABASE_URL: url });
      await works.untilReady();
      works.child.kill('SIGTERM');
      assert.equal(await works.ended(), 0);
      const warnings = works
        .output()
        .split('\n')
        .filter((line) => line.includes('"level":"warn"'));
      assert.equal(warnings.length, 1, works.output());
      assert.match(String(warnings), /newer release.*works with it.*9999_later/);

      await db('migration_needs')
        .where({ migration: '9999_later' })
        .update({ needs: '9998_before' });
      const refused = await start({ ...complete(), DATABASE_URL: url });
      assert.equal(await refused.ended(), 1);
      assert.match(refused.output(), /works only with releases that know 9998_before/);
    } finally {
      await newer.drop();
    }
  });

  it('starts, says that it is ready, and stops in order when it is told to', async () => {
    const server = await start(complete());
    const ready = () => fetch(`${server.adminUrl}/health/ready`);
    await pollUntil(async () => (await ready()).status === 200, { deadlineMs: 20_000 });
    const metrics = await (await fetch(`${server.adminUrl}/metrics`)).text();
    assert.match(metrics, /^redis_sessions_active 0$/m);

    server.child.kill('SIGTERM');
    assert.equal(await server.ended(), 0);
    const lines = server
      .output()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const messages = lines.map(({ message }) => String(message));
    const phases = messages.filter((message) => /^(ready|stopp)/.test(message));
    assert.equal(phases[0], 'ready');
    assert.equal(phases.at(-1), 'stopped');
  });

  it('comes up when Redis is away only by saying what is missing', async () => {
    const gone = await startTestRedis();
    await gone.stop();
    const server = await start({ ...complete(), REDIS_URL: gone.url });
    assert.equal(await server.ended(), 1);
    assert.match(server.output(), /redis/i);
    assert.doesNotMatch(server.output(), /"message":"ready"/);
  });
});
