import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import { freePort } from '../free-port.ts';
import { rawRequest, serveApp } from '../serve-app.ts';
import { startNginxProcess } from './nginx-process.ts';
import { plainSite } from './site.ts';

/** What a caller says of itself, and nobody believes. */
export const FORGED_HEADERS = {
  'x-forwarded-for': '192.0.2.66',
  'x-forwarded-proto': 'gopher',
  'x-forwarded-host': 'evil.example',
  'x-forwarded-port': '66',
  'x-real-ip': '192.0.2.66',
  forwarded: 'for=192.0.2.66;host=evil.example',
  'x-request-id': 'a-forged-request-id',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  tracestate: 'evil=1',
};

/**
 * What a replica is told of a caller who says wrong things of itself.
 *
 * @returns what was seen
 */
export async function tryForwarding(): Promise<string> {
  let told: IncomingHttpHeaders = {};
  const app = await serveApp((req, res) => {
    told = req.headers;
    res.end('answered');
  });
  const port = await freePort();
  const nginx = await startNginxProcess({
    listening: [port],
    files: plainSite(port, [`127.0.0.1:${app.port}`]),
  });
  try {
    for (const path of ['/', '/token', '/me', '/jwks']) {
      const headers = { ...FORGED_HEADERS, host: 'login.example:444', cookie: 'a=b' };
      const { status } = await rawRequest(port, { path, headers });
      assert.equal(status, 200);
      const { 'x-request-id': id, ...rest } = told;
      assert.match(String(id), /^[0-9a-f]{32}$/);
      assert.deepEqual(rest, {
        host: 'login.example:444',
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-proto': 'http',
        cookie: 'a=b',
      });
    }
    told = {};
    // By the first nginx would choose the server and its certificates, by the second a replica the tenant.
    const headers = { host: 'other.example' };
    for (const path of ['http://login.example/token', 'http://login.example:444/']) {
      const { status, body } = await rawRequest(port, { path, headers });
      assert.equal(status, 400, path);
      assert.equal(JSON.parse(body).error, 'invalid_request');
    }
    assert.deepEqual(told, {}, 'a replica was told of one host where nginx went by another');
    const same = { path: 'http://LOGIN.example:444/token', headers: { host: 'login.example:444' } };
    assert.equal((await rawRequest(port, same)).status, 200);
    const forged = Object.keys(FORGED_HEADERS).length;
    return `of ${forged} headers that callers made up none arrives; host and cookies do, one host alone`;
  } finally {
    await nginx.stop();
    await app.close();
  }
}
