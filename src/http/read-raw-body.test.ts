import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { GatehouseError } from '../errors.ts';
import { rawRequest, serveApp } from '../testing/serve-app.ts';
import { readRawBody } from './read-raw-body.ts';

/** What a handler's work on one request came to, as JSON. */
async function served(
  work: (req: IncomingMessage) => Promise<unknown>,
  send: (port: number) => Promise<{ status: number; body: string }>,
) {
  const server = await serveApp((req, res) => {
    work(req).then(
      (result) => res.end(JSON.stringify(result)),
      (error: unknown) => {
        res.statusCode = error instanceof GatehouseError ? error.status : 500;
        res.end(
          JSON.stringify({ code: error instanceof GatehouseError ? error.code : `${error}` }),
        );
      },
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

describe('readRawBody', () => {
  it('reads bytes as they are, with a length or in chunks, or none', async () => {
    const read = async (req: IncomingMessage) => (await readRawBody(req, 1024)).toString('hex');
    const bytes = Buffer.from([0, 255, 13, 10, 0]);
    assert.equal((await served(read, post(bytes))).body, '"00ff0d0a00"');
    const chunked = { 'Transfer-Encoding': 'chunked' };
    assert.equal((await served(read, post(bytes, chunked))).body, '"00ff0d0a00"');
    assert.equal((await served(read, post(''))).body, '""');
  });

  it('refuses a body beyond the limit with an answer, announced or not', async () => {
    const read = (req: IncomingMessage) => readRawBody(req, 10);
    assert.equal((await served(read, post('x'.repeat(10)))).status, 200);
    for (const headers of [{}, { 'Transfer-Encoding': 'chunked' }]) {
      const answer = await served(read, post('x'.repeat(500_000), headers));
      assert.equal(answer.status, 413);
      assert.deepEqual(JSON.parse(answer.body), { code: 'payload_too_large' });
    }
  });

  it('rejects when the caller goes away in the middle', async () => {
    const outcome = Promise.withResolvers<unknown>();
    const server = await serveApp((req) => {
      readRawBody(req, 1024).then(outcome.resolve, outcome.resolve);
    });
    const socket = connect(server.port, '127.0.0.1');
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf', () =>
      socket.destroy(),
    );
    const error = await outcome.promise;
    assert.ok(error instanceof GatehouseError);
    assert.equal(error.status, 400);
    await server.close();
  });
});
