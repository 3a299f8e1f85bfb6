import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { afterEach, describe, it } from 'node:test';
import { freePort } from '../testing/free-port.ts';
import { askLiveness } from './ask-liveness.ts';
import { closeServer, createHttpServer, listen } from './create-http-server.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function serve(host: string, listener: RequestListener): Promise<number> {
  const server = createHttpServer(listener);
  stops.push(() => closeServer(server));
  return (await listen(server, { what: 'test', host, port: 0 })).port;
}

const asked = (host: string, port: number, timeoutMs = 5000) =>
  askLiveness({ host, port, timeoutMs });

describe('whether a server lives', () => {
  it('is asked at /health/live, of one that listens everywhere too', async () => {
    for (const host of ['127.0.0.1', '0.0.0.0', 'localhost', '::1', '::']) {
      const port = await serve(host, (req, res) => {
        res.writeHead(req.url === '/health/live' ? 200 : 404).end();
      });
      assert.equal(await asked(host, port), true, host);
    }
  });

  it('is denied when nobody listens', async () => {
    assert.equal(await asked('0.0.0.0', await freePort()), false);
  });

  it('is denied for another answer, and for none in time', async () => {
    const bad = await serve('127.0.0.1', (_req, res) => res.writeHead(503).end());
    const silent = await serve('127.0.0.1', () => undefined);
    assert.equal(await asked('127.0.0.1', bad), false);
    assert.equal(await asked('127.0.0.1', silent, 100), false);
  });
});
