import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { pollUntil } from '../testing/poll.ts';
import { closeServer, createHttpServer, listen, TIME_LIMITS } from './create-http-server.ts';
import { readRawBody } from './read-raw-body.ts';

const SHORT = {
  ...TIME_LIMITS,
  headersTimeout: 200,
  requestTimeout: 400,
  connectionsCheckingInterval: 50,
  timeout: 500,
};
/** More than a connection takes whose other end reads nothing. */
const LARGE = Buffer.alloc(64 * 1024 * 1024);

describe('a server of Node', () => {
  const server = createHttpServer((req, res) => {
    readRawBody(req, 1024).then(
      () => res.end(req.url === '/large' ? LARGE : 'read'),
      () => res.destroy(),
    );
  }, SHORT);
  let port: number;
  before(async () => {
    port = (await listen(server, { what: 'test', host: '127.0.0.1', port: 0 })).port;
  });
  after(() => closeServer(server));

  /** Sends bytes and no more, and returns all that comes until the connection is closed. */
  const send = (bytes: string): Promise<string> => {
    const socket = connect(port, '127.0.0.1');
    socket.write(bytes);
    return text(socket);
  };

  it('waits for no headers that never end', async () => {
    assert.match(await send('GET / HTTP/1.1\r\nHost: a\r\nX-Slow: '), /^HTTP\/1\.1 408 /);
  });

  it('waits for no body that never ends', async () => {
    const answer = await send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nha');
    assert.match(answer, /^HTTP\/1\.1 408 /);
  });

  it('keeps no connection whose answer nobody reads', async () => {
    const accepted = once(server, 'connection');
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.pause();
    socket.write('GET /large HTTP/1.1\r\nHost: a\r\n\r\n');
    const [connection]: Socket[] = await accepted;
    assert.ok(connection);
    await pollUntil(() => connection.destroyed, { deadlineMs: 10_000 });
    socket.destroy();
  });

  it('reads no headers that are larger than anybody needs', async () => {
    const cookie = 'a'.repeat(16 * 1024);
    const answer = await send(`GET / HTTP/1.1\r\nHost: a\r\nCookie: ${cookie}\r\n\r\n`);
    assert.match(answer, /^HTTP\/1\.1 431 /);
  });

  it('takes a request that is neither slow nor large', async () => {
    const answer = await send(
      'POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 5\r\n\r\nwhole',
    );
    assert.match(answer, /^HTTP\/1\.1 200 [\s\S]*read/);
  });
});
