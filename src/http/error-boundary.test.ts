import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import Koa from 'koa';
import {
  ConflictError,
  GatehouseError,
  NotFoundError,
  OverloadedError,
  StorageUnavailableError,
} from '../errors.ts';
import { createRecordingLogger } from '../testing/recording-logger.ts';
import { rawRequest, serveApp } from '../testing/serve-app.ts';
import { createClientAddress } from './client-address.ts';
import { errorBoundary, logLateErrors, type RenderErrorPage } from './error-boundary.ts';
import { requestContext } from './request-context.ts';
import type { RequestMiddleware, RequestState } from './request-state.ts';

const ID = 'request-0001';
const JSON_CLIENT = { 'X-Request-Id': ID, Accept: '*/*' };
const BROWSER = { 'X-Request-Id': ID, Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

const renderErrorPage: RenderErrorPage = (ctx, page) => {
  ctx.type = 'html';
  ctx.body = `<h1>${page.status}</h1><p>${page.message}</p><p>${page.requestId}</p>`;
};

/** One request to a handler behind the boundary. */
async function answerOf(
  handler: RequestMiddleware,
  options: {
    headers?: Record<string, string>;
    path?: string;
    method?: string;
    render?: RenderErrorPage;
  } = {},
) {
  const logger = createRecordingLogger();
  const app = new Koa<RequestState>();
  app.on('error', logLateErrors(logger));
  app.use(requestContext({ clientAddress: createClientAddress([]), now: () => new Date() }));
  app.use(errorBoundary({ renderErrorPage: options.render ?? renderErrorPage, logger }));
  app.use(handler);
  const server = await serveApp(app.callback());
  try {
    const answer = await rawRequest(server.port, {
      path: options.path ?? '/',
      method: options.method ?? 'GET',
      headers: options.headers ?? JSON_CLIENT,
    });
    return { ...answer, log: logger.lines(), logText: logger.text() };
  } finally {
    await server.close();
  }
}

const throws =
  (error: unknown): RequestMiddleware =>
  () => {
    throw error;
  };

describe('errorBoundary', () => {
  it('answers our own errors with their status, code and sentence', async () => {
    for (const [error, status, code, sentence] of [
      [new NotFoundError('client notes-web'), 404, 'not_found', 'client notes-web not found'],
      [new ConflictError('the slug is taken'), 409, 'conflict', 'the slug is taken'],
      [
        new GatehouseError('bad_form', 'a "quote" and é', { status: 400 }),
        400,
        'bad_form',
        "a 'quote' and ?",
      ],
    ] as const) {
      const answer = await answerOf(throws(error));
      assert.equal(answer.status, status);
      assert.deepEqual(JSON.parse(answer.body), { error: code, error_description: sentence });
      assert.match(answer.headers['content-type'] ?? '', /^application\/json/);
      assert.equal(answer.headers['cache-control'], 'no-store');
      assert.equal(answer.headers['x-request-id'], ID);
    }
  });

  it('says nothing of an unknown error but a bland sentence and the request id', async () => {
    const secretive = Object.assign(new Error('column "internal_detail" does not exist'), {
      status: 404,
      code: '42703',
    });
    for (const thrown of [secretive, 'internal_detail', undefined, null, { internal_detail: 1 }]) {
      const answer = await answerOf(throws(thrown));
      assert.equal(answer.status, 500);
      assert.deepEqual(JSON.parse(answer.body), {
        error: 'server_error',
        error_description: 'Something went wrong on our side. Please try again.',
        request_id: ID,
      });
    }
    const { log } = await answerOf(throws(secretive));
    assert.partialDeepStrictEqual(log[0], {
      level: 'error',
      message: 'request failed',
      request_id: ID,
      status: 500,
      error: { message: 'column "internal_detail" does not exist', code: '42703' },
    });
  });

  it('answers 503 with Retry-After when a store or a queue cannot take the request', async () => {
    for (const error of [
      new StorageUnavailableError('postgres', new Error('connect ECONNREFUSED 10.0.0.5')),
      new OverloadedError('password hashing', 1.2),
    ]) {
      const answer = await answerOf(throws(error));
      assert.equal(answer.status, 503);
      assert.equal(answer.headers['retry-after'], '2');
      assert.doesNotMatch(answer.body, /postgres|10\.0\.0\.5|hashing|stack/);
      assert.equal(JSON.parse(answer.body).error, 'temporarily_unavailable');
      assert.equal(answer.log[0]?.level, 'warn');
    }
  });

  it('shows browsers a page, and everyone the form that a route asks for', async () => {
    const page = await answerOf(throws(new NotFoundError('page')), { headers: BROWSER });
    assert.equal(page.status, 404);
    assert.match(page.headers['content-type'] ?? '', /^text\/html/);
    assert.equal(page.body, `<h1>404</h1><p>page not found</p><p>${ID}</p>`);
    assert.equal(page.headers['cache-control'], 'no-store');

    const json = await answerOf(
      (ctx) => {
        ctx.state.errorForm = 'json';
        throw new NotFoundError('it');
      },
      { headers: BROWSER },
    );
    assert.match(json.headers['content-type'] ?? '', /^application\/json/);

    const forced = await answerOf((ctx) => {
      ctx.state.errorForm = 'page';
      throw new NotFoundError('it');
    });
    assert.match(forced.headers['content-type'] ?? '', /^text\/html/);
  });

  it('keeps the 4xx of Koa, with its headers, and of malformed percent-encodings', async () => {
    const thrown = await answerOf((ctx) => ctx.throw(403, 'not for you'));
    assert.equal(thrown.status, 403);
    assert.deepEqual(JSON.parse(thrown.body), {
      error: 'access_denied',
      error_description: 'not for you',
    });
    const bare = await answerOf((ctx) => ctx.throw(404));
    assert.equal(JSON.parse(bare.body).error_description, 'There is nothing at this address.');
    const challenge = await answerOf((ctx) =>
      ctx.throw(401, 'sign in', { headers: { 'WWW-Authenticate': 'Bearer', 'X-Inner': 'x' } }),
    );
    assert.equal(challenge.headers['www-authenticate'], 'Bearer');
    assert.equal(challenge.headers['x-inner'], undefined);
    const malformed = await answerOf(
      (ctx) => {
        ctx.body = decodeURIComponent(ctx.path);
      },
      { path: '/%E0%A4%A' },
    );
    assert.equal(malformed.status, 400);
  });

  it('speaks the words of the protocol library', async () => {
    const error = Object.assign(new Error('invalid_request'), {
      error: 'invalid_request',
      error_description: 'interaction session not found',
      error_detail: 'internal_detail',
      status: 400,
      statusCode: 400,
      expose: true,
    });
    const answer = await answerOf(throws(error));
    assert.equal(answer.status, 400);
    assert.deepEqual(JSON.parse(answer.body), {
      error: 'invalid_request',
      error_description: 'interaction session not found',
    });
  });

  it('never sends a stack, in any form', async () => {
    const error = new GatehouseError('odd', 'shown', { status: 418, cause: new Error('inner') });
    for (const headers of [JSON_CLIENT, BROWSER]) {
      for (const thrown of [error, new TypeError('internal_detail')]) {
        const { body } = await answerOf(throws(thrown), { headers });
        assert.doesNotMatch(body, /\bat |\.ts|node:|internal_detail|inner/);
      }
    }
  });

  it('answers what no route answered', async () => {
    const nothing = await answerOf(() => undefined, { path: '/nowhere' });
    assert.equal(nothing.status, 404);
    assert.equal(JSON.parse(nothing.body).error, 'not_found');
    assert.deepEqual(nothing.log, []);

    const method = await answerOf((ctx) => {
      ctx.set('Allow', 'GET, HEAD');
      ctx.status = 405;
    });
    assert.equal(method.status, 405);
    assert.match(method.headers.allow ?? '', /^GET, HEAD$/);
    assert.equal(JSON.parse(method.body).error, 'method_not_allowed');
  });

  it('leaves an answered error alone', async () => {
    const answer = await answerOf((ctx) => {
      ctx.status = 400;
      ctx.body = { error: 'invalid_grant' };
    });
    assert.equal(answer.status, 400);
    assert.equal(answer.body, '{"error":"invalid_grant"}');
  });

  it('drops what the handler had prepared, and keeps what middleware had set', async () => {
    const answer = await answerOf((ctx) => {
      ctx.set({ ETag: '"1"', Location: '/next', 'Cache-Control': 'max-age=60', 'X-Kept': 'yes' });
      ctx.type = 'text/css';
      ctx.status = 302;
      throw new Error('late');
    });
    assert.equal(answer.status, 500);
    assert.equal(answer.headers.etag, undefined);
    assert.equal(answer.headers.location, undefined);
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.equal(answer.headers['x-kept'], 'yes');
  });

  it('falls back to a plain sentence when the page itself fails', async () => {
    const answer = await answerOf(throws(new Error('first')), {
      headers: BROWSER,
      render: () => {
        throw new Error('internal_detail of the template');
      },
    });
    assert.equal(answer.status, 500);
    assert.equal(answer.body, 'Something went wrong on our side. Please try again.\n');
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.equal(answer.log.length, 2);
  });

  it('breaks the connection when half an answer is out', async () => {
    await assert.rejects(
      answerOf((ctx) => {
        ctx.res.writeHead(200, { 'Content-Length': '100' });
        ctx.res.write('half');
        throw new Error('too late');
      }),
      { code: 'ECONNRESET' },
    );
  });
});
