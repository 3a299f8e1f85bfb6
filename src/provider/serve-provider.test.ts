import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ACR_LEVELS } from '../accounts/acr.ts';
import { insertApplication, insertClient, insertTenant } from '../testing/fixtures.ts';
import {
  answerOf,
  authorize,
  redeem,
  SECRET,
  userinfo,
  webClient,
} from '../testing/plain-client.ts';
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
  await insertTenant(world.db, { slug: 'own', customIssuer: OWN });
  await insertTenant(world.db, {
    slug: 'modern',
    settings: { signingAlgorithms: ['RS256', 'ES256', 'EdDSA'] },
  });
});
after(() => world.close());

async function get(
  path: string,
  host = home,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<RawAnswer> {
  return rawRequest(world.port, { method, path, headers: { host, ...headers } });
}

describe('discovery', () => {
  const issuers: Record<string, { host: string; path: string; issuer: string }> = {};
  before(() => {
    Object.assign(issuers, {
      default: { host: home, path: '', issuer: world.origin },
      acme: { host: home, path: '/t/acme', issuer: `${world.origin}/t/acme` },
      own: { host: 'login.own.example', path: '', issuer: OWN },
    });
  });

  it('names the issuer of configuration, and everything under it', async () => {
    for (const { host, path, issuer } of Object.values(issuers)) {
      const answer = await get(`${path}/.well-known/openid-configuration`, host, {
        'x-forwarded-host': 'evil.test',
        'x-forwarded-proto': 'ftp',
      });
      assert.equal(answer.status, 200);
      const metadata: Record<string, unknown> = JSON.parse(answer.body);
      assert.equal(metadata.issuer, issuer);
      const urls = Object.values(metadata).filter((one) => /^\w+:\/\//.test(String(one)));
      assert.ok(urls.length >= 8, String(urls.length));
      for (const url of urls) assert.ok(String(url).startsWith(issuer), String(url));
    }
  });

  it('answers at the address of RFC 8414, too, and nowhere else', async () => {
    const metadata = '/.well-known/oauth-authorization-server';
    for (const { host, path, issuer } of Object.values(issuers)) {
      const answer = await get(`${metadata}${path}`, host);
      assert.equal(answer.status, 200, issuer);
      const suffix = await get(`${path}/.well-known/openid-configuration`, host);
      assert.deepEqual(JSON.parse(answer.body), JSON.parse(suffix.body));
    }
    for (const path of [`${metadata}/t/nobody`, `${metadata}/t/default`, `${metadata}/t/acme/x`]) {
      assert.equal((await get(path)).status, 404, path);
    }
  });

  it('promises what is built, and nothing more', async () => {
    const { body } = await get('/.well-known/openid-configuration');
    const metadata: Record<string, unknown> = JSON.parse(body);
    const {
      response_types_supported,
      grant_types_supported,
      code_challenge_methods_supported,
      id_token_signing_alg_values_supported,
      subject_types_supported,
      token_endpoint_auth_methods_supported,
      authorization_response_iss_parameter_supported,
      claims_parameter_supported,
      acr_values_supported,
      scopes_supported,
    } = metadata;
    assert.deepEqual(response_types_supported, ['code']);
    const grants = ['authorization_code', 'refresh_token', 'client_credentials'].sort();
    assert.deepEqual((grant_types_supported as string[]).sort(), grants);
    assert.deepEqual(code_challenge_methods_supported, ['S256']);
    assert.deepEqual(id_token_signing_alg_values_supported, ['RS256', 'ES256']);
    assert.deepEqual(subject_types_supported, ['public']);
    assert.deepEqual(token_endpoint_auth_methods_supported, [
      'client_secret_basic',
      'client_secret_post',
      'private_key_jwt',
      'none',
    ]);
    assert.equal(authorization_response_iss_parameter_supported, true);
    assert.equal(claims_parameter_supported, true);
    assert.deepEqual(acr_values_supported, ACR_LEVELS);
    const scopes = 'openid offline_access profile email address phone roles'.split(' ');
    assert.deepEqual(scopes_supported, scopes);
    assert.equal('registration_endpoint' in metadata, false);
    assert.equal('device_authorization_endpoint' in metadata, false);
    const other = await get('/t/modern/.well-known/openid-configuration');
    const algorithms: string[] = JSON.parse(other.body).id_token_signing_alg_values_supported;
    assert.deepEqual(algorithms.sort(), ['ES256', 'EdDSA', 'RS256']);
  });

  it('may be cached, with the keys, and asked whether it changed', async () => {
    for (const path of ['/.well-known/openid-configuration', '/jwks']) {
      const first = await get(path);
      assert.match(String(first.headers['cache-control']), /^public, max-age=\d+$/);
      assert.match(String(first.headers.vary), /origin/i, 'the answer names the asking origin');
      const etag = String(first.headers.etag);
      assert.match(etag, /^"[\w-]{27}"$/);
      const again = await get(path, home, { 'if-none-match': etag });
      assert.equal(again.status, 304);
      assert.equal(again.body, '');
      assert.equal((await get(path, home, { 'if-none-match': '"other"' })).status, 200);
      const head = await get(path, home, {}, 'HEAD');
      assert.equal(head.status, 200);
      assert.equal(head.body, '');
      assert.equal(head.headers.etag, etag);
    }
    const [one, two] = [await get('/jwks'), await get('/t/acme/jwks')];
    assert.notEqual(one.headers.etag, two.headers.etag);
    assert.match(String(one.headers['content-type']), /^application\/jwk-set\+json/);
  });

  it('publishes keys of the tenant alone, without private members', async () => {
    const kids = async (path: string): Promise<string[]> => {
      const { keys } = JSON.parse((await get(path)).body);
      for (const key of keys) {
        for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) assert.ok(!(member in key));
      }
      return keys.map((key: { kid: string }) => key.kid);
    };
    const [ours, theirs] = [await kids('/jwks'), await kids('/t/acme/jwks')];
    assert.equal(new Set([...ours, ...theirs]).size, ours.length + theirs.length);
    assert.equal(ours.length, 2);
  });

  it('can be read by a page of any origin; tokens only by those of the client', async () => {
    const { id } = await world.tenant();
    await insertClient(world.db, id, await insertApplication(world.db, id), {
      clientId: 'app',
      metadata: webClient({
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code'],
        redirect_uris: ['com.example.app:/callback'],
        allowed_cors_origins: ['https://shell.example'],
      }),
    });
    const origin = 'https://anybody.example';
    const open = await get('/jwks', home, { origin });
    assert.equal(open.headers['access-control-allow-origin'], origin);
    const ask = (from: string, client = 'spa') =>
      rawRequest(world.port, {
        method: 'POST',
        path: '/token',
        headers: { host: home, origin: from, 'content-type': 'application/x-www-form-urlencoded' },
        body: `client_id=${client}&grant_type=authorization_code&code=x&redirect_uri=x`,
      });
    const own = await ask('https://client.example');
    assert.equal(own.headers['access-control-allow-origin'], 'https://client.example');
    const foreign = await ask(origin);
    assert.equal(foreign.headers['access-control-allow-origin'], undefined);
    const shell = await ask('https://shell.example', 'app');
    assert.equal(shell.headers['access-control-allow-origin'], 'https://shell.example');
    const sandboxed = await ask('null', 'app');
    assert.equal(sandboxed.status, 400);
    assert.equal(sandboxed.headers['access-control-allow-origin'], undefined);
  });
});

describe('what the library does not route', () => {
  it('is not found, whatever the method', async () => {
    const nowhere = ['/', '/nope', '/t/acme', '/t/acme/nope', '/reg', '/device', '/session/nope'];
    for (const path of nowhere) assert.equal((await get(path)).status, 404, path);
    assert.equal((await get('/token')).status, 404);
    assert.equal((await get('/jwks', home, {}, 'DELETE')).status, 404);
    assert.equal((await get('/auth', home, {}, 'POST')).status, 404);
  });
});

describe('a PUBLIC_URL with a path', () => {
  it('is where everything is, for every tenant', async () => {
    const under = await startProviderWorld({ path: '/login' });
    try {
      const cast = await addCast(under);
      for (const [path, person] of [
        ['', cast.alice],
        ['/t/acme', cast.acmeAlice],
      ] as const) {
        const issuer = `${under.origin}${path}`;
        assert.match(issuer, /\/login/);
        for (const metadata of [
          `${issuer}/.well-known/openid-configuration`,
          `${new URL(issuer).origin}/.well-known/oauth-authorization-server/login${path}`,
        ]) {
          const seen = await answerOf(await fetch(metadata));
          assert.equal(seen.json.issuer, issuer, metadata);
          assert.equal(seen.json.token_endpoint, `${issuer}/token`);
        }
        under.signsIn = person;
        const client = { id: 'web', secret: SECRET };
        const { code, iss } = await authorize(under.browser(), issuer, 'web');
        assert.equal(iss, issuer);
        const { json } = await redeem(issuer, code, client);
        assert.equal((await userinfo(issuer, json.access_token)).json.sub, person);
      }
      assert.equal((await fetch(`${new URL(under.origin).origin}/token`)).status, 404);
    } finally {
      await under.close();
    }
  });
});
