import assert from 'node:assert/strict';
import { createHook } from 'node:async_hooks';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import Koa from 'koa';
import { VIEWS } from '../testing/page-server.ts';
import { rawRequest } from '../testing/serve-app.ts';
import { createPageAssets, type PageAssets } from './page-assets.ts';

let assets: PageAssets;
let origin: string;
let port: number;
let close: () => void;

before(async () => {
  assets = await createPageAssets(`${VIEWS}assets`, '/login');
  const app = new Koa();
  app.use(assets.middleware);
  const server = createServer(app.callback());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
  origin = `http://127.0.0.1:${port}`;
  close = () => {
    server.close();
    server.closeAllConnections();
  };
});

after(() => close());

/** A body as it is sent. */
async function bytesOf(path: string, encoding: 'br' | 'gzip'): Promise<Buffer> {
  const headers = { 'accept-encoding': encoding };
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    get(origin + path, { headers, agent: false }, resolve).once('error', reject);
  });
  assert.equal(answer.headers['content-encoding'], encoding);
  return buffer(answer);
}

const plain = { accentColor: undefined, ownHost: false };

describe('page assets', () => {
  it('live under the path of PUBLIC_URL, and at the root of a host of its own', () => {
    assert.match(assets.stylesheets(plain)[0] ?? '', /^\/login\/assets\/[\w-]{8}-pages\.css$/);
    assert.match(assets.stylesheets({ ...plain, ownHost: true })[0] ?? '', /^\/assets\//);
  });

  it('are compressed as the browser asks, and kept for ever', async () => {
    for (const [accepted, encoding] of [
      ['gzip, br', 'br'],
      ['gzip', 'gzip'],
      ['identity', null],
    ] as const) {
      for (const ownHost of [true, false]) {
        const [path = ''] = assets.stylesheets({ ...plain, ownHost });
        const response = await fetch(origin + path, { headers: { 'accept-encoding': accepted } });
        assert.equal(response.status, 200);
        assert.equal(response.headers.get('content-encoding'), encoding);
        assert.equal(response.headers.get('vary'), 'Accept-Encoding');
        assert.equal(response.headers.get('content-type'), 'text/css; charset=utf-8');
        assert.equal(response.headers.get('cache-control'), 'public, max-age=31536000, immutable');
        assert.match(await response.text(), /--accent/);
      }
    }
  });

  it('serve this release’s style to a page of another release, briefly', async () => {
    const [path = ''] = assets.stylesheets(plain);
    const other = path.replace(/assets\/.{8}/, 'assets/AAAAAAAA');
    const response = await fetch(origin + other);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('cache-control'), 'public, max-age=30');
  });

  it('are one stylesheet for a page of any accent colour, and the standard one for no colour', async () => {
    const sheets = assets.stylesheets({ accentColor: '#FFD400', ownHost: false });
    assert.equal(sheets.length, 1);
    const [path = ''] = sheets;
    assert.match(path, /^\/login\/assets\/[\w-]{8}-pages-ffd400\.css$/);
    const response = await fetch(origin + path, { headers: { 'accept-encoding': 'br' } });
    assert.equal(response.headers.get('cache-control'), 'public, max-age=31536000, immutable');
    assert.equal(response.headers.get('content-encoding'), 'br');
    const sheet = await response.text();
    const standard = await (await fetch(origin + assets.stylesheets(plain)[0])).text();
    assert.ok(sheet.startsWith(standard));
    assert.match(sheet.slice(standard.length), /^:root\{--accent:#ffd400/);

    const none = assets.stylesheets({ accentColor: 'red;}', ownHost: false });
    assert.deepEqual(none, assets.stylesheets(plain));
  });

  it('are of any colour, each as decoders read it, and little longer than the standard one', async () => {
    const [standard = ''] = assets.stylesheets(plain);
    for (const accentColor of ['#000000', '#FFFFFF', '#ffd400', '#1a5fb4', '#7f7f7f']) {
      const [path = ''] = assets.stylesheets({ accentColor, ownHost: false });
      const sheet = await (
        await fetch(origin + path, { headers: { 'accept-encoding': 'identity' } })
      ).text();
      assert.match(sheet, new RegExp(`--accent:${accentColor}`, 'i'));
      for (const [encoding, decode] of [
        ['br', brotliDecompressSync],
        ['gzip', gunzipSync],
      ] as const) {
        const sent = await bytesOf(path, encoding);
        assert.equal(decode(sent).toString(), sheet, encoding);
        assert.ok(sent.length < (await bytesOf(standard, encoding)).length + 500, encoding);
      }
    }
  });

  it('compress nothing for colours, however many somebody asks for', async () => {
    let compressions = 0;
    const hook = createHook({
      init: (_id, type) => {
        if (type === 'ZLIB') compressions += 1;
      },
    }).enable();
    try {
      for (let colour = 0; colour < 20; colour += 1) {
        const path = `/assets/AAAAAAAA-pages-${colour.toString(16).padStart(6, '0')}.css`;
        const headers = { 'accept-encoding': 'br' };
        assert.equal((await rawRequest(port, { method: 'HEAD', path, headers })).status, 200);
      }
    } finally {
      hook.disable();
    }
    assert.equal(compressions, 0);
  });

  it('hold scripts, by their own type, and no script that is not there', async () => {
    const path = assets.script('passkeys', { ownHost: false });
    assert.match(path, /^\/login\/assets\/[\w-]{8}-passkeys\.js$/);
    const response = await fetch(origin + path, { headers: { 'accept-encoding': 'br' } });
    assert.equal(response.headers.get('content-type'), 'text/javascript; charset=utf-8');
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
    assert.equal(response.headers.get('content-encoding'), 'br');
    assert.equal(response.headers.get('cache-control'), 'public, max-age=31536000, immutable');
    assert.match(assets.script('passkeys', { ownHost: true }), /^\/assets\//);
    assert.throws(() => assets.script('pages', { ownHost: false }), /has no pages\.js/);
  });

  it('may have a standard stylesheet of another name', async () => {
    const other = await createPageAssets(`${VIEWS}playground`, '', 'playground.css');
    assert.match(other.stylesheets(plain)[0] ?? '', /^\/assets\/[\w-]{8}-playground\.css$/);
    await assert.rejects(createPageAssets(`${VIEWS}assets`, '', 'none.css'), /has no none\.css/);
  });

  it('leave everything else alone', async () => {
    for (const path of [
      '/assets/AAAAAAAA-other.css',
      '/assets/pages.css',
      '/assets/AAAAAAAA-accent-ffd400.css',
      '/assets/AAAAAAAA-pages-xyzxyz.css',
      '/assets/AAAAAAAA-pages-FFD400.css',
      '/assets/AAAAAAAA-passkeys-ffd400.js',
      '/assets/AAAAAAAA-..%2flayout.eta',
      '/elsewhere/assets/AAAAAAAA-pages.css',
    ]) {
      assert.equal((await fetch(origin + path)).status, 404, path);
    }
    const [path = ''] = assets.stylesheets(plain);
    assert.equal((await fetch(origin + path, { method: 'POST' })).status, 404);
    assert.equal((await fetch(origin + path, { method: 'HEAD' })).status, 200);
  });
});
