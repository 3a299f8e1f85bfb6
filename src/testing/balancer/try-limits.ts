import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { freePort } from '../free-port.ts';
import { createPlainBrowser } from '../plain-browser.ts';
import { createRelyingParty, signIn } from '../relying-party.ts';
import { replicasAt } from '../replicas/nginx.ts';
import { serveApp } from '../serve-app.ts';
import {
  type BalancedDeployment,
  CALLBACK,
  CLIENT_SECRET,
  MARIA,
  startBalancedDeployment,
} from './balanced-deployment.ts';
import { askPlainly, requireHeadersOnce } from './header-census.ts';
import { connectHttp2, type Http2Client } from './http2-client.ts';
import { ACCESS_LOG, type NginxProcess, startNginxProcess } from './nginx-process.ts';
import { fillIn } from './site.ts';

const AT_ONCE = 64;
/** Nginx ends a connection after a thousand. */
const ON_ONE_CONNECTION = 8 * AT_ONCE;
/** What the server lets one address ask for pages in a minute, and what nginx lets it at once. */
const SERVER_PAGES = 1200;
const PAGES = 2400;
const FORMS = 600;
const UNDER_WAY = 512;

/**
 * One address asks for far more than it may, while somebody elsewhere signs in.
 *
 * @returns what was seen
 */
export async function tryLimitsInOrder(): Promise<string> {
  const deployment = await startBalancedDeployment(1);
  try {
    const nginx = await deployment.balance('none');
    const [flood, seconds] = await Promise.all([
      floodUntilRefused(deployment, nginx),
      signInElsewhere(deployment),
    ]);
    const { served, byServer } = flood;
    assert.ok(served >= SERVER_PAGES, `nginx refused after ${served} answers`);
    assert.ok(byServer > 0, 'nginx came before the server');
    await refusedBoth(deployment);
    return `${served} answers, then ${byServer} refusals by the server, then nginx's own; meanwhile a sign-in elsewhere took ${seconds} s`;
  } finally {
    await deployment.stop();
  }
}

async function floodUntilRefused(
  { publicUrl, authority }: BalancedDeployment,
  nginx: NginxProcess,
): Promise<{ served: number; byServer: number }> {
  const connect = () =>
    connectHttp2({
      origin: publicUrl,
      authority: authority.certificate,
      localAddress: '127.0.0.9',
    });
  const seen = { served: 0, byServer: 0, byNginx: 0 };
  const ask = async ({ fetch }: Http2Client) => {
    const { status, headers } = await fetch(`${publicUrl}/nothing-here`);
    if (status !== 429) seen.served += 1;
    else if (headers.get('retry-after') === '10') seen.byNginx += 1;
    else seen.byServer += 1;
  };
  while (seen.byNginx < AT_ONCE && seen.served + seen.byServer < 3 * PAGES) {
    const client = await connect();
    for (let sent = 0; sent < ON_ONE_CONNECTION; sent += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, () => ask(client)));
    }
    await client.close();
  }
  assert.ok(seen.byNginx > 0, 'nginx let everything pass');
  // Its own: no replica was asked.
  const lines = (await nginx.accessLog()).map((line) => JSON.parse(line));
  const alone = lines.filter(({ status, upstream }) => status === 429 && upstream === '');
  assert.ok(alone.length >= seen.byNginx);
  // Another zone, and another limit of the server's.
  const client = await connect();
  const token = await client.fetch(`${publicUrl}/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'nonsense' }),
  });
  assert.equal(token.status, 400);
  await client.close();
  return seen;
}

/** @returns how many seconds it took */
async function signInElsewhere({ publicUrl, authority }: BalancedDeployment): Promise<number> {
  const { fetch, close } = await connectHttp2({
    origin: publicUrl,
    authority: authority.certificate,
    localAddress: '127.0.0.10',
  });
  const since = performance.now();
  try {
    const browser = createPlainBrowser({ fetch, stopAt: (url) => url.startsWith(CALLBACK) });
    const party = await createRelyingParty({
      issuer: publicUrl,
      clientId: 'shop',
      secret: CLIENT_SECRET,
      redirectUri: CALLBACK,
      fetch,
    });
    await signIn(browser, party, MARIA);
    return Math.round((performance.now() - since) / 100) / 10;
  } finally {
    await close();
  }
}

/** The refusal as a person reads it, and as a program does. */
async function refusedBoth({ publicUrl, authority }: BalancedDeployment): Promise<void> {
  for (const accept of ['text/html', 'application/json']) {
    const answer = await askPlainly(`${publicUrl}/nothing-here`, {
      authority: authority.certificate,
      localAddress: '127.0.0.9',
      headers: { accept },
    });
    assert.equal(answer.status, 429);
    requireHeadersOnce(`429 for ${accept}`, answer);
    assert.match(answer.body, /Too many requests/);
    assert.match(answer.lines.get('content-type')?.join() ?? '', new RegExp(`^${accept};`));
  }
}

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
  const plain = `server {
    listen 127.0.0.1:${port};
    access_log ${ACCESS_LOG} gatehouse;
    include gatehouse/server.conf;
    include gatehouse/client-certificates-none.conf;
  }`;
  const nginx = await startNginxProcess({
    listening: [port],
    files: {
      'site/replicas.conf': replicasAt([`127.0.0.1:${app.port}`]),
      'site/plain.conf': plain,
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
  assert.equal(await ask(`${network}::c`), 429);
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
