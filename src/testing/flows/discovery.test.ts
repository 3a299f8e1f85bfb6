import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as client from 'openid-client';
import { demoParty, visitor } from '../demo-clients.ts';
import { startDeployment, type TestDeployment } from '../gatehouse.ts';
import { createRelyingParty, signIn } from '../relying-party.ts';
import { seedMore } from '../seed-more.ts';
import { rawRequest } from '../serve-app.ts';

const OPENID = '/.well-known/openid-configuration';
const OAUTH = '/.well-known/oauth-authorization-server';
/** A tenant's host behind a proxy that speaks https. */
const REMOTE_ISSUER = 'https://login.initech.example';

type Metadata = Record<string, unknown> & { issuer: string };

describe('discovery', () => {
  let deployment: TestDeployment;
  let port: number;
  /** A tenant on a host of its own that this machine reaches. */
  let ownIssuer: string;

  before(async () => {
    // Requests come from a proxy that is believed, which makes no difference to any URL.
    deployment = await startDeployment({ env: { TRUSTED_PROXIES: '127.0.0.1/32' } });
    port = Number(new URL(deployment.publicUrl).port);
    ownIssuer = `http://127.0.0.1:${port}`;
    await seedMore(
      deployment,
      { slug: 'globex', name: 'Globex', issuer: ownIssuer, ...worldOf('globex') },
      { slug: 'initech', name: 'Initech', issuer: REMOTE_ISSUER },
    );
  });
  after(() => deployment.stop());

  const read = async (url: string): Promise<Metadata> => {
    const response = await fetch(url);
    assert.equal(response.status, 200, url);
    assert.match(response.headers.get('content-type') ?? '', /^application\/(jwk-set\+)?json/);
    return (await response.json()) as Metadata;
  };

  it('answers both forms for every kind of issuer, under its own name', async () => {
    const { publicUrl } = deployment;
    for (const [issuer, addresses] of [
      [publicUrl, [`${publicUrl}${OPENID}`, `${publicUrl}${OAUTH}`]],
      [`${publicUrl}/t/acme`, [`${publicUrl}/t/acme${OPENID}`, `${publicUrl}${OAUTH}/t/acme`]],
      [ownIssuer, [`${ownIssuer}${OPENID}`, `${ownIssuer}${OAUTH}`]],
    ] as const) {
      for (const address of addresses) {
        const metadata = await read(address);
        assert.equal(metadata.issuer, issuer, address);
        for (const url of urlsOf(metadata)) assert.ok(url.startsWith(`${issuer}/`), url);
      }
    }
  });

  it('configures openid-client by either form, and a whole sign-in works on it', async () => {
    const party = await createRelyingParty({
      issuer: ownIssuer,
      clientId: 'app',
      redirectUri: 'http://localhost:9000/callback',
    });
    const browser = visitor({ publicUrl: ownIssuer });
    const tokens = await signIn(browser, party, {
      identifier: 'carol',
      password: 'carol-of-globex',
    });
    const idToken = await party.verify(tokens.id_token ?? '', 'app');
    assert.equal(idToken.iss, ownIssuer);

    const acme = new URL(`${deployment.publicUrl}/t/acme`);
    const configuration = await client.discovery(acme, 'portal-web', {}, client.None(), {
      algorithm: 'oauth2',
      execute: [client.allowInsecureRequests],
    });
    assert.equal(configuration.serverMetadata().issuer, acme.href);
  });

  it('has a tenant with a host of its own there and nowhere else', async () => {
    for (const path of [`/t/globex${OPENID}`, `${OAUTH}/t/globex`, `/t/default${OPENID}`]) {
      assert.equal((await fetch(`${deployment.publicUrl}${path}`)).status, 404, path);
    }
    const elsewhere = await fetch(`${ownIssuer}/t/acme${OPENID}`);
    assert.equal(elsewhere.status, 404);
  });

  it('takes every URL from configuration, whatever the request claims', async () => {
    const claims = {
      'x-forwarded-host': 'evil.test',
      'x-forwarded-proto': 'https',
      'x-forwarded-port': '444',
      'x-forwarded-prefix': '/evil',
      forwarded: 'host=evil.test;proto=https',
      'x-original-url': '/evil',
    };
    for (const [host, path, issuer] of [
      [`localhost:${port}`, OPENID, deployment.publicUrl],
      [`LOCALHOST:${port}`, OPENID, deployment.publicUrl],
      [`localhost:${port}`, `/t/acme${OPENID}`, `${deployment.publicUrl}/t/acme`],
      [`127.0.0.1:${port}`, OPENID, ownIssuer],
      ['login.initech.example', OPENID, REMOTE_ISSUER],
    ] as const) {
      const answer = await rawRequest(port, { path, headers: { host, ...claims } });
      assert.equal(answer.status, 200, `${host}${path}`);
      const metadata = JSON.parse(answer.body) as Metadata;
      assert.equal(metadata.issuer, issuer);
      for (const url of urlsOf(metadata)) assert.ok(url.startsWith(`${issuer}/`), url);
    }
  });

  it('refuses a host that nobody registered and a target that is no path', async () => {
    for (const host of ['evil.test', `evil.test:${port}`, `localhost:${port + 1}`]) {
      const answer = await rawRequest(port, { path: OPENID, headers: { host } });
      assert.equal(answer.status, 421, host);
      assert.doesNotMatch(answer.body, /issuer|endpoint/);
    }
    for (const path of [`http://evil.test${OPENID}`, `http://localhost:${port}${OPENID}`]) {
      const headers = { host: `localhost:${port}` };
      const answer = await rawRequest(port, { path, headers });
      assert.equal(answer.status, 400, path);
      assert.doesNotMatch(answer.body, /issuer|endpoint|evil/);
    }
  });

  it('sends people to the issuer’s own pages, whatever the request claims', async () => {
    const party = await demoParty(deployment, 'notes-web');
    const { url } = await party.begin();
    const answer = await rawRequest(port, {
      path: `${url.pathname}${url.search}`,
      headers: { host: url.host, 'x-forwarded-host': 'evil.test', 'x-forwarded-proto': 'https' },
    });
    assert.equal(answer.status, 303);
    assert.ok(answer.headers.location?.startsWith(`${deployment.publicUrl}/interaction/`));
  });

  it('lets clients keep metadata and keys, and revalidate them for nothing', async () => {
    // Not by `fetch`: it asks for an unconditional answer besides.
    const ask = (path: string, headers = {}) =>
      rawRequest(port, { path, headers: { host: `localhost:${port}`, ...headers } });
    for (const path of [OPENID, OAUTH, '/jwks', '/t/acme/jwks']) {
      const first = await ask(path);
      const etag = first.headers.etag ?? '';
      assert.match(first.headers['cache-control'] ?? '', /^public, max-age=\d+$/, path);
      assert.match(etag, /^"[\w-]+"$/, path);

      const again = await ask(path, { 'if-none-match': etag });
      assert.equal(again.status, 304, path);
      assert.equal(again.body, '');
      assert.equal(again.headers.etag, etag);
      assert.equal(again.headers['cache-control'], first.headers['cache-control']);

      const changed = await ask(path, { 'if-none-match': '"something-else"' });
      assert.equal(changed.status, 200, path);
    }
    const [one, other] = [await ask('/jwks'), await ask('/t/acme/jwks')];
    assert.notEqual(one.headers.etag, other.headers.etag);
  });

  it('compresses metadata and keys as they are asked for, each with an ETag of its own', async () => {
    const ask = (path: string, headers: Record<string, string>) =>
      fetch(`${deployment.publicUrl}${path}`, { headers });
    // Two keys are too short to be worth it; four would be.
    for (const [path, isLong] of [
      [OPENID, true],
      [OAUTH, true],
      ['/jwks', false],
    ] as const) {
      const texts = new Set<string>();
      const etags = new Set<string | null>();
      for (const [accepted, encoding] of [
        ['gzip, deflate, br', 'br'],
        ['gzip', 'gzip'],
        ['br;q=0, identity', null],
      ] as const) {
        const answer = await ask(path, { 'accept-encoding': accepted });
        const sent = answer.headers.get('content-encoding');
        assert.equal(sent, isLong ? encoding : null, path);
        assert.match(answer.headers.get('vary') ?? '', /accept-encoding/i);
        const etag = answer.headers.get('etag') ?? '';
        etags.add(etag);
        texts.add(await answer.text());
        const headers = { host: `localhost:${port}`, 'accept-encoding': accepted };
        const again = await rawRequest(port, {
          path,
          headers: { ...headers, 'if-none-match': etag },
        });
        assert.deepEqual([again.status, again.headers['content-encoding']], [304, undefined]);
        assert.match(again.headers.vary ?? '', /accept-encoding/i);
      }
      assert.deepEqual([texts.size, etags.size], [1, isLong ? 3 : 1], path);
    }
  });

  it('compresses no page: it holds a token, beside what a stranger may have chosen', async () => {
    const { url } = await (await demoParty(deployment, 'notes-web')).begin();
    const page = await visitor(deployment).open(url.href);
    assert.match(page.document.toString(), /name="csrf"/);
    for (const name of ['content-encoding', 'etag']) assert.equal(page.headers.get(name), null);
    assert.equal(page.headers.get('cache-control'), 'no-store');
  });

  it('publishes public keys only, each tenant its own', async () => {
    const kids: unknown[] = [];
    for (const issuer of [deployment.publicUrl, `${deployment.publicUrl}/t/acme`, ownIssuer]) {
      const { keys } = (await read(`${issuer}/jwks`)) as unknown as {
        keys: Record<string, unknown>[];
      };
      assert.deepEqual([...new Set(keys.map(({ kty }) => kty))].sort(), ['EC', 'RSA']);
      for (const key of keys) {
        const secret = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'].filter((name) => name in key);
        assert.deepEqual(secret, []);
        assert.equal(key.use, 'sig');
        kids.push(key.kid);
      }
    }
    assert.equal(new Set(kids).size, kids.length);
  });

  it('can be read by scripts of any site', async () => {
    const origin = 'https://spa.example';
    for (const path of [OPENID, OAUTH, '/jwks']) {
      const answer = await fetch(`${deployment.publicUrl}${path}`, { headers: { origin } });
      assert.ok(['*', origin].includes(answer.headers.get('access-control-allow-origin') ?? ''));
      assert.equal(answer.headers.get('access-control-allow-credentials'), null);
      assert.equal(answer.headers.get('cross-origin-resource-policy'), 'cross-origin');
      assert.deepEqual(answer.headers.getSetCookie(), []);
      await answer.body?.cancel();
      const preflight = await fetch(`${deployment.publicUrl}${path}`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'GET' },
      });
      assert.equal(preflight.status, 204, path);
    }
  });
});

/** Applications and people of a tenant of this test. */
function worldOf(slug: string) {
  return {
    applications: [
      {
        key: 'app',
        name: 'App',
        firstParty: true,
        clients: [
          {
            client_id: 'app',
            token_endpoint_auth_method: 'none',
            redirect_uris: ['http://localhost:9000/callback'],
          },
        ],
      },
    ],
    accounts: [{ username: 'carol', password: { value: `carol-of-${slug}` } }],
  };
}

function urlsOf(metadata: Metadata): string[] {
  const found = Object.entries(metadata).filter(
    ([name]) => name.endsWith('_endpoint') || name.endsWith('_uri'),
  );
  assert.ok(found.length >= 7);
  return found.map(([, url]) => String(url));
}
