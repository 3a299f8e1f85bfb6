import assert from 'node:assert/strict';
import { type ClientRequest, request } from 'node:http';
import { connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import Koa from 'koa';
import { pollUntil } from '../testing/poll.ts';
import { rawRequest, type ServedApp, serveApp } from '../testing/serve-app.ts';
import { silentLogger } from '../testing/silent-logger.ts';
import { answerInTime } from './answer-in-time.ts';
import { createClientAddress } from './client-address.ts';
import { errorBoundary } from './error-boundary.ts';
import { limitInFlight } from './limit-in-flight.ts';
import { readRawBody } from './read-raw-body.ts';
import { requestContext } from './request-context.ts';
import type { RequestState } from './request-state.ts';

const LIMIT = 3;
const DEADLINE = { deadlineMs: 10_000 };
const ANSWER_IN_MS = 100;
/** More than a connection takes whose other end reads nothing. */
const LARGE = Buffer.alloc(64 * 1024 * 1024);

describe('the limit of requests in flight', () => {
  let app: ServedApp;
  let working = 0;
  let served = 0;
  let count = () => 0;
  let finish = Promise.withResolvers<void>();
  const pages: PassThrough[] = [];
  before(async () => {
    const answering = { logger: silentLogger, renderErrorPage: () => assert.fail('no page') };
    const koa = new Koa<RequestState>();
    koa.silent = true;
    koa.use(requestContext({ clientAddress: createClientAddress([]), now: () => new Date() }));
    koa.use(errorBoundary(answering));
    koa.use(limitInFlight({ limit: LIMIT, watch: (asked) => (count = asked) }));
    const deadline = { limitMs: ANSWER_IN_MS, ofMachine: true };
    koa.use(
      answerInTime({
        ...answering,
        deadlineOf: ({ path }) => (path === '/in-time' ? deadline : undefined),
      }),
    );
    koa.use(async (ctx) => {
      if (ctx.method === 'POST' && ctx.path !== '/unread') await readRawBody(ctx.req, 1024);
      working += 1;
      served += 1;
      if (!['/', '/page', '/large'].includes(ctx.path)) await finish.promise;
      working -= 1;
      const page = new PassThrough();
      if (ctx.path === '/page') pages.push(page);
      ctx.body = ctx.path === '/page' ? page : ctx.path === '/large' ? LARGE : 'done';
    });
    app = await serveApp(koa.callback());
  });
  after(() => app.close());

  const long = () => rawRequest(app.port, { path: '/long', method: 'POST', body: 'whole' });
  const finishAll = async () => {
    finish.resolve();
    finish = Promise.withResolvers();
    await pollUntil(() => count() === 0, DEADLINE);
  };
  /** Somebody who may hang up: with a GET, or in the middle of a body. */
  const caller = (path: string, body?: string): ClientRequest => {
    const options = { host: '127.0.0.1', port: app.port, path };
    const sent =
      body === undefined
        ? request(options)
        : request({ ...options, method: 'POST', headers: { 'content-length': '5' } });
    sent.on('error', () => undefined);
    if (body === undefined) sent.end();
    else sent.write(body);
    return sent;
  };

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

  it('keeps the place of whoever was answered in time, until the work behind the answer is done', async () => {
    const late = Array.from({ length: LIMIT }, () => rawRequest(app.port, { path: '/in-time' }));
    for (const answer of await Promise.all(late)) assert.equal(answer.status, 503);
    assert.deepEqual([working, count()], [LIMIT, LIMIT]);
    assert.equal((await rawRequest(app.port)).status, 503);
    await finishAll();
    assert.equal((await rawRequest(app.port)).status, 200);
  });

  it('keeps the place of a caller who has gone, until the work is done', async () => {
    const gone = [caller('/long'), caller('/long'), caller('/unread', 'ha')];
    await pollUntil(() => working === LIMIT, DEADLINE);
    assert.equal(count(), LIMIT - 1, 'who is still sending does not count');
    for (const one of gone) one.destroy();
    await pollUntil(() => count() === LIMIT, DEADLINE);
    assert.equal((await rawRequest(app.port)).status, 503);
    await finishAll();
    assert.deepEqual([working, (await rawRequest(app.port)).status], [0, 200]);
  });

  it('keeps the place of an answer that is still on its way out', async () => {
    const answers = Array.from({ length: LIMIT }, () => rawRequest(app.port, { path: '/page' }));
    await pollUntil(() => count() === LIMIT && working === 0, DEADLINE);
    assert.equal((await rawRequest(app.port)).status, 503);
    for (const page of pages) page.end('a page');
    await Promise.all(answers);
    await pollUntil(() => count() === 0, DEADLINE);
    assert.equal((await rawRequest(app.port)).status, 200);
  });

  /** Requests that are sent at once on one connection, by somebody who reads no answer. */
  const unread = (path: string, times: number) => {
    const socket = connect(app.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.pause();
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(times));
    return socket;
  };

  it('is not used up by whoever reads slowly', async () => {
    served = 0;
    const slow = Array.from({ length: LIMIT }, () => unread('/large', 2));
    await pollUntil(() => served === LIMIT, DEADLINE);
    await pollUntil(() => count() === 0, DEADLINE);
    assert.equal((await rawRequest(app.port)).status, 200);
    for (const one of slow) one.destroy();
    await pollUntil(() => slow.every(({ closed }) => closed), DEADLINE);
    assert.equal((await rawRequest(app.port)).status, 200);
    assert.equal(served, LIMIT + 2, 'nobody works for who has gone');
  });

  it('is not used up by one connection, whose requests are worked on one by one', async () => {
    const many = unread('/long', 2 * LIMIT);
    await pollUntil(() => working === 1, DEADLINE);
    served = 1;
    assert.equal((await rawRequest(app.port)).status, 200);
    for (let nth = 2; nth <= 2 * LIMIT; nth += 1) {
      assert.deepEqual([working, count()], [1, 1]);
      finish.resolve();
      finish = Promise.withResolvers();
      await pollUntil(() => served === nth + 1, DEADLINE);
    }
    await finishAll();
    many.destroy();
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
