import assert from 'node:assert/strict';
import { createPlainBrowser } from '../plain-browser.ts';
import { pollUntil } from '../poll.ts';
import { signIn } from '../relying-party.ts';
import {
  type BalancedDeployment,
  CALLBACK,
  CLIENT_SECRET,
  MARIA,
  shopBehind,
  startBalancedDeployment,
} from './balanced-deployment.ts';
import { askPlainly, requireHeadersOnce } from './header-census.ts';
import { connectHttp2 } from './http2-client.ts';
import {
  countHeaders,
  keepMetricsIn,
  leadToHttps,
  passCompressedOn,
  refuseOldTls,
  tellIdleTime,
} from './look-at-answers.ts';
import type { NginxProcess } from './nginx-process.ts';
import { FORGED_HEADERS } from './try-forwarding.ts';

const REPLICAS = 3;
const CALLER = '127.0.0.7';
type Line = Readonly<Record<string, string | number>>;

/**
 * Whole flows over TLS and HTTP/2 through three replicas, and everything that the balancer promises
 * of them.
 *
 * @returns what was seen
 */
export async function tryFlows(): Promise<string> {
  const deployment = await startBalancedDeployment(REPLICAS);
  try {
    const nginx = await deployment.balance('none');
    const { spoken, secrets } = await signInAndOn(deployment);
    const lines = await compareLogs(deployment, nginx);
    for (const log of [(await nginx.accessLog()).join('\n'), nginx.errors()]) {
      for (const secret of secrets) assert.ok(!log.includes(secret), `a log holds ${secret}`);
    }
    await refuseOldTls(deployment);
    await leadToHttps(deployment);
    await tellIdleTime(deployment);
    await passCompressedOn(deployment);
    await keepMetricsIn(deployment, nginx);
    await countHeaders(deployment);
    const passedOver = await passOverTheDead(deployment, nginx);
    await sayThatNobodyIsThere(deployment, nginx);
    const used = new Set(lines.map(({ upstream }) => upstream)).size;
    return `a sign-in over ${spoken} through ${used} replicas, in both logs under one id; TLS 1.1 refused; headers once; a dead replica passed over after ${passedOver} request`;
  } finally {
    await deployment.stop();
  }
}

/** A person and an application, who say wrong things of where they are. */
async function signInAndOn({ publicUrl, authority }: BalancedDeployment) {
  const client = await connectHttp2({
    origin: publicUrl,
    authority: authority.certificate,
    localAddress: CALLER,
    headers: FORGED_HEADERS,
  });
  try {
    const { fetch } = client;
    const seen: string[] = [];
    const stopAt = (url: string) => url.startsWith(CALLBACK) && seen.push(url) > 0;
    const browser = createPlainBrowser({ fetch, stopAt });
    const party = await shopBehind(publicUrl, fetch);
    const first = await signIn(browser, party, MARIA, { scope: 'openid offline_access' });
    // The signature, the issuer and the audience.
    await party.verify(first.id_token ?? '', 'shop');
    const next = await party.refresh(first.refresh_token ?? '');
    const me = await fetch(`${publicUrl}/me`, {
      headers: { authorization: `Bearer ${next.access_token}` },
    });
    assert.equal(me.status, 200);
    // A client that encodes too much: what it takes for a query is a path.
    await fetch(`${publicUrl}/cb%3Fcode=encoded-too-much`);
    assert.equal(client.spoken.application, 'h2');
    assert.equal(client.spoken.tls, 'TLSv1.3');

    const came = seen.flatMap((url) => [...new URL(url).searchParams.values()]);
    const tokens = [first, next].flatMap((one) => [
      one.access_token,
      one.refresh_token,
      one.id_token,
    ]);
    const cookies = await browser.jar.getCookies(publicUrl);
    const values = cookies.map(({ value }) => value).filter((value) => value.length > 8);
    const secrets = [...came, ...tokens, ...values, 'encoded-too-much', '?'];
    return {
      spoken: `${client.spoken.application} and ${client.spoken.tls}`,
      secrets: [...secrets, MARIA.password, CLIENT_SECRET].flatMap((one) => one ?? []),
    };
  } finally {
    await client.close();
  }
}

/** Every line of nginx is JSON, and is one of a replica, of the same caller. */
async function compareLogs(
  { replicas }: BalancedDeployment,
  nginx: NginxProcess,
): Promise<readonly Line[]> {
  const requests = () =>
    new Map(
      replicas
        .flatMap((replica) => replica.output().split('\n'))
        .filter((line) => line.includes('"message":"request"'))
        .map((line): [string, Line] => {
          const parsed: Line = JSON.parse(line);
          return [String(parsed.request_id), parsed];
        }),
    );
  const lines = await pollUntil(
    async () => {
      const read = (await nginx.accessLog()).map((line): Line => JSON.parse(line));
      const theirs = requests();
      // A line is written once its answer has left.
      const isWhole = read.some(({ path }) => path === '/me' || path === 'other');
      return isWhole && read.every(({ request_id: id }) => theirs.has(String(id))) && read;
    },
    { deadlineMs: 5000 },
  );
  for (const line of lines) {
    assert.equal(line.address, CALLER);
    assert.equal(line.protocol, 'HTTP/2.0');
    assert.match(String(line.upstream), /^127\.0\.0\.1:\d+$/);
    assert.equal(requests().get(String(line.request_id))?.address, CALLER);
  }
  const all = [
    ...lines.map((line) => JSON.stringify(line)),
    ...replicas.map((one) => one.output()),
  ];
  for (const forged of ['192.0.2.66', 'evil.example', 'a-forged-request-id']) {
    assert.ok(!all.join('\n').includes(forged), `${forged} was believed`);
  }
  assert.ok(
    lines.some(({ path }) => path === '/interaction/:uid/sign-in'),
    'no line of the sign-in form',
  );
  return lines;
}

/** @returns how many requests found out that a replica was dead */
async function passOverTheDead(
  { publicUrl, authority, replicas }: BalancedDeployment,
  nginx: NginxProcess,
): Promise<number> {
  const [victim] = replicas;
  victim?.child.kill('SIGKILL');
  await victim?.ended();
  const before = (await nginx.accessLog()).length;
  for (let count = 0; count < 30; count += 1) {
    const answer = await askPlainly(`${publicUrl}/jwks`, { authority: authority.certificate });
    assert.equal(answer.status, 200);
  }
  const lines = (await nginx.accessLog()).slice(before).map((line): Line => JSON.parse(line));
  const twice = lines.filter(({ upstream_status: status }) => status === '502, 200');
  assert.ok(twice.length > 0, 'nobody came upon the dead one');
  return twice.length;
}

async function sayThatNobodyIsThere(
  { publicUrl, ports, authority, replicas }: BalancedDeployment,
  nginx: NginxProcess,
): Promise<void> {
  const status = (path: string) => fetch(`http://127.0.0.1:${ports.status}${path}`);
  assert.equal((await status('/ready')).status, 200);
  for (const replica of replicas) {
    replica.child.kill('SIGKILL');
    await replica.ended();
  }
  const path = '/auth?login_hint=somebody-who-is-nobody-s-business';
  for (const accept of ['text/html', 'application/json']) {
    const options = { authority: authority.certificate, headers: { accept } };
    const answer = await askPlainly(`${publicUrl}${path}`, options);
    assert.equal(answer.status, 502);
    requireHeadersOnce(`502 for ${accept}`, answer);
    assert.deepEqual(answer.lines.get('retry-after'), ['2']);
    assert.match(answer.lines.get('content-type')?.join() ?? '', new RegExp(`^${accept};`));
    assert.match(answer.body, /busy or being restored/);
  }
  // An application in a browser learns that it is to try again.
  const headers = { origin: 'https://app.example' };
  const options = { authority: authority.certificate, headers };
  const { lines } = await askPlainly(`${publicUrl}/jwks`, options);
  assert.deepEqual(lines.get('access-control-allow-origin'), ['*']);
  assert.deepEqual(lines.get('access-control-expose-headers'), ['Retry-After, X-Request-Id']);
  assert.equal((await status('/ready')).status, 502);
  assert.equal((await status('/live')).status, 200);
  assert.match(await (await status('/status')).text(), /^Active connections/);
  const said = [...(await nginx.accessLog()), nginx.errors()].join('\n');
  assert.ok(!said.includes('nobody-s-business'), 'a log holds a query');
}
