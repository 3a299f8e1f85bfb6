/** What the balancer promises of single answers, asked of a whole deployment. */
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { request as plainRequest } from 'node:http';
import { connect, type SecureVersion } from 'node:tls';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { createPlainBrowser } from '../plain-browser.ts';
import { authorizationUrl } from '../plain-client.ts';
import { type BalancedDeployment, CALLBACK } from './balanced-deployment.ts';
import { askPlainly, type PlainAnswer, requireHeadersOnce } from './header-census.ts';
import { connectHttp2 } from './http2-client.ts';
import type { NginxProcess } from './nginx-process.ts';

const SHOP = { redirect_uri: CALLBACK };
const DECODERS = { br: brotliDecompressSync, gzip: gunzipSync };

export async function refuseOldTls({ ports, authority }: BalancedDeployment): Promise<void> {
  const shake = async (version: SecureVersion, ciphers: string) => {
    const { promise, resolve, reject } = Promise.withResolvers<string | null>();
    const socket = connect(
      {
        host: '127.0.0.1',
        port: ports.tls,
        servername: 'localhost',
        ca: authority.certificate,
        minVersion: version,
        maxVersion: version,
        // Or this side would refuse by itself.
        ciphers: `${ciphers}@SECLEVEL=0`,
      },
      () => resolve(socket.getProtocol()),
    );
    socket.once('error', reject);
    try {
      return await promise;
    } finally {
      socket.destroy();
    }
  };
  await assert.rejects(shake('TLSv1.1', 'ALL'), /protocol version/i);
  await assert.rejects(shake('TLSv1.2', 'ECDHE-ECDSA-AES128-SHA'), /handshake failure/i);
  assert.equal(await shake('TLSv1.2', 'ECDHE-ECDSA-AES128-GCM-SHA256'), 'TLSv1.2');
  assert.equal(await shake('TLSv1.3', 'ALL'), 'TLSv1.3');
}

/** A client that keeps connections is told when to give one up, before it is taken away. */
export async function tellIdleTime({ publicUrl, authority }: BalancedDeployment): Promise<void> {
  const options = { authority: authority.certificate, headers: { connection: 'keep-alive' } };
  const { lines } = await askPlainly(`${publicUrl}/jwks`, options);
  assert.deepEqual(lines.get('keep-alive'), ['timeout=60']);
}

export async function leadToHttps({ ports, authority }: BalancedDeployment): Promise<void> {
  const ask = (host: string) => {
    const { promise, resolve, reject } = Promise.withResolvers<[number, string | undefined]>();
    const options = { host: '127.0.0.1', port: ports.plain, path: '/auth?a=b', headers: { host } };
    plainRequest(options, (answer) => {
      answer.resume();
      resolve([answer.statusCode ?? 0, answer.headers.location]);
    })
      .once('error', reject)
      .end();
    return promise;
  };
  assert.deepEqual(await ask('localhost'), [301, 'https://localhost/auth?a=b']);
  await assert.rejects(ask('elsewhere.example'), /hang up/);
  const stranger = connect({
    host: '127.0.0.1',
    port: ports.tls,
    servername: 'elsewhere.example',
    ca: authority.certificate,
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  stranger.once('secureConnect', resolve).once('error', reject);
  await assert.rejects(promise, /unrecognized name/i);
}

/** What everybody may read arrives compressed, as the server did it; a page does not, whoever asks. */
export async function passCompressedOn(deployment: BalancedDeployment): Promise<void> {
  const { publicUrl, authority } = deployment;
  const { fetch, close } = await connectHttp2({
    origin: publicUrl,
    authority: authority.certificate,
  });
  try {
    const browser = createPlainBrowser({ fetch });
    const page = await browser.open(authorizationUrl(publicUrl, 'shop', SHOP));
    const [, style = ''] = /href="([^"]+\.css)"/.exec(page.text) ?? [];
    for (const path of ['/.well-known/openid-configuration', '/openapi.json', style]) {
      for (const [encoding, read] of Object.entries(DECODERS)) {
        const answer = await fetch(`${publicUrl}${path}`, {
          headers: { 'accept-encoding': encoding },
        });
        assert.equal(answer.headers.get('content-encoding'), encoding, path);
        assert.match(answer.headers.get('vary') ?? '', /accept-encoding/i);
        assert.ok(read(Buffer.from(await answer.arrayBuffer())).length > 0);
      }
    }
    assert.equal(page.status, 200);
    const cookie = await browser.jar.getCookieString(page.url);
    const headers = { cookie, accept: 'text/html', 'accept-encoding': 'br, gzip' };
    const again = await fetch(page.url, { headers });
    assert.equal(again.status, 200);
    assert.equal(again.headers.get('content-encoding'), null);
  } finally {
    await close();
  }
}

/** Nor would anything come of it if a replica answered: it is not asked. */
export async function keepMetricsIn(
  { publicUrl, authority, replicas }: BalancedDeployment,
  nginx: Pick<NginxProcess, 'accessLog'>,
): Promise<void> {
  const [replica] = replicas;
  const inside = await (await fetch(`${replica?.adminUrl}/metrics`)).text();
  assert.match(inside, /http_requests_total/);
  const before = (await nginx.accessLog()).length;
  const ways = ['/metrics', '/metrics/', '//metrics', '/%6detrics', '/METRICS', '/x/../metrics'];
  for (const path of ways) {
    const answer = await askPlainly(`${publicUrl}${path}`, { authority: authority.certificate });
    assert.equal(answer.status, 404, path);
  }
  const lines = (await nginx.accessLog()).slice(before).map((line) => JSON.parse(line));
  assert.deepEqual([...new Set(lines.map(({ upstream }) => upstream))], ['']);
}

/** Answers of replicas and of nginx, good ones and refusals. */
export async function countHeaders({ publicUrl, authority }: BalancedDeployment): Promise<void> {
  const { certificate } = authority;
  const page = { accept: 'text/html' };
  const large = { method: 'POST', body: 'a'.repeat(200_000) };
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const asked = [
    { path: '/.well-known/openid-configuration', status: 200 },
    { path: '/nothing-here', status: 404, headers: page },
    { path: '/nothing-here', status: 404 },
    { path: '/token', status: 400, method: 'POST', headers: form, body: 'grant_type=nonsense' },
    { path: '/metrics', status: 404, headers: page },
    { path: '/metrics', status: 404 },
    { path: '/interaction/none/sign-in', status: 413, headers: page, ...large },
    { path: '/token', status: 413, headers: page, ...large },
  ];
  for (const { path, status, ...options } of asked) {
    const answer = await askPlainly(`${publicUrl}${path}`, { authority: certificate, ...options });
    const what = `${status} ${path}`;
    assert.equal(answer.status, status, `${what}: ${answer.body}`);
    requireHeadersOnce(what, answer);
    const isPage = options.headers === page && path !== '/token';
    if (isPage && path !== '/nothing-here') requireStyleAllowed(answer);
    const [type = ''] = answer.lines.get('content-type') ?? [];
    assert.equal(
      type,
      isPage ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8',
      what,
    );
  }
}

/** A page of nginx's own has its style inside, which its policy names by digest. */
function requireStyleAllowed({ body, lines }: PlainAnswer): void {
  const [, style = ''] = /<style>(.*?)<\/style>/s.exec(body) ?? [];
  const digest = hash('sha256', style, 'base64');
  const [policy = ''] = lines.get('content-security-policy') ?? [];
  assert.ok(policy.includes(`style-src 'sha256-${digest}'`), `the style's digest is ${digest}`);
}
