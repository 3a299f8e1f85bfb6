import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { decodeProtectedHeader } from 'jose';
import * as client from 'openid-client';
import { demoParty, visitor } from '../demo-clients.ts';
import { ALICE, startDeployment, type TestDeployment } from '../gatehouse.ts';
import { createRelyingParty, signIn, walkThrough } from '../relying-party.ts';
import { seedMore } from '../seed-more.ts';

const CALLBACK = 'http://localhost:9000/callback';
const AUDIENCE = 'https://api.everything.example';

/** Somebody who has every standard claim. */
const DORA = { identifier: 'dora', password: 'dora-has-everything' };
const DORAS_CLAIMS = {
  name: 'Dora B. Example',
  given_name: 'Dora',
  middle_name: 'B.',
  family_name: 'Example',
  nickname: 'Do',
  profile: 'https://dora.example/profile',
  picture: 'https://dora.example/picture.png',
  website: 'https://dora.example/',
  gender: 'female',
  birthdate: '1980-02-29',
  zoneinfo: 'Europe/Paris',
  locale: 'fr-FR',
  phone_number: '+33123456789',
  phone_number_verified: true,
  address: { formatted: '1 rue de la Porte\n75001 Paris', country: 'France' },
};

describe('what discovery advertises', () => {
  let deployment: TestDeployment;
  let metadata: client.ServerMetadata;
  before(async () => {
    deployment = await startDeployment();
    await seedMore(deployment, {
      slug: 'default',
      applications: [
        {
          key: 'everything',
          name: 'Everything',
          firstParty: true,
          audience: AUDIENCE,
          roles: [{ key: 'owner' }],
          clients: ['RS256', 'ES256'].map((alg) => ({
            client_id: `everything-${alg}`,
            token_endpoint_auth_method: 'none',
            redirect_uris: [CALLBACK],
            grant_types: ['authorization_code', 'refresh_token'],
            id_token_signed_response_alg: alg,
          })),
        },
      ],
      accounts: [
        {
          username: 'dora',
          email: 'dora@example.com',
          emailVerified: true,
          ...DORAS_CLAIMS,
          password: { value: DORA.password },
          roles: ['everything:owner'],
        },
      ],
    });
    const { config } = await demoParty(deployment, 'notes-web');
    metadata = config.serverMetadata();
  });
  after(() => deployment.stop());

  const everything = (alg = 'RS256') =>
    createRelyingParty({
      issuer: deployment.publicUrl,
      clientId: `everything-${alg}`,
      redirectUri: CALLBACK,
      scope: (metadata.scopes_supported ?? []).join(' '),
    });

  it('answers at every endpoint', async () => {
    const endpoints = Object.entries(metadata).filter(([name]) => /_(endpoint|uri)$/.test(name));
    assert.ok(endpoints.length >= 8);
    for (const [name, url] of endpoints) {
      const browsed = /^(authorization|end_session|userinfo)_endpoint$|^jwks_uri$/.test(name);
      const answer = await fetch(String(url), { method: browsed ? 'GET' : 'POST' });
      assert.ok([200, 400, 401].includes(answer.status), `${name}: ${answer.status}`);
      await answer.body?.cancel();
    }
  });

  it('grants every scope and delivers every claim', async () => {
    const party = await everything();
    const tokens = await signIn(visitor(deployment), party, DORA, { prompt: 'consent' });
    assert.deepEqual(tokens.scope?.split(' ').sort(), metadata.scopes_supported?.toSorted());

    const idToken = await party.verify(tokens.id_token ?? '', party.clientId);
    const userinfo = await client.fetchUserInfo(
      party.config,
      tokens.access_token,
      idToken.sub ?? '',
    );
    const delivered: Record<string, unknown> = { ...idToken, ...userinfo };
    const missing = metadata.claims_supported?.filter((claim) => delivered[claim] === undefined);
    assert.deepEqual(missing, []);
    for (const [claim, value] of Object.entries(DORAS_CLAIMS)) {
      assert.deepEqual(userinfo[claim], value, claim);
    }
    assert.equal(userinfo.preferred_username, 'dora');
    assert.equal(userinfo.email, 'dora@example.com');
    assert.equal(userinfo.email_verified, true);
    assert.equal(typeof userinfo.updated_at, 'number');
    assert.deepEqual(delivered.roles, ['owner']);
  });

  it('names exactly the grants that work', async () => {
    assert.deepEqual(metadata.grant_types_supported?.toSorted(), [
      'authorization_code',
      'client_credentials',
      'refresh_token',
    ]);
    const party = await everything();
    const tokens = await signIn(visitor(deployment), party, DORA);
    await party.refresh(tokens.refresh_token ?? '');
    const machine = await demoParty(deployment, 'reports-job');
    await client.clientCredentialsGrant(machine.config);
    for (const grant of ['password', 'implicit', 'urn:ietf:params:oauth:grant-type:device_code']) {
      await assert.rejects(client.genericGrantRequest(machine.config, grant, {}), {
        error: 'unsupported_grant_type',
      });
    }
  });

  it('signs ID tokens with every algorithm, as the client registers', async () => {
    const { id_token_signing_alg_values_supported: algorithms } = metadata;
    assert.deepEqual(algorithms?.toSorted(), ['ES256', 'RS256']);
    for (const alg of algorithms ?? []) {
      const party = await everything(alg);
      const tokens = await signIn(visitor(deployment), party, DORA);
      assert.equal(decodeProtectedHeader(tokens.id_token ?? '').alg, alg);
      await party.verify(tokens.id_token ?? '', party.clientId);
    }
  });

  it('satisfies the acr that it offers', async () => {
    const [acr = ''] = metadata.acr_values_supported ?? [];
    const party = await everything();
    const tokens = await signIn(visitor(deployment), party, DORA, { acr_values: acr });
    assert.equal(tokens.claims()?.acr, acr);
  });

  it('takes every prompt that it names', async () => {
    const prompts = metadata.prompt_values_supported;
    assert.ok(Array.isArray(prompts) && prompts.length === 4);
    const party = await everything();
    const browser = visitor(deployment);
    await signIn(browser, party, DORA);
    for (const prompt of prompts) {
      const { url } = await party.begin({ prompt: String(prompt) });
      const page = await browser.open(url.href);
      assert.equal(page.status < 400, true, String(prompt));
      assert.doesNotMatch(page.url, /error=/);
    }
  });

  it('takes pushed authorization requests, once each', async () => {
    const party = await demoParty(deployment, 'notes-web');
    const { url, redeem } = await party.begin();
    const pushed = await client.buildAuthorizationUrlWithPAR(
      party.config,
      Object.fromEntries(url.searchParams),
    );
    assert.deepEqual([...pushed.searchParams.keys()].sort(), ['client_id', 'request_uri']);
    const browser = visitor(deployment);
    const arrived = await walkThrough(browser, pushed, ALICE);
    await redeem(arrived.url);

    const again = await browser.open(pushed.href);
    const error = new URL(again.url).searchParams.get('error');
    assert.ok(again.status === 400 || error === 'invalid_request_uri', again.url);
  });

  it('binds tokens to the keys of every DPoP algorithm', async () => {
    for (const alg of metadata.dpop_signing_alg_values_supported ?? []) {
      // One key, two names: WebCrypto knows it as Ed25519.
      if (alg === 'EdDSA') continue;
      const party = await everything();
      const DPoP = client.getDPoPHandle(party.config, await client.randomDPoPKeyPair(alg));
      const request = await party.begin();
      const arrived = await walkThrough(visitor(deployment), request.url, DORA);
      const tokens = await client.authorizationCodeGrant(
        party.config,
        new URL(arrived.url),
        request.checks,
        undefined,
        { DPoP },
      );
      assert.equal(tokens.token_type, 'dpop');
      const { sub = '' } = tokens.claims() ?? {};
      const { config } = party;
      const info = await client.fetchUserInfo(config, tokens.access_token, sub, { DPoP });
      assert.equal(info.sub, sub);
      // The token alone is worth nothing.
      const stolen = await fetch(metadata.userinfo_endpoint ?? '', {
        headers: { authorization: `Bearer ${tokens.access_token}` },
      });
      assert.equal(stolen.status, 401);
      await stolen.body?.cancel();
      await assert.rejects(client.refreshTokenGrant(config, tokens.refresh_token ?? ''));
      await client.refreshTokenGrant(config, tokens.refresh_token ?? '', undefined, { DPoP });
    }
  });

  it('refuses what it says it does not support', async () => {
    assert.equal(metadata.request_uri_parameter_supported, false);
    assert.equal(metadata.registration_endpoint, undefined);
    const party = await everything();
    for (const [parameters, error] of [
      [
        { request_uri: 'https://rp.example/request.jwt' },
        /invalid_request_uri|request_uri_not_supported/,
      ],
      [{ request: 'e30.e30.' }, /request_not_supported/],
      [{ registration: '{}' }, /registration_not_supported/],
      [{ response_type: 'code id_token' }, /unsupported_response_type/],
      [{ response_mode: 'jwt' }, /unsupported_response_mode|invalid_request/],
    ] as const) {
      const { url } = await party.begin(parameters);
      const page = await visitor(deployment).open(url.href);
      const answer = decodeURIComponent(page.url) + page.text;
      assert.match(answer, error, JSON.stringify(parameters));
      assert.doesNotMatch(page.url, /[?&#]code=/);
    }
  });
});
