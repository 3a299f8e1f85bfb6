import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createMetrics } from '../telemetry/metrics.ts';
import { createRecordingLogger } from '../testing/recording-logger.ts';
import { rawRequest } from '../testing/serve-app.ts';
import { silentLogger } from '../testing/silent-logger.ts';
import { createAdminServer } from './admin-server.ts';
import { closeServer, createHttpServer, ListenError, listen } from './create-http-server.ts';
import { createHealth, HEALTH_ROUTES, type Health } from './health.ts';
import { arrangeShutdown } from './orderly-shutdown.ts';

const AT = { what: 'test', host: '127.0.0.1', port: 0 };

const READY_PATHS = Object.entries(HEALTH_ROUTES).flatMap(([path, asks]) =>
  asks === 'ready' ? [path] : [],
);

describe('createHealth', () => {
  it('is ready when every check answers, and says which does not', async () => {
    let clock = 0;
    let redis = true;
    const logger = createRecordingLogger();
    const health = createHealth({
      checks: {
        database: async () => undefined,
        redis: async () => {
          if (!redis) throw new Error('connect ECONNREFUSED 10.0.0.5:6379');
        },
      },
      logger,
      elapsed: () => clock,
    });
    assert.deepEqual(await health.ready(), {
      status: 200,
      body: { status: 'ok', checks: { database: 'ok', redis: 'ok' } },
    });
    redis = false;
    clock += 1000;
    const down = await health.ready();
    assert.deepEqual(down, {
      status: 503,
      body: { status: 'error', checks: { database: 'ok', redis: 'unavailable' } },
    });
    assert.equal((await health.live()).status, 200);
    clock += 1000;
    await health.ready();
    redis = true;
    clock += 1000;
    assert.equal((await health.ready()).status, 200);
    // One line for each change, none for each probe.
    assert.deepEqual(
      logger.lines().map(({ level, message, check }) => [level, message, check]),
      [
        ['warn', 'health check failed', 'redis'],
        ['info', 'health check recovered', 'redis'],
      ],
    );
  });

  it('does not wait for a check that hangs', async () => {
    const health = createHealth({
      checks: { database: () => new Promise(() => undefined) },
      logger: silentLogger,
      checkTimeoutMs: 20,
    });
    assert.equal((await health.ready()).status, 503);
  });

  it('asks once a second, however many ask', async () => {
    let asked = 0;
    let clock = 0;
    const health = createHealth({
      checks: {
        database: async () => {
          asked += 1;
        },
      },
      logger: silentLogger,
      elapsed: () => clock,
    });
    await Promise.all(Array.from({ length: 50 }, () => health.ready()));
    clock += 999;
    await health.ready();
    assert.equal(asked, 1);
    clock += 1;
    await health.ready();
    assert.equal(asked, 2);
  });

  it('is never ready again once it stops, and alive to the end', async () => {
    const health = createHealth({ checks: {}, logger: silentLogger });
    health.beginStopping();
    assert.deepEqual(await health.ready(), {
      status: 503,
      body: { status: 'error', stopping: true },
    });
    assert.equal((await health.live()).status, 200);
  });
});

describe('the health routes', () => {
  let database = true;
  const newHealth = () =>
    createHealth({
      checks: {
        database: async () => {
          if (!database) throw new Error('connect ECONNREFUSED 10.0.0.5:5432');
        },
      },
      logger: silentLogger,
      elapsed: ((clock) => () => {
        clock += 5000;
        return clock;
      })(0),
    });

  /** Both servers that have them: the public one, through terminus, and the admin one. */
  async function eachServer(use: (port: number, health: Health) => Promise<void>) {
    const publicHealth = newHealth();
    const publicServer = createHttpServer((_req, res) => res.writeHead(404).end('app'));
    const { stop } = arrangeShutdown(publicServer, {
      health: publicHealth,
      logger: silentLogger,
      release: async () => undefined,
      timeoutSeconds: 5,
      delaySeconds: 0,
    });
    const adminHealth = newHealth();
    const adminServer = createAdminServer({
      metrics: createMetrics(),
      health: adminHealth,
      logger: silentLogger,
    });
    try {
      await use((await listen(publicServer, AT)).port, publicHealth);
      await use((await listen(adminServer, AT)).port, adminHealth);
    } finally {
      await stop();
      await closeServer(adminServer);
    }
  }

  it('answer on both servers, whatever the Host, and are not cached', async () => {
    assert.deepEqual(READY_PATHS, [
      '/health',
      '/health/ready',
      '/ready',
      '/api/v1/health',
      '/api/v1/ready',
    ]);
    await eachServer(async (port) => {
      for (const path of READY_PATHS) {
        const answer = await rawRequest(port, { path, headers: { Host: '10.1.2.3' } });
        assert.equal(answer.status, 200);
        assert.deepEqual(JSON.parse(answer.body), { status: 'ok', checks: { database: 'ok' } });
        assert.equal(answer.headers['cache-control'], 'no-store');
        assert.equal(answer.headers['x-content-type-options'], 'nosniff');
      }
      // Asked after the others: nothing of their checks may stick to it.
      const live = await rawRequest(port, { path: '/health/live' });
      assert.equal(live.status, 200);
      assert.deepEqual(JSON.parse(live.body), { status: 'ok' });
      for (const path of ['/health/else', '/live', '/api/v1', '/api/v1/live', '/ready/']) {
        assert.equal((await rawRequest(port, { path })).status, 404, path);
      }
    });
  });

  it('say 503 without a reason while the database is away, and recover', async () => {
    await eachServer(async (port) => {
      database = false;
      for (const path of READY_PATHS) {
        const down = await rawRequest(port, { path });
        assert.equal(down.status, 503, path);
        assert.deepEqual(JSON.parse(down.body), {
          status: 'error',
          checks: { database: 'unavailable' },
        });
      }
      assert.equal((await rawRequest(port, { path: '/health/live' })).status, 200);
      database = true;
      assert.equal((await rawRequest(port, { path: '/health/ready' })).status, 200);
    });
  });
});

describe('createAdminServer', () => {
  async function withAdmin(use: (port: number) => Promise<void>, render?: () => Promise<string>) {
    const metrics = createMetrics();
    metrics.countAuthEvent('sign_in.succeeded');
    const server = createAdminServer({
      metrics: render === undefined ? metrics : { ...metrics, render },
      health: createHealth({ checks: {}, logger: silentLogger }),
      logger: silentLogger,
    });
    try {
      await use((await listen(server, AT)).port);
    } finally {
      await closeServer(server);
    }
  }

  it('serves the metrics, and nothing else', async () => {
    await withAdmin(async (port) => {
      const metrics = await rawRequest(port, { path: '/metrics?x=1' });
      assert.equal(metrics.status, 200);
      assert.match(String(metrics.headers['content-type']), /^text\/plain; version=0\.0\.4/);
      assert.ok(metrics.body.includes('auth_events_total{kind="sign_in.succeeded"} 1'));
      for (const path of ['/', '/metrics/', '/metricsx', '/token', '/../metrics', '//metrics']) {
        const answer = await rawRequest(port, { path });
        assert.equal(answer.status, 404, path);
        assert.equal(JSON.parse(answer.body).error, 'not_found');
      }
    });
  });

  it('takes GET and HEAD only', async () => {
    await withAdmin(async (port) => {
      for (const path of ['/metrics', '/health']) {
        const answer = await rawRequest(port, { path, method: 'POST' });
        assert.equal(answer.status, 405);
        assert.equal(answer.headers.allow, 'GET, HEAD');
        assert.equal((await rawRequest(port, { path, method: 'HEAD' })).status, 200);
      }
    });
  });

  it('answers a failure without its reason', async () => {
    await withAdmin(
      async (port) => {
        const answer = await rawRequest(port, { path: '/metrics' });
        assert.equal(answer.status, 500);
        assert.ok(!answer.body.includes('internal_detail'));
      },
      () => Promise.reject(new Error('internal_detail')),
    );
  });
});

describe('createHttpServer', () => {
  it('keeps idle connections longer than load balancers do, and requests in time', () => {
    const server = createHttpServer(() => undefined);
    assert.ok(server.keepAliveTimeout > 60_000);
    assert.ok(server.headersTimeout > 0 && server.headersTimeout <= server.requestTimeout);
  });

  it('says which port is taken', async () => {
    const first = createHttpServer(() => undefined);
    const { port } = await listen(first, AT);
    await assert.rejects(
      listen(
        createHttpServer(() => undefined),
        { what: 'ADMIN_PORT', host: '127.0.0.1', port },
      ),
      (error) => {
        assert.ok(error instanceof ListenError);
        assert.equal(
          error.message,
          `ADMIN_PORT: cannot listen on port ${port} of 127.0.0.1: something else listens there already`,
        );
        return true;
      },
    );
    await closeServer(first);
    await closeServer(createHttpServer(() => undefined));
  });
});
