import assert from 'node:assert/strict';
import { Agent, type IncomingMessage } from 'node:http';
import { after, before, describe, it } from 'node:test';
import Koa from 'koa';
import Provider from 'oidc-provider';
import { readRawBody } from '../http/read-raw-body.ts';
import { rawRequest, type ServedApp, serveApp } from '../testing/serve-app.ts';
import { replayBody } from './replay-body.ts';

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };

/** What a handler's work on one request came to, as JSON. */
async function served(
  work: (req: IncomingMessage) => Promise<unknown>,
  send: (port: number) => Promise<{ status: number; body: string }>,
) {
  const server = await serveApp((req, res) => {
    work(req).then(
      (result) => res.end(JSON.stringify(result)),
      (error: unknown) => res.destroy(error instanceof Error ? error : undefined),
    );
  });
  try {
    return await send(server.port);
  } finally {
    await server.close();
  }
}

const post =
  (body: string | Buffer, headers: Record<string, string> = {}) =>
  (port: number) =>
    rawRequest(port, { method: 'POST', body, headers });

describe('replayBody', () => {
  it('answers for the body once, by iterator and by for await', async () => {
    for (const read of [
      (req: IncomingMessage) => req.iterator({ destroyOnReturn: false }),
      (req: IncomingMessage) => req,
    ]) {
      const result = await served(async (req) => {
        const body = await readRawBody(req, 1024);
        replayBody(req, Buffer.concat([body, Buffer.from('&b=2')]));
        const seen: string[] = [String(req.readable), String(req.readableEncoding)];
        for await (const chunk of read(req)) seen.push(String(chunk));
        seen.push(String(req.readable), String(req.headers['content-length']));
        for await (const chunk of read(req)) seen.push(`again ${chunk}`);
        return seen;
      }, post('a=1'));
      assert.deepEqual(JSON.parse(result.body), ['true', 'null', 'a=1&b=2', 'false', '7']);
    }
  });

  it('may be called again with another body, or an empty one', async () => {
    const result = await served(
      async (req) => {
        await readRawBody(req, 1024);
        replayBody(req, Buffer.from('first'));
        replayBody(req, Buffer.from('second'));
        const second = (await readRawBody(req, 1024)).toString();
        replayBody(req, Buffer.alloc(0));
        const empty = (await readRawBody(req, 1024)).toString();
        return [second, empty, req.headers['transfer-encoding'] ?? 'none'];
      },
      post('x', { 'Transfer-Encoding': 'chunked' }),
    );
    assert.deepEqual(JSON.parse(result.body), ['second', '', 'none']);
  });

  it('leaves the connection good for the next request', async () => {
    const server = await serveApp((req, res) => {
      void readRawBody(req, 1024).then((body) => {
        replayBody(req, Buffer.from('nobody reads this'));
        res.end(body);
      });
    });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (const body of ['one', 'two', 'three']) {
      const answer = await rawRequest(server.port, { method: 'POST', body, agent });
      assert.equal(answer.body, body);
    }
    agent.destroy();
    await server.close();
  });
});

describe('replayBody before oidc-provider', () => {
  let server: ServedApp;
  let edit: (form: URLSearchParams) => void = () => undefined;
  const printed: unknown[] = [];
  const { warn } = console;

  before(async () => {
    console.warn = (...words: unknown[]) => printed.push(...words);
    const provider = new Provider('http://localhost', {
      clients: [
        {
          client_id: 'job',
          client_secret: 'job-secret',
          grant_types: ['client_credentials'],
          redirect_uris: [],
          response_types: [],
          token_endpoint_auth_method: 'client_secret_post',
        },
      ],
      features: { clientCredentials: { enabled: true } },
    });
    printed.length = 0;
    const app = new Koa();
    app.use(async (ctx, next) => {
      if (ctx.method === 'POST') {
        const form = new URLSearchParams((await readRawBody(ctx.req, 64_000)).toString());
        edit(form);
        replayBody(ctx.req, Buffer.from(form.toString()));
      }
      await next();
    });
    const handle = provider.callback();
    app.use(async (ctx) => {
      ctx.respond = false;
      await handle(ctx.req, ctx.res);
    });
    server = await serveApp(app.callback());
  });
  after(async () => {
    console.warn = warn;
    await server.close();
  });

  const request = 'grant_type=client_credentials&client_id=job&client_secret=';

  it('lets the library parse what the caller sent, without a warning', async () => {
    const answer = await rawRequest(server.port, {
      method: 'POST',
      path: '/token',
      headers: FORM,
      body: `${request}job-secret`,
    });
    assert.equal(answer.status, 200, answer.body);
    assert.equal(typeof JSON.parse(answer.body).access_token, 'string');
    assert.deepEqual(printed, []);
  });

  it('lets the library parse what we made of it, longer or shorter, chunked or not', async () => {
    for (const headers of [FORM, { ...FORM, 'Transfer-Encoding': 'chunked' }]) {
      for (const sent of ['short', 'x'.repeat(2000)]) {
        edit = (form) => form.set('client_secret', 'job-secret');
        const answer = await rawRequest(server.port, {
          method: 'POST',
          path: '/token',
          headers,
          body: request + sent,
        });
        assert.equal(answer.status, 200, answer.body);
      }
    }
    edit = (form) => form.set('client_secret', 'wrong');
    const refused = await rawRequest(server.port, {
      method: 'POST',
      path: '/token',
      headers: FORM,
      body: `${request}job-secret`,
    });
    assert.equal(refused.status, 401, refused.body);
    assert.deepEqual(printed, []);
  });
});
