import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import Koa from 'koa';
import { pollUntil } from '../testing/poll.ts';
import { rawRequest, type ServedApp, serveApp } from '../testing/serve-app.ts';
import { answerInTime } from './answer-in-time.ts';
import { createClientAddress } from './client-address.ts';
import { errorBoundary } from './error-boundary.ts';
import { requestContext } from './request-context.ts';
import type { RequestState } from './request-state.ts';

/** What the work behind a request does once it may go on. */
type GoOn = (ctx: Koa.ParameterizedContext<RequestState>) => void;

const LIMIT_MS = 100;
let app: ServedApp;
let goOn = Promise.withResolvers<GoOn>();
const logged: unknown[][] = [];
const log = (...line: unknown[]) => void logged.push(line);

before(async () => {
  const koa = new Koa<RequestState>();
  koa.keys = ['a key'];
  koa.use(requestContext({ clientAddress: createClientAddress([]), now: () => new Date() }));
  koa.use(
    errorBoundary({
      logger: { error: log, warn: log, debug: log },
      renderErrorPage: () => assert.fail('no page'),
    }),
  );
  koa.use(answerInTime({ applies: (ctx) => ctx.path === '/token', limitMs: LIMIT_MS }));
  koa.use(async (ctx) => {
    ctx.set('Access-Control-Allow-Origin', 'https://app.example');
    ctx.cookies.set('session', 'prepared');
    ctx.type = 'text/html';
    if (ctx.querystring === 'finish') ctx.state.mustFinish = true;
    (await goOn.promise)(ctx);
  });
  app = await serveApp(koa.callback());
});
after(() => app.close());

const ask = (path: string) => {
  goOn = Promise.withResolvers<GoOn>();
  return rawRequest(app.port, { path });
};

it('leaves alone what is answered in time', async () => {
  const answer = ask('/token');
  goOn.resolve((ctx) => {
    ctx.body = 'tokens';
  });
  assert.equal((await answer).body, 'tokens');
});

it('answers 503 with Retry-After when the time is over, and nothing of what was prepared', async () => {
  const { status, headers, body } = await ask('/token');
  assert.equal(status, 503);
  assert.match(String(headers['retry-after']), /^[1-9]\d*$/);
  assert.match(String(headers['content-type']), /^application\/json/);
  assert.equal(headers['cache-control'], 'no-store');
  assert.equal(headers['set-cookie'], undefined);
  assert.equal(headers['access-control-allow-origin'], 'https://app.example');
  assert.equal(JSON.parse(body).error, 'temporarily_unavailable');
  assert.equal(JSON.parse(body).request_id, headers['x-request-id']);
});

it('has the work see that it was answered, and drops what it says then', async () => {
  const { status } = await ask('/token');
  const seen = Promise.withResolvers<boolean>();
  goOn.resolve((ctx) => {
    seen.resolve(ctx.res.writableEnded);
    ctx.body = 'tokens';
  });
  assert.deepEqual([status, await seen.promise], [503, true]);
});

it('logs, and survives, what goes wrong afterwards', async () => {
  await ask('/token');
  goOn.resolve(() => {
    throw new Error('too late');
  });
  await pollUntil(() => JSON.stringify(logged).includes('request failed'), { deadlineMs: 5000 });
  const answer = ask('/token');
  goOn.resolve((ctx) => {
    ctx.body = 'alive';
  });
  assert.equal((await answer).body, 'alive');
});

it('waits for the answer of what has used something up', async () => {
  const { promise: slow, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, 2 * LIMIT_MS);
  const answer = ask('/token?finish');
  await slow;
  goOn.resolve((ctx) => {
    ctx.body = 'tokens';
  });
  assert.equal((await answer).body, 'tokens');
});

it('lets others take their time', async () => {
  const { promise: slow, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, 2 * LIMIT_MS);
  const answer = ask('/elsewhere');
  await slow;
  goOn.resolve((ctx) => {
    ctx.body = 'a page';
  });
  assert.equal((await answer).body, 'a page');
});
