import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, describe, it } from 'node:test';
import Koa from 'koa';
import { pollUntil } from '../testing/poll.ts';
import { rawRequest, type ServedApp, serveApp } from '../testing/serve-app.ts';
import { silentLogger } from '../testing/silent-logger.ts';
import { createClientAddress } from './client-address.ts';
import { errorBoundary } from './error-boundary.ts';
import { limitInFlight } from './limit-in-flight.ts';
import { readRawBody } from './read-raw-body.ts';
import { requestContext } from './request-context.ts';
import type { RequestState } from './request-state.ts';

const LIMIT = 3;
const DEADLINE = { deadlineMs: 10_000 };

describe('the limit of requests in flight', () => {
  let app: ServedApp;
  let working = 0;
  let count = () => 0;
  let finish = Promise.withResolvers<void>();
  before(async () => {
    const koa = new Koa<RequestState>();
    koa.use(requestContext({ clientAddress: createClientAddress([]), now: () => new Date() }));
    koa.use(errorBoundary({ logger: silentLogger, renderErrorPage: () => assert.fail('no page') }));
    koa.use(limitInFlight({ limit: LIMIT, watch: (asked) => (count = asked) }));
    koa.use(async (ctx) => {
      if (ctx.method === 'POST') await readRawBody(ctx.req, 1024);
      working += 1;
      if (ctx.path === '/long') await finish.promise;
      working -= 1;
      ctx.body = 'done';
    });
    app = await serveApp(koa.callback());
  });
  after(() => app.close());

  const long = () => rawRequest(app.port, { path: '/long', method: 'POST', body: 'whole' });

  it('refuses the next one with 503 and Retry-After, and lets in again as soon as one is done', async () => {
    const inside = Array.from({ length: LIMIT }, long);
    await pollUntil(() => working === LIMIT, DEADLINE);
    const refused = await rawRequest(app.port);
    assert.equal(refused.status, 503);
    assert.match(String(refused.headers['retry-after']), /^[1-9]\d*$/);
    assert.match(refused.body, /"error":/);
    finish.resolve();
    for (const answer of await Promise.all(inside)) assert.equal(answer.status, 200);
    assert.equal((await rawRequest(app.port)).status, 200);
    finish = Promise.withResolvers();
  });

  it('says how many are at work, and counts nobody who is still sending', async () => {
    const headers = { 'content-length': '5' };
    const slow = request({ host: '127.0.0.1', port: app.port, method: 'POST', headers });
    slow.on('error', () => undefined);
    slow.write('ha');
    const inside = [long(), long()];
    await pollUntil(() => working === 2, DEADLINE);
    assert.equal(count(), 2);
    finish.resolve();
    await Promise.all(inside);
    finish = Promise.withResolvers();
    slow.destroy();
    await pollUntil(() => count() === 0, DEADLINE);
  });

  it('gives a place free whose caller has gone', async () => {
    const callers = Array.from({ length: LIMIT }, () => {
      const caller = request({ host: '127.0.0.1', port: app.port, path: '/long' });
      caller.on('error', () => undefined);
      caller.end();
      return caller;
    });
    await pollUntil(() => working === LIMIT, DEADLINE);
    assert.equal((await rawRequest(app.port)).status, 503);
    for (const caller of callers) caller.destroy();
    await pollUntil(async () => (await rawRequest(app.port)).status === 200, DEADLINE);
    finish.resolve();
    finish = Promise.withResolvers();
    await pollUntil(() => working === 0, DEADLINE);
  });

  it('is not used up by whoever sends slowly', async () => {
    const headers = { 'content-length': '5' };
    const slow = Array.from({ length: LIMIT * 2 }, () => {
      const sender = request({ host: '127.0.0.1', port: app.port, method: 'POST', headers });
      sender.on('error', () => undefined);
      sender.write('ha');
      return sender;
    });
    try {
      const inside = Array.from({ length: LIMIT }, long);
      await pollUntil(() => working === LIMIT, DEADLINE);
      assert.equal((await rawRequest(app.port)).status, 503, 'those who are at work count');
      finish.resolve();
      for (const answer of await Promise.all(inside)) assert.equal(answer.status, 200);
      assert.equal((await rawRequest(app.port)).status, 200);
    } finally {
      for (const sender of slow) sender.destroy();
    }
  });
});
