import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { freePort } from '../free-port.ts';
import { rawRequest, serveApp } from '../serve-app.ts';
import { NGINX_FILES, type NginxProcess, startNginxProcess } from './nginx-process.ts';
import { fillIn, plainSite } from './site.ts';

const AT_ONCE = 64;
/** What one caller may ask for at once, in `deploy/nginx/gatehouse/server.conf`. */
const PAGES = 2400;
const FORMS = 600;
const UNDER_WAY = 512;

/** Callers whose address another proxy names. */
interface Caller {
  ask(options: { path: string; method?: string; from: string }): Promise<{
    status: number;
    body: string;
  }>;
}

/**
 * What is counted together, in front of something that answers at once: callers of one network,
 * addresses that another proxy names, forms, requests under way, every way to write an endpoint.
 *
 * @returns what was seen
 */
export async function tryZones(): Promise<string> {
  let hold = false;
  const held: (() => void)[] = [];
  const app = await serveApp((req, res) => {
    const answer = () => res.end('answered');
    req.resume();
    if (hold) held.push(answer);
    else answer();
  });
  const port = await freePort();
  const nginx = await startNginxProcess({
    listening: [port],
    files: {
      ...plainSite(port, [`127.0.0.1:${app.port}`]),
      'site/real-ip.conf': await fillIn('real-ip.conf', { FRONT_PROXY: '127.0.0.1/32' }),
    },
  });
  try {
    const caller = callerThrough(port);
    await countByNetwork(caller, nginx);
    await countForms(caller);
    hold = true;
    const refused = await countUnderWay(caller, held);
    return `an IPv6 network is one caller, by the address that a listed proxy names; ${FORMS} forms at once; ${UNDER_WAY} requests under way, ${refused} refused`;
  } finally {
    for (const answer of held) answer();
    await nginx.stop();
    await app.close();
  }
}

function callerThrough(port: number): Caller {
  const agent = new Agent({ keepAlive: true, maxSockets: UNDER_WAY + AT_ONCE });
  return {
    async ask({ path, method = 'GET', from }) {
      const { promise, resolve, reject } = Promise.withResolvers<{
        status: number;
        body: string;
      }>();
      const headers = { 'x-forwarded-for': `192.0.2.66, ${from}`, accept: 'text/html' };
      const options = { host: '127.0.0.1', port, path, method, headers, agent };
      request(options, (answer) => {
        const { statusCode: status = 0 } = answer;
        text(answer).then((body) => resolve({ status, body }), reject);
      })
        .once('error', reject)
        .end();
      return promise;
    },
  };
}

/** Asks so often that a caller has used up what it may, and says how often it was refused. */
async function exhaust(
  caller: Caller,
  limit: number,
  ask: (index: number) => Parameters<Caller['ask']>[0],
): Promise<number> {
  let refused = 0;
  for (let sent = 0; sent < limit; sent += AT_ONCE) {
    const answers = Array.from({ length: AT_ONCE }, (_, index) => caller.ask(ask(sent + index)));
    for (const { status } of await Promise.all(answers)) if (status === 429) refused += 1;
  }
  return refused;
}

async function countByNetwork(caller: Caller, nginx: NginxProcess): Promise<void> {
  // One of the bytes is a line feed.
  const network = '2001:db8:a0a:1';
  const more = 40 * 60;
  const refused = await exhaust(caller, PAGES + more, (index) => ({
    path: '/',
    from: `${network}:${index % 2 === 0 ? 'a' : 'b'}::1`,
  }));
  assert.ok(refused > 0, 'two addresses of one network are two callers');
  const ask = async (from: string) => (await caller.ask({ path: '/', from })).status;
  assert.equal(await ask('2001:db8:a0a:2::1'), 200);
  assert.equal(await ask('198.51.100.7'), 200);
  const addresses = (await nginx.accessLog()).map((line) => JSON.parse(line).address);
  assert.ok(!addresses.includes('192.0.2.66'), 'what a caller said of itself was believed');
  assert.ok(addresses.includes('198.51.100.7'));
}

async function countForms(caller: Caller): Promise<void> {
  const from = '198.51.100.8';
  const refused = await exhaust(caller, 2 * FORMS, () => ({
    path: '/interaction/x/sign-in',
    method: 'POST',
    from,
  }));
  assert.ok(refused > 0, 'forms have no limit of their own');
  assert.equal((await caller.ask({ path: '/interaction/x', from })).status, 200);
}

/** @returns how many were refused of those that came when it was full */
async function countUnderWay(caller: Caller, held: (() => void)[]): Promise<number> {
  const from = '198.51.100.9';
  const answers = Array.from({ length: UNDER_WAY + 20 }, () => caller.ask({ path: '/me', from }));
  let refused = 0;
  for (const answer of answers) {
    void answer.then(({ status, body }) => {
      if (status !== 429) return;
      refused += 1;
      // A machine endpoint, whatever it accepts.
      assert.equal(JSON.parse(body).error, 'temporarily_unavailable');
    });
  }
  const { promise: full, resolve } = Promise.withResolvers<void>();
  const look = setInterval(() => {
    if (held.length + refused >= answers.length) resolve();
  }, 20);
  await full;
  clearInterval(look);
  assert.equal(held.length, UNDER_WAY);
  for (const answer of held.splice(0)) answer();
  await Promise.all(answers);
  return refused;
}

/** Every way in which the server's routers read an endpoint of machines. */
const MACHINE_PATHS = [
  '/token',
  '/TOKEN/',
  '//token',
  '/t/acme/token?a=b',
  '/%74oken',
  '/token/introspection',
  '/token/revocation/',
  '/request',
  '/me',
  '/t/acme/ME',
];

/** Every origin may read nginx's own refusals, where pages of other origins ask, and only they; never with cookies. */
async function readElsewhere(port: number): Promise<void> {
  const origin = 'https://app.example';
  const ask = async (path: string, headers: Readonly<Record<string, string>>) => {
    const answer = await rawRequest(port, { path, method: 'POST', headers });
    const { 'access-control-allow-origin': readers, 'access-control-expose-headers': exposed } =
      answer.headers;
    assert.equal(answer.headers['access-control-allow-credentials'], undefined);
    return [answer.status, readers, exposed];
  };
  for (const path of MACHINE_PATHS) {
    assert.deepEqual(await ask(path, { origin }), [429, '*', 'Retry-After, X-Request-Id'], path);
    assert.deepEqual(await ask(path, {}), [429, undefined, undefined], path);
  }
  // The whole address in the request line is of another host than the header.
  const astray = (path: string) => ask(`http://elsewhere.example${path}`, { origin });
  for (const path of ['/jwks', '/t/acme/.well-known/openid-configuration']) {
    assert.deepEqual(await astray(path), [400, '*', 'X-Request-Id'], path);
  }
  assert.deepEqual(await astray('/auth'), [400, undefined, undefined]);
}

/**
 * The zone of machines with numbers that can be used up: 1 a minute, and 5 at once.
 *
 * @returns what was seen
 */
export async function tryMachines(): Promise<string> {
  const app = await serveApp((_req, res) => res.end('answered'));
  const port = await freePort();
  const shrunk = await Promise.all(
    ['limits.conf', 'token.conf', 'client-certificates-none.conf'].map(async (name) => {
      const text = await readFile(join(NGINX_FILES, 'gatehouse', name), 'utf8');
      const small = text.replaceAll('rate=2000r/s', 'rate=1r/m');
      return [`gatehouse/${name}`, small.replaceAll('burst=120000', 'burst=5')] as const;
    }),
  );
  const nginx = await startNginxProcess({
    listening: [port],
    files: { ...plainSite(port, [`127.0.0.1:${app.port}`]), ...Object.fromEntries(shrunk) },
  });
  try {
    for (let count = 0; count < 6; count += 1) await rawRequest(port, { path: '/me' });
    for (const path of MACHINE_PATHS) {
      const { status, headers, body } = await rawRequest(port, {
        path,
        method: 'POST',
        headers: { accept: 'text/html' },
      });
      assert.equal(status, 429, path);
      assert.equal(headers['retry-after'], '10');
      assert.equal(JSON.parse(body).error, 'temporarily_unavailable');
    }
    await readElsewhere(port);
    assert.equal((await rawRequest(port, { path: '/' })).status, 200);
    return `${MACHINE_PATHS.length} ways to write an endpoint, counted as one; a page of another origin may read why`;
  } finally {
    await nginx.stop();
    await app.close();
  }
}
