import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { insertApplication, insertClient } from '../testing/fixtures.ts';
import { type EndpointAnswer, post, SECRET } from '../testing/plain-client.ts';
import { addCast } from '../testing/provider-cast.ts';
import { type ProviderWorld, startProviderWorld } from '../testing/provider-world.ts';

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

let world: ProviderWorld;
let privateKey: CryptoKey;
let publicJwk: Record<string, unknown>;

before(async () => {
  world = await startProviderWorld();
  await addCast(world);
  const pair = await generateKeyPair('ES256', { extractable: true });
  privateKey = pair.privateKey;
  publicJwk = { ...(await exportJWK(pair.publicKey)), kid: 'one', alg: 'ES256', use: 'sig' };
  for (const slug of ['default', 'acme']) {
    const { id } = await world.tenant(slug);
    const application = await insertApplication(world.db, id, { key: 'jobs' });
    for (const clientId of ['job', 'other-job']) {
      await insertClient(world.db, id, application, { clientId, metadata: metadata() });
    }
    await world.touch(slug);
  }
});
after(() => world.close());

const metadata = () => ({
  redirect_uris: [],
  response_types: [],
  grant_types: ['client_credentials'],
  token_endpoint_auth_method: 'private_key_jwt',
  jwks: { keys: [publicJwk] },
});

const seconds = (more: number) => Math.floor(Date.now() / 1000) + more;

async function assertion(claims: JWTPayload = {}, clientId = 'job', audience = world.origin) {
  const base = { iss: clientId, sub: clientId, aud: audience, exp: seconds(60), jti: 'the-jti' };
  return new SignJWT({ ...base, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'one' })
    .sign(privateKey);
}

const authenticate = (signed: string, issuer = world.origin): Promise<EndpointAnswer> =>
  post(`${issuer}/token`, {
    grant_type: 'client_credentials',
    client_assertion_type: ASSERTION_TYPE,
    client_assertion: signed,
  });

describe('a client assertion', () => {
  it('authenticates once, however many come at once', async () => {
    const signed = await assertion({ jti: 'at-once' });
    const answers = await Promise.all(Array.from({ length: 100 }, () => authenticate(signed)));
    const refused = answers.filter((one) => one.status !== 200);
    assert.equal(answers.length - refused.length, 1);
    for (const { status, json } of refused) {
      assert.equal(status, 401);
      assert.equal(json.error, 'invalid_client');
    }
    assert.equal((await authenticate(signed)).status, 401, 'nor later');
    const resigned = await assertion({ jti: 'at-once', exp: seconds(90) });
    assert.equal((await authenticate(resigned)).status, 401, 'nor by another signature');
  });

  it('is told from that of another client and of another tenant', async () => {
    const acme = `${world.origin}/t/acme`;
    const jti = 'everybody-has-it';
    assert.equal((await authenticate(await assertion({ jti }))).status, 200);
    assert.equal((await authenticate(await assertion({ jti }, 'other-job'))).status, 200);
    assert.equal((await authenticate(await assertion({ jti }, 'job', acme), acme)).status, 200);
    assert.equal((await authenticate(await assertion({ jti }, 'job', acme), acme)).status, 401);
    const meantForAcme = await assertion({ jti: 'meant-for-acme' }, 'job', acme);
    assert.equal((await authenticate(meantForAcme)).status, 401);
  });

  it('is not mistaken for another whose names run together the same way', async () => {
    const { id } = await world.tenant();
    const { ReplayDetection } = await world.pool.providerForTenant(await world.tenant());
    assert.equal(await ReplayDetection.unique('ab', 'c', seconds(60)), true);
    assert.equal(await ReplayDetection.unique('a', 'bc', seconds(60)), true);
    const rows = await world.db('artifacts').where({ tenant_id: id, model: 'ReplayDetection' });
    assert.ok(rows.every((row) => JSON.stringify(row.payload) === '{}'));
  });

  it('may be presented again when it has long expired, and fails for that', async () => {
    const past = await assertion({ jti: 'past', exp: seconds(-60) });
    const { status, json } = await authenticate(past);
    assert.equal(status, 401);
    assert.equal(json.error, 'invalid_client');
  });

  it('that would have to be remembered for ever is refused', async () => {
    for (const exp of [seconds(25 * 60 * 60), 99_999_999_999, 1e15, 1e300, Number.MAX_VALUE]) {
      const { status, json } = await authenticate(await assertion({ jti: `until-${exp}`, exp }));
      assert.equal(status, 401, String(exp));
      assert.equal(json.error, 'invalid_client');
    }
    const day = await assertion({ jti: 'a-day', exp: seconds(23 * 60 * 60) });
    assert.equal((await authenticate(day)).status, 200);
  });

  it('is refused, and no more, when its claims are nonsense', async () => {
    const nonsense: Record<string, unknown>[] = [
      { jti: { a: 1 } },
      { jti: ['x'] },
      { jti: '\u0000' },
      { exp: 'tomorrow' },
      { exp: -1 },
      { iss: { a: 1 } },
      { aud: [1, null] },
      { sub: '\u0000' },
    ];
    for (const claims of nonsense) {
      const { status, text } = await authenticate(await assertion(claims));
      assert.ok(status < 500, `${JSON.stringify(claims)} ${status} ${text}`);
    }
    for (const signed of ['', 'a', 'a.b.c', '..']) {
      const { status } = await authenticate(signed);
      assert.ok(status === 400 || status === 401, `${signed} ${status}`);
    }
  });
});

describe('a DPoP proof', () => {
  it('is good for one request, however many come at once', async () => {
    const pair = await generateKeyPair('ES256', { extractable: true });
    const url = `${world.origin}/token`;
    const dpop = await new SignJWT({ htm: 'POST', htu: url, jti: 'the-proof' })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: await exportJWK(pair.publicKey) })
      .setIssuedAt()
      .sign(pair.privateKey);
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'notes-api',
      client_secret: SECRET,
    });
    const statuses = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const response = await fetch(url, { method: 'POST', headers: { dpop }, body });
        await response.body?.cancel();
        return response.status;
      }),
    );
    assert.deepEqual(statuses.sort(), [200, ...Array(19).fill(400)]);
  });
});
