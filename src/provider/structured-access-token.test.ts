import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWTPayload,
  SignJWT,
} from 'jose';
import {
  authorize,
  type EndpointAnswer,
  post,
  redeem,
  refresh,
  SECRET,
  userinfo,
} from '../testing/plain-client.ts';
import { addCast, NOTES_API, type ProviderCast } from '../testing/provider-cast.ts';
import { type ProviderWorld, startProviderWorld } from '../testing/provider-world.ts';

const WEB = { id: 'web', secret: SECRET };
const NOTES_API_CLIENT = { id: 'notes-api', secret: SECRET };
const LEDGER_WEB = { id: 'ledger-web', secret: SECRET };

let world: ProviderWorld;
let cast: ProviderCast;
let issuer: string;

before(async () => {
  world = await startProviderWorld();
  cast = await addCast(world);
  issuer = world.origin;
});
after(() => world.close());

const introspect = (token: unknown, client: { id: string; secret?: string } = WEB, at = issuer) =>
  post(`${at}/token/introspection`, { token: String(token) }, client);
const revoke = (token: unknown, client: { id: string; secret?: string } = WEB, at = issuer) =>
  post(`${at}/token/revocation`, { token: String(token) }, client);

function assertInactive(answer: EndpointAnswer, why: string): void {
  assert.equal(answer.status, 200, `${why}: ${answer.text}`);
  assert.deepEqual(answer.json, { active: false }, why);
}

async function assertActive(token: unknown): Promise<void> {
  assert.equal((await introspect(token)).json.active, true);
}

/** Tokens of alice for the API of notes, in a session of its own. */
async function personTokens(scope = 'openid roles notes:read offline_access') {
  const browser = world.browser();
  const { code } = await authorize(browser, issuer, 'web', {
    resource: NOTES_API,
    scope,
    prompt: 'consent',
  });
  const answer = await redeem(issuer, code, WEB, { resource: NOTES_API });
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
}

async function machineToken(client = NOTES_API_CLIENT, scope = 'notes:read notes:write') {
  const form = { grant_type: 'client_credentials', resource: NOTES_API, scope };
  const answer = await post(`${issuer}/token`, form, client);
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
}

/** A token with the claims of a real one, and what differs, under the keys of a tenant. */
async function forge(
  real: unknown,
  changed: { claims?: JWTPayload; header?: object; slug?: string; kid?: string } = {},
): Promise<string> {
  const { keys } = await world.keySet(changed.slug);
  const key = keys.find((one) => one.algorithm === 'RS256');
  assert.ok(key);
  const claims = { ...decodeJwt(String(real)), ...changed.claims };
  const header = { alg: 'RS256', typ: 'at+jwt', kid: changed.kid ?? key.kid, ...changed.header };
  return new SignJWT(claims)
    .setProtectedHeader(header)
    .sign(await importJWK(key.privateJwk, 'RS256'));
}

describe('introspection of a JWT access token', () => {
  it('says what the token says, and whose it is', async () => {
    const { access_token: token } = await personTokens();
    const { json } = await introspect(token);
    const { gid: _reference, ...claims } = decodeJwt(String(token));
    const { sub, aud, scope, roles, tenant } = json;
    const expected = [cast.alice, NOTES_API, 'notes:read', ['editor'], 'default'];
    assert.deepEqual([sub, aud, scope, roles, tenant], expected);
    assert.deepEqual(json, { ...claims, active: true, token_type: 'Bearer' });
  });

  it('says so of a machine, too', async () => {
    const { access_token: token } = await machineToken();
    const { json } = await introspect(token, NOTES_API_CLIENT);
    assert.equal(json.active, true);
    assert.equal(json.sub, 'notes-api');
    assert.equal(json.client_id, 'notes-api');
    assert.deepEqual(json.roles, ['reader']);
  });

  it('tells whatever the hint says', async () => {
    const { access_token: token } = await personTokens();
    for (const hint of ['access_token', 'refresh_token', 'nonsense', '']) {
      const form = { token: String(token), token_type_hint: hint };
      const { json } = await post(`${issuer}/token/introspection`, form, WEB);
      assert.equal(json.active, true, hint);
    }
  });

  it('tells the client that holds the token, and the API that it is for, and nobody else', async () => {
    const { access_token: token } = await personTokens();
    assert.equal((await introspect(token, NOTES_API_CLIENT)).json.active, true);
    assertInactive(await introspect(token, LEDGER_WEB), 'another application');
    assertInactive(await introspect(token, { id: 'spa' }), 'a client that proves nothing');
    const wrong = await introspect(token, { id: 'web', secret: `${SECRET}x` });
    assert.equal(wrong.status, 401);
    assert.ok(!wrong.text.includes(cast.alice));
  });

  it('says of a token that is bound to a key that it is', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const url = `${issuer}/token`;
    const proof = await new SignJWT({ htm: 'POST', htu: url, jti: crypto.randomUUID() })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: await exportJWK(publicKey) })
      .setIssuedAt()
      .sign(privateKey);
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      resource: NOTES_API,
      client_id: 'notes-api',
      client_secret: SECRET,
    });
    const response = await fetch(url, { method: 'POST', body, headers: { dpop: proof } });
    const { access_token: token } = (await response.json()) as { access_token: string };
    const { json } = await introspect(token, NOTES_API_CLIENT);
    assert.deepEqual(json.cnf, decodeJwt(token).cnf);
    assert.equal(json.token_type, 'DPoP');
  });
});

describe('a JWT that is not an access token of this tenant', () => {
  let token: string;
  let idToken: unknown;

  before(async () => {
    const tokens = await personTokens();
    token = String(tokens.access_token);
    idToken = tokens.id_token;
    await assertActive(await forge(token));
  });

  const strangers: Record<string, () => Promise<string>> = {
    'signed by nobody': async () => {
      const header = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url');
      return `${header}.${token.split('.')[1]}.`;
    },
    'signed by nobody, with the signature of another': async () => {
      const header = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url');
      return `${header}.${token.split('.').slice(1).join('.')}`;
    },
    'with another signature': async () => `${token.slice(0, -6)}AAAAAA`,
    'with another payload under the same signature': async () => {
      const claims = { ...decodeJwt(token), sub: cast.bob };
      const payload = Buffer.from(JSON.stringify(claims)).toString('base64url');
      const [header, , signature] = token.split('.');
      return `${header}.${payload}.${signature}`;
    },
    'signed by a key that is not ours under a kid that is': async () => {
      const { privateKey } = await generateKeyPair('RS256');
      return new SignJWT(decodeJwt(token))
        .setProtectedHeader({ ...decodeProtectedHeader(token), alg: 'RS256' })
        .sign(privateKey);
    },
    'signed with our public key as a secret': async () => {
      const { keys } = (await (await fetch(`${issuer}/jwks`)).json()) as { keys: object[] };
      return new SignJWT(decodeJwt(token))
        .setProtectedHeader({ ...decodeProtectedHeader(token), alg: 'HS256' })
        .sign(Buffer.from(JSON.stringify(keys[0])));
    },
    'that brings its own key': async () => {
      const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
      return new SignJWT(decodeJwt(token))
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', jwk: await exportJWK(publicKey) })
        .sign(privateKey);
    },
    'with a kid that nobody has': () => forge(token, { kid: 'nobody' }),
    'of another issuer': () => forge(token, { claims: { iss: `${issuer}/t/acme` } }),
    'of another tenant': () => forge(token, { slug: 'acme' }),
    'of another tenant that says it is ours': () =>
      forge(token, { slug: 'acme', kid: String(decodeProtectedHeader(token).kid) }),
    'that has expired': () => forge(token, { claims: { exp: Math.floor(Date.now() / 1000) - 1 } }),
    'that never expires': () => forge(token, { claims: { exp: undefined } as never }),
    'without an id': () => forge(token, { claims: { jti: undefined } as never }),
    'of another type': () => forge(token, { header: { typ: 'JWT' } }),
    'that is an ID token': async () => String(idToken),
  };

  for (const [what, make] of Object.entries(strangers)) {
    it(`is not active, and revokes nothing: ${what}`, async () => {
      const stranger = await make();
      assertInactive(await introspect(stranger), what);
      const revoked = await revoke(stranger);
      assert.equal(revoked.status, 200, revoked.text);
      assert.equal(revoked.text, '');
      await assertActive(token);
    });
  }

  it('is not active at another tenant, whose client of the same name asks', async () => {
    assertInactive(await introspect(token, WEB, `${issuer}/t/acme`), 'introspected at acme');
    assert.equal((await revoke(token, WEB, `${issuer}/t/acme`)).status, 200);
    await assertActive(token);
  });

  it('is not taken where an opaque token is asked', async () => {
    const { status, json } = await userinfo(issuer, token);
    assert.equal(status, 401);
    assert.equal(json.error, 'invalid_token');
    for (const handle of ['~', `~${token}`]) {
      assert.equal((await userinfo(issuer, handle)).status, 401);
      assert.equal((await refresh(issuer, handle, WEB)).json.error, 'invalid_grant');
      assert.equal((await redeem(issuer, handle, WEB)).json.error, 'invalid_grant');
    }
  });

  it('is not found by a handle that somebody types', async () => {
    for (const handle of ['~', `~${token}`, '~~', '~a.b.c', `~ ${token}`]) {
      const asked = await introspect(handle);
      assert.ok(asked.status < 500, `${handle.slice(0, 5)} ${asked.status}`);
      assert.notEqual(asked.json.active, true, handle.slice(0, 5));
      assert.ok((await revoke(handle)).status < 500);
    }
    await assertActive(token);
  });
});

describe('a key that signs no more', () => {
  it('still verifies for as long as it is published', async () => {
    const { access_token: token } = await personTokens();
    const kid = decodeProtectedHeader(String(token)).kid ?? '';
    const { id } = await world.tenant();
    const published = async () => {
      const { keys } = (await (await fetch(`${issuer}/jwks`)).json()) as {
        keys: { kid: string }[];
      };
      return keys.some((key) => key.kid === kid);
    };
    const stage = (name: string) =>
      world.db('signing_keys').where({ tenant_id: id, kid }).update({ stage: name });

    await stage('retiring');
    await world.touch();
    assert.equal(await published(), true);
    await assertActive(token);
    const { access_token: next } = await machineToken();
    assert.notEqual(decodeProtectedHeader(String(next)).kid, kid);

    await world.db('signing_keys').where({ tenant_id: id, kid }).delete();
    await world.touch();
    assert.equal(await published(), false);
    assertInactive(await introspect(token), 'its key is gone');
  });
});

describe('revocation of a JWT access token', () => {
  it('ends this token at once, and leaves the refresh token and its sisters', async () => {
    const tokens = await personTokens();
    const sister = await refresh(issuer, tokens.refresh_token, WEB, { resource: NOTES_API });
    assert.equal((await revoke(tokens.access_token)).status, 200);
    assertInactive(await introspect(tokens.access_token), 'revoked');
    assertInactive(await introspect(tokens.access_token, NOTES_API_CLIENT), 'revoked, to its API');
    await assertActive(sister.json.access_token);
    const again = await refresh(issuer, sister.json.refresh_token, WEB);
    assert.equal(again.status, 200, again.text);
    assert.equal((await revoke(tokens.access_token)).status, 200, 'revoking twice is fine');
  });

  it('ends the token of a machine', async () => {
    const { access_token: token } = await machineToken();
    const { access_token: sister } = await machineToken();
    assert.equal((await revoke(token, NOTES_API_CLIENT)).status, 200);
    assertInactive(await introspect(token, NOTES_API_CLIENT), 'revoked');
    assert.equal((await introspect(sister, NOTES_API_CLIENT)).json.active, true);
  });

  it('happens with the refresh token, for every access token of the grant', async () => {
    const tokens = await personTokens();
    const next = await refresh(issuer, tokens.refresh_token, WEB, { resource: NOTES_API });
    assert.equal((await revoke(next.json.refresh_token)).status, 200);
    assertInactive(await introspect(tokens.access_token), 'the first');
    assertInactive(await introspect(next.json.access_token), 'the second');
    assertInactive(await introspect(next.json.refresh_token), 'the refresh token');
  });

  it('happens with the grant', async () => {
    const { access_token: token } = await personTokens();
    const { id } = await world.tenant();
    const tombstoneUntil = new Date(Date.now() + 86_400_000);
    await world.artifacts.revokeGrant(id, String(decodeJwt(String(token)).gid), { tombstoneUntil });
    assertInactive(await introspect(token), 'its grant was revoked');
  });

  it('is refused to another client, which is told so', async () => {
    const { access_token: token } = await personTokens();
    for (const client of [LEDGER_WEB, NOTES_API_CLIENT, { id: 'spa' }]) {
      const { status, json } = await revoke(token, client);
      assert.equal(status, 400);
      assert.equal(json.error, 'invalid_request');
    }
    await assertActive(token);
  });

  it('is denied in the store by nothing that could be presented', async () => {
    const { access_token: token } = await personTokens();
    await revoke(token);
    const rows = await world.db('tombstones').select();
    assert.ok(rows.length > 0);
    const text = JSON.stringify(rows);
    assert.ok(!text.includes(String(decodeJwt(String(token)).jti)));
  });
});
