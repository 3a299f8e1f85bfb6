import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { after, before, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import Koa from 'koa';
import { pollUntil } from '../testing/poll.ts';
import { rawRequest, type ServedApp, serveApp } from '../testing/serve-app.ts';
import { answerInTime } from './answer-in-time.ts';
import { createClientAddress } from './client-address.ts';
import { type AnswerErrorDeps, errorBoundary } from './error-boundary.ts';
import { mustFinish, TooLateError } from './must-finish.ts';
import { BodyAbortedError, readRawBody } from './read-raw-body.ts';
import { requestContext } from './request-context.ts';
import type { RequestState } from './request-state.ts';

/** What the work behind a request does once it may go on. */
type GoOn = (ctx: Koa.ParameterizedContext<RequestState>) => unknown;

const LIMIT_MS = 100;
const ORIGIN = { Origin: 'https://app.example' };
const BROWSER = { Accept: 'text/html' };
let app: ServedApp;
let goOn = Promise.withResolvers<GoOn>();
const logged: unknown[][] = [];
const log = (...line: unknown[]) => void logged.push(line);

before(async () => {
  const koa = new Koa<RequestState>();
  koa.keys = ['a key'];
  koa.use(requestContext({ clientAddress: createClientAddress([]), now: () => new Date() }));
  const answering: AnswerErrorDeps = {
    logger: { error: log, warn: log, debug: log },
    async renderErrorPage(ctx, { status, message }) {
      await setImmediate();
      ctx.type = 'text/html';
      ctx.set('Content-Security-Policy', "default-src 'none'");
      ctx.body = `${status}: ${message}`;
    },
  };
  koa.use(errorBoundary(answering));
  koa.use(
    answerInTime({
      ...answering,
      deadlineOf: ({ path }) =>
        path === '/elsewhere' ? undefined : { limitMs: LIMIT_MS, ofMachine: path === '/token' },
    }),
  );
  koa.use(async (ctx) => {
    ctx.set('Access-Control-Allow-Origin', 'https://app.example');
    ctx.cookies.set('session', 'prepared');
    ctx.type = 'text/html';
    ctx.set('Content-Security-Policy', "default-src 'self'");
    if (ctx.querystring === 'finish') mustFinish(ctx);
    await (await goOn.promise)(ctx);
  });
  app = await serveApp(koa.callback());
});
after(() => app.close());

const ask = (path: string, headers: Record<string, string> = {}) => {
  goOn = Promise.withResolvers<GoOn>();
  return rawRequest(app.port, { path, headers: { ...ORIGIN, ...headers } });
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
  assert.match(String(headers['access-control-expose-headers']), /Retry-After/);
  assert.equal(JSON.parse(body).error, 'temporarily_unavailable');
  assert.equal(JSON.parse(body).request_id, headers['x-request-id']);
});

it('answers a person with a page, and a program at the same address with JSON', async () => {
  const { status, headers, body } = await ask('/page', BROWSER);
  assert.deepEqual([status, headers['content-type']], [503, 'text/html; charset=utf-8']);
  assert.match(body, /^503: The service is busy/);
  assert.equal(headers['content-security-policy'], "default-src 'none'");
  assert.equal(headers['cache-control'], 'no-store');
  assert.match(String(headers['retry-after']), /^[1-9]\d*$/);
  assert.equal(headers['set-cookie'], undefined);
  assert.equal(headers['access-control-expose-headers'], undefined);
  const other = await ask('/page', { Accept: '*/*' });
  assert.deepEqual([other.status, JSON.parse(other.body).error], [503, 'temporarily_unavailable']);
});

it('answers a machine with JSON, whatever it accepts', async () => {
  const { body } = await ask('/token', BROWSER);
  assert.equal(JSON.parse(body).error, 'temporarily_unavailable');
});

it('has the work use nothing up once it was answered, and drops what it says then', async () => {
  const { status } = await ask('/token');
  const seen = Promise.withResolvers<void>();
  goOn.resolve((ctx) => {
    seen.resolve((async () => mustFinish(ctx))());
    ctx.body = 'tokens';
  });
  await assert.rejects(seen.promise, TooLateError);
  assert.equal(status, 503);
});

it('has the work go on that waits for a body, when its sender has gone', async () => {
  goOn = Promise.withResolvers();
  const headers = { 'content-length': '5' };
  const sender = request({ port: app.port, method: 'POST', path: '/token', headers });
  sender.on('error', () => undefined);
  sender.write('ha');
  const read = Promise.withResolvers<void>();
  goOn.resolve((ctx) => {
    read.resolve(readRawBody(ctx.req, 5).then(() => undefined));
    return read.promise;
  });
  const [answer]: IncomingMessage[] = await once(sender, 'response');
  assert.equal(answer?.statusCode, 503);
  sender.destroy();
  await assert.rejects(read.promise, BodyAbortedError);
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

it('lets those take their time that have no deadline', async () => {
  const { promise: slow, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, 2 * LIMIT_MS);
  const answer = ask('/elsewhere');
  await slow;
  goOn.resolve((ctx) => {
    ctx.body = 'a page';
  });
  assert.equal((await answer).body, 'a page');
});
