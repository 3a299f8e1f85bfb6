import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { insertApplication, insertClient, insertTenant } from '../testing/fixtures.ts';
import { authorizationUrl, webClient } from '../testing/plain-client.ts';
import { addCast } from '../testing/provider-cast.ts';
import { type ProviderWorld, startProviderWorld } from '../testing/provider-world.ts';
import { type RawAnswer, rawRequest } from '../testing/serve-app.ts';

const OWN = 'https://login.own.example';

let world: ProviderWorld;
let home: string;

before(async () => {
  world = await startProviderWorld();
  await addCast(world);
  home = new URL(world.origin).host;
  const tenants = [
    { slug: 'own', customIssuer: OWN },
    { slug: 'loose', settings: { profile: 'compat' } },
    {
      slug: 'loose-own',
      customIssuer: 'https://loose.example',
      settings: { profile: 'compat' },
    },
  ];
  for (const tenant of tenants) {
    const id = await insertTenant(world.db, tenant);
    const application = await insertApplication(world.db, id);
    await insertClient(world.db, id, application, {
      clientId: 'spa',
      metadata: webClient({
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code'],
      }),
    });
  }
});
after(() => world.close());

function get(path: string, host = home): Promise<RawAnswer> {
  return rawRequest(world.port, { path, headers: { host } });
}

const cookiesOf = (answer: RawAnswer): string[] => answer.headers['set-cookie'] ?? [];

describe('cookies', () => {
  const begin = (issuer: string, host: string) => {
    const { pathname, search } = new URL(authorizationUrl(issuer, 'spa'));
    return get(`${pathname}${search}`, host);
  };

  it('carry the tenant in their names and their paths, and are signed', async () => {
    const answer = await begin(`${world.origin}/t/loose`, home);
    assert.equal(answer.status, 303);
    assert.ok(answer.headers.location?.startsWith(`${world.origin}/t/loose/interaction/`));
    const cookies = cookiesOf(answer);
    assert.ok(cookies.length >= 2);
    for (const cookie of cookies) {
      assert.match(cookie, /^gatehouse_(session|interaction|resume)_loose(\.sig)?=/);
      assert.match(cookie, /; path=\/t\/loose(\/|;)/i);
      assert.match(cookie, /; httponly/i);
      assert.match(cookie, /; samesite=lax/i);
      assert.doesNotMatch(cookie, /; secure/i, 'nor a browser nor we could use it over http');
    }
    for (const name of ['interaction', 'resume']) {
      assert.ok(cookies.some((one) => one.startsWith(`gatehouse_${name}_loose.sig=`)));
    }
  });

  it('are secure where the issuer is, whatever the connection to the proxy is', async () => {
    const answer = await begin(OWN, 'login.own.example');
    assert.equal(answer.status, 303);
    assert.ok(answer.headers.location?.startsWith(`${OWN}/interaction/`));
    for (const cookie of cookiesOf(answer)) {
      assert.match(cookie, /; secure/i);
      assert.match(cookie, /; samesite=lax/i);
    }
  });

  it('of a session are sent with a post from elsewhere where that is allowed', async () => {
    const session = async (issuer: string, host: string) => {
      const { pathname } = new URL(`${issuer}/session/end`);
      const answer = await get(pathname, host);
      assert.equal(answer.status, 200);
      return cookiesOf(answer).filter((one) => /^gatehouse_session_/.test(one));
    };
    for (const cookie of await session('https://loose.example', 'loose.example')) {
      assert.match(cookie, /; samesite=none/i);
      assert.match(cookie, /; secure/i);
    }
    // Browsers drop a None that is not Secure: then nobody would stay signed in at all.
    const plain = await session(`${world.origin}/t/loose`, home);
    assert.ok(plain.length > 0);
    for (const cookie of plain) assert.match(cookie, /; samesite=lax/i);
    for (const cookie of await session(OWN, 'login.own.example')) {
      assert.match(cookie, /; samesite=lax/i);
    }
  });
});

describe('an authorization request', () => {
  const without = (name: string, issuer: string, host = home) => {
    const url = new URL(authorizationUrl(issuer, 'spa', { [name]: undefined }));
    return get(`${url.pathname}${url.search}`, host);
  };

  it('needs PKCE, of a public client under every profile', async () => {
    for (const issuer of [world.origin, `${world.origin}/t/loose`]) {
      const answer = await without('code_challenge', issuer);
      const location = new URL(answer.headers.location ?? '');
      assert.equal(location.searchParams.get('error'), 'invalid_request');
      assert.equal(location.searchParams.get('iss'), issuer);
    }
  });

  it('of nonsense is answered with a page and a 4xx, and goes nowhere', async () => {
    const valid = new URL(authorizationUrl(world.origin, 'spa'));
    const broken: Record<string, string>[] = [
      { client_id: 'nobody' },
      { client_id: '\u0000' },
      { client_id: 'x'.repeat(5_000) },
      { client_id: '~' },
      { redirect_uri: 'https://evil.test/' },
      { redirect_uri: `${valid.searchParams.get('redirect_uri')}/more` },
      { redirect_uri: 'javascript:alert(1)' },
    ];
    for (const change of broken) {
      const url = new URL(valid);
      for (const [name, value] of Object.entries(change)) url.searchParams.set(name, value);
      const answer = await get(`${url.pathname}${url.search}`);
      assert.equal(answer.status, 400, JSON.stringify(change));
      assert.equal(answer.headers.location, undefined);
    }
  });

  it('with nonsense in it is answered to the client', async () => {
    const broken: Record<string, string>[] = [
      { scope: 'openid\u0000' },
      { response_type: 'token' },
      { response_type: 'code id_token' },
      { prompt: 'application_gate' },
      { prompt: 'none login' },
      { max_age: 'x' },
      { claims: '{' },
      { claims: '[]' },
      { resource: 'nonsense' },
      { resource: 'https://nobody.example/\u0000' },
      { resource: 'https://nobody.example' },
      { id_token_hint: 'a.b.c' },
      { request: 'a.b.c' },
      { code_challenge: 'short' },
      { code_challenge_method: 'plain' },
    ];
    for (const change of broken) {
      const url = new URL(authorizationUrl(world.origin, 'spa', change));
      const answer = await get(`${url.pathname}${url.search}`);
      assert.equal(answer.status, 303, `${JSON.stringify(change)} ${answer.body}`);
      const [, sent = ''] = /[?#](.*)$/.exec(answer.headers.location ?? '') ?? [];
      const searchParams = new URLSearchParams(sent);
      assert.ok(searchParams.has('error'), `${JSON.stringify(change)} ${answer.headers.location}`);
      assert.notEqual(searchParams.get('error'), 'server_error', JSON.stringify(change));
      assert.equal(searchParams.get('state'), 'the-state');
    }
  });
});
