import assert from 'node:assert/strict';
import { connect as connectSocket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { createServer as createTlsServer } from 'node:tls';
import { Redis } from 'ioredis';
import { StorageUnavailableError } from '../../errors.ts';
import { freePort } from '../../testing/free-port.ts';
import { LOOPBACK_CERTIFICATE } from '../../testing/loopback-certificate.ts';
import { pollUntil } from '../../testing/poll.ts';
import { redisServers, startTestRedis, type TestRedis } from '../../testing/redis.ts';
import { answerRedis, connectRedis, createRedis, type RedisClient } from './redis.ts';

describe('a connection to Redis', () => {
  let server: TestRedis;
  const open: RedisClient[] = [];

  before(async () => {
    server = await startTestRedis();
  });
  after(async () => {
    for (const redis of open) redis.disconnect();
    await server?.stop();
  });

  function create(options: Partial<Parameters<typeof createRedis>[0]> = {}): RedisClient {
    const redis = createRedis({
      servers: redisServers(server.url),
      commandTimeoutMs: 500,
      ...options,
    });
    open.push(redis);
    return redis;
  }

  async function connected(): Promise<Redis> {
    const redis = create();
    assert.ok(redis instanceof Redis);
    await connectRedis(redis, 5000);
    return redis;
  }

  test('is not made before it is asked for, and answers once it is', async () => {
    const redis = create();
    assert.equal(redis.status, 'wait');
    await connectRedis(redis, 5000);
    await connectRedis(redis, 5000);
    assert.equal(await answerRedis(redis.ping()), 'PONG');
  });

  test('to a server that is not there is given up at the deadline, and made when it comes', async () => {
    const port = await freePort();
    const errors: Error[] = [];
    const redis = create({
      servers: redisServers(`redis://127.0.0.1:${port}`),
      onError: (error) => errors.push(error),
    });
    await assert.rejects(connectRedis(redis, 300), StorageUnavailableError);
    assert.ok(errors.length > 0, 'the listener was told');
    await assert.rejects(answerRedis(redis.get('a')), StorageUnavailableError);

    const late = await startTestRedis({ port });
    try {
      await connectRedis(redis, 5000);
      assert.equal(await redis.ping(), 'PONG');
    } finally {
      redis.disconnect();
      await late.stop();
    }
  });

  test('comes back by itself within 5 s after the server was restarted', async () => {
    const first = await startTestRedis();
    const redis = create({ servers: redisServers(first.url) });
    await connectRedis(redis, 5000);
    await first.stop();
    await assert.rejects(answerRedis(redis.get('a')), StorageUnavailableError);
    const second = await startTestRedis({ port: first.port });
    try {
      await pollUntil(async () => (await redis.ping()) === 'PONG', { deadlineMs: 5000 });
    } finally {
      redis.disconnect();
      await second.stop();
    }
  });

  test('speaks TLS at rediss:, and only to a server that it can trust', async () => {
    const { certificate, key } = LOOPBACK_CERTIFICATE;
    const tls = createTlsServer({ cert: certificate, key }, (socket) => {
      const upstream = connectSocket(server.port, '127.0.0.1');
      socket.on('error', () => undefined).on('close', () => upstream.destroy());
      upstream.on('error', () => undefined);
      socket.pipe(upstream).pipe(socket);
    });
    const port = await freePort();
    await new Promise<void>((resolve) => tls.listen(port, '127.0.0.1', resolve));
    try {
      const servers = redisServers(`rediss://127.0.0.1:${port}`);
      const trusting = create({ servers: { ...servers, ca: certificate } });
      await connectRedis(trusting, 5000);
      assert.equal(await trusting.ping(), 'PONG');
      const suspicious = create({ servers });
      await assert.rejects(connectRedis(suspicious, 300), StorageUnavailableError);
      trusting.disconnect();
      suspicious.disconnect();
    } finally {
      await new Promise((resolve) => tls.close(resolve));
    }
  });

  test('a server that is full, only reads, or is busy is an outage; other replies are not', async () => {
    const redis = await connected();
    const admin = await connected();
    await admin.config('SET', 'maxmemory', '1');
    await assert.rejects(answerRedis(redis.set('a', 'b')), StorageUnavailableError);
    const script = `return redis.call('SET', 'a', 'b')`;
    await assert.rejects(answerRedis(redis.eval(script, 0)), StorageUnavailableError);
    await admin.config('SET', 'maxmemory', '0');

    await admin.replicaof('127.0.0.1', '1');
    await assert.rejects(answerRedis(redis.eval(script, 0)), StorageUnavailableError);
    await admin.replicaof('NO', 'ONE');
    await pollUntil(async () => (await redis.set('a', 'b')) === 'OK', { deadlineMs: 5000 });

    await assert.rejects(answerRedis(redis.lpush('a', 'b')), (error) => {
      assert.ok(error instanceof Error && !(error instanceof StorageUnavailableError));
      assert.match(error.message, /^WRONGTYPE/);
      return true;
    });
  });

  test('an error names no argument of the command that it is about', async () => {
    const redis = await connected();
    await redis.set('text', 'x');
    await assert.rejects(answerRedis(redis.lpush('text', 'secret-value')), (error) => {
      assert.ok(!JSON.stringify(error, Object.getOwnPropertyNames(error)).includes('secret-value'));
      assert.ok(!('command' in (error as object)));
      return true;
    });
  });

  test('a command that was under way when the connection broke is not sent again', async () => {
    const redis = await connected();
    const admin = await connected();
    await admin.del('count');
    const id = await idOf(admin, redis);
    // Redis takes the command, and answers to nobody until the connection is gone.
    await admin.client('PAUSE', 60_000, 'WRITE');
    const lost = assert.rejects(answerRedis(redis.incr('count')), StorageUnavailableError);
    await admin.client('KILL', 'ID', id);
    await lost;
    await admin.client('UNPAUSE');
    await pollUntil(async () => (await redis.ping()) === 'PONG', { deadlineMs: 5000 });
    await pollUntil(async () => (await redis.incr('probe')) > 0, { deadlineMs: 5000 });
    assert.equal(await redis.get('count'), null);
  });

  async function idOf(admin: Redis, redis: Redis): Promise<number> {
    const port =
      redis.stream instanceof Object && 'localPort' in redis.stream ? redis.stream.localPort : 0;
    const list = String(await admin.client('LIST'));
    const line = list.split('\n').find((client) => client.includes(`addr=127.0.0.1:${port} `));
    return Number(/id=(\d+)/.exec(line ?? '')?.[1]);
  }
});
