import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import Koa from 'koa';
import { createMetrics } from '../telemetry/metrics.ts';
import { pollUntil } from '../testing/poll.ts';
import { createRecordingLogger } from '../testing/recording-logger.ts';
import { rawRequest, serveApp } from '../testing/serve-app.ts';
import { accessLog } from './access-log.ts';
import { createClientAddress } from './client-address.ts';
import { requestContext } from './request-context.ts';
import type { RequestMiddleware, RequestState } from './request-state.ts';

async function setUp(handler: RequestMiddleware) {
  const logger = createRecordingLogger();
  const metrics = createMetrics();
  let clock = 0;
  const elapsed = () => {
    clock += 12.34;
    return clock;
  };
  const app = new Koa<RequestState>();
  app.use(requestContext({ clientAddress: createClientAddress([]), now: () => new Date() }));
  app.use(accessLog({ logger, metrics, elapsed }));
  app.use(handler);
  const server = await serveApp(app.callback());
  /** The lines, once there are as many. */
  const lines = (count: number) =>
    pollUntil(() => logger.lines().length === count && logger.lines(), { deadlineMs: 5000 });
  return { server, metrics, lines, text: () => logger.text() };
}

describe('accessLog', () => {
  it('writes one line for a request, with what later middleware knew', async () => {
    const { server, metrics, lines } = await setUp((ctx) => {
      ctx.state.route = '/t/:slug/token';
      ctx.state.logFields.tenant = 'acme';
      ctx.state.logFields.client_id = 'notes-web';
      ctx.status = 201;
      ctx.body = 'made';
    });
    await rawRequest(server.port, {
      method: 'POST',
      path: '/t/acme/token?code=top-secret-code',
      headers: { 'X-Request-Id': 'request-1' },
    });
    const [line] = await lines(1);
    const { time, ...fields } = line ?? {};
    assert.deepEqual(fields, {
      level: 'info',
      message: 'request',
      request_id: 'request-1',
      method: 'POST',
      route: '/t/:slug/token',
      status: 201,
      duration_ms: 12.3,
      address: '127.0.0.1',
      tenant: 'acme',
      client_id: 'notes-web',
    });
    const page = await metrics.render();
    assert.ok(
      page.includes('http_requests_total{method="POST",route="/t/:slug/token",status="201"} 1'),
    );
    await server.close();
  });

  it('shows neither the path nor the query, known route or not', async () => {
    const { server, metrics, lines, text } = await setUp((ctx) => {
      ctx.status = 404;
    });
    await rawRequest(server.port, { path: '/reset/top-secret-link?token=top-secret-code' });
    const [line] = await lines(1);
    assert.equal(line?.route, 'other');
    assert.equal(line?.status, 404);
    assert.ok(!text().includes('top-secret'), text());
    assert.ok(!(await metrics.render()).includes('top-secret'));
    await server.close();
  });

  it('says 499 when the caller went away before the answer', async () => {
    const started = Promise.withResolvers<void>();
    const { server, lines } = await setUp(async (ctx) => {
      started.resolve();
      await once(ctx.req.socket, 'close');
      ctx.body = 'too late';
    });
    const socket = connect(server.port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await started.promise;
    socket.destroy();
    const [line] = await lines(1);
    assert.equal(line?.status, 499);
    await server.close();
  });
});
