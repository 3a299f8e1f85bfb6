import assert from 'node:assert/strict';
import { createPlainBrowser } from '../plain-browser.ts';
import { signIn } from '../relying-party.ts';
import {
  type BalancedDeployment,
  CALLBACK,
  MARIA,
  shopBehind,
  startBalancedDeployment,
} from './balanced-deployment.ts';
import { askPlainly, requireHeadersOnce } from './header-census.ts';
import { connectHttp2, type Http2Client } from './http2-client.ts';
import type { NginxProcess } from './nginx-process.ts';

const AT_ONCE = 64;
/** Nginx ends a connection after a thousand. */
const ON_ONE_CONNECTION = 8 * AT_ONCE;
/** What the server lets one address ask for pages in a minute, and what nginx lets it at once. */
const SERVER_PAGES = 1200;
const PAGES = 2400;

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
    const party = await shopBehind(publicUrl, fetch);
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
