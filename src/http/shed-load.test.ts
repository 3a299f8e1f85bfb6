import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import Koa from 'koa';
import { rawRequest, type ServedApp, serveApp } from '../testing/serve-app.ts';
import { silentLogger } from '../testing/silent-logger.ts';
import { createClientAddress } from './client-address.ts';
import { errorBoundary } from './error-boundary.ts';
import { requestContext } from './request-context.ts';
import type { RequestState } from './request-state.ts';
import { shedLoad } from './shed-load.ts';

let app: ServedApp;
let waited = 0;
let reached = 0;
before(async () => {
  const koa = new Koa<RequestState>();
  koa.use(requestContext({ clientAddress: createClientAddress([]), now: () => new Date() }));
  koa.use(errorBoundary({ logger: silentLogger, renderErrorPage: () => assert.fail('no page') }));
  koa.use(
    shedLoad({ needs: (ctx) => ctx.path !== '/jwks', longestWaitMs: () => waited, limitMs: 500 }),
  );
  koa.use((ctx) => {
    reached += 1;
    ctx.body = 'reached';
  });
  app = await serveApp(koa.callback());
});
after(() => app.close());

it('lets everybody in while nobody inside waits for long', async () => {
  waited = 500;
  assert.equal((await rawRequest(app.port)).body, 'reached');
});

it('refuses with 503 and Retry-After before any work, and lets in again at once', async () => {
  waited = 501;
  const before = reached;
  const { status, headers, body } = await rawRequest(app.port);
  assert.equal(status, 503);
  assert.match(String(headers['retry-after']), /^[1-9]\d*$/);
  assert.match(body, /"error":/);
  assert.equal(reached, before);
  assert.equal((await rawRequest(app.port, { path: '/jwks' })).body, 'reached', 'needs nothing');
  waited = 0;
  assert.equal((await rawRequest(app.port)).status, 200);
});
