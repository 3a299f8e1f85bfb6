import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { insertApplication, insertClient, insertTenant } from '../testing/fixtures.ts';
import {
  authorizationUrl,
  authorize,
  CALLBACK,
  post,
  redeem,
  SECRET,
  SIGNED_OUT,
  webClient,
} from '../testing/plain-client.ts';
import { addCast } from '../testing/provider-cast.ts';
import { type ProviderWorld, startProviderWorld } from '../testing/provider-world.ts';
import { rawRequest } from '../testing/serve-app.ts';
import { MAX_PARAMETERS_BYTES } from './parameter-limit.ts';

const WEB = { id: 'web', secret: SECRET };
const LOOSE = 'https://loose.example';
const TOO_LONG = 's'.repeat(MAX_PARAMETERS_BYTES);

let world: ProviderWorld;
let issuer: string;

before(async () => {
  world = await startProviderWorld();
  await addCast(world);
  issuer = world.origin;
  const loose = await insertTenant(world.db, {
    slug: 'loose',
    customIssuer: LOOSE,
    settings: { profile: 'compat' },
  });
  const application = await insertApplication(world.db, loose);
  await insertClient(world.db, loose, application, {
    clientId: 'spa',
    metadata: webClient({
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code'],
    }),
  });
});
after(() => world.close());
beforeEach(() => world.db('artifacts').delete());

const stored = async (): Promise<string[]> => world.db('artifacts').orderBy('model').pluck('model');

/** As an authorization request has them, pushed. */
const parameters = (more: Record<string, string>) =>
  Object.fromEntries(new URL(authorizationUrl(issuer, 'web', more)).searchParams);

/** With a `state` that makes them as long as they may be. */
function fullParameters(): Record<string, string> {
  const without = Buffer.byteLength(JSON.stringify(parameters({ state: '' })));
  return parameters({ state: 's'.repeat(MAX_PARAMETERS_BYTES - without) });
}

const asBrowser = { accept: 'text/html' };

/** By POST, as only a tenant of the profile `compat` takes it. */
const postLoose = (path: string, form: Record<string, string>) =>
  rawRequest(world.port, {
    method: 'POST',
    path,
    headers: {
      host: 'loose.example',
      'content-type': 'application/x-www-form-urlencoded',
      ...asBrowser,
    },
    body: new URLSearchParams(form).toString(),
  });

describe('an authorization request', () => {
  it('may have all that honest clients send, at once', async () => {
    const browser = world.browser();
    const first = await authorize(browser, issuer, 'web');
    const { json } = await redeem(issuer, first.code, WEB);
    const claim = (name: string) => [name, { essential: true }];
    const claims = ['name', 'email', 'roles', 'locale', 'zoneinfo', 'phone_number'].map(claim);
    const all = {
      state: 's'.repeat(2048),
      nonce: 'n'.repeat(64),
      claims: JSON.stringify({ id_token: Object.fromEntries(claims) }),
      id_token_hint: String(json.id_token),
      login_hint: 'somebody.with.a.long.name@a.long.domain.example',
      ui_locales: 'de-CH de en',
    };
    const { code, state } = await authorize(browser, issuer, 'web', all);
    assert.equal(state, all.state);
    assert.equal((await redeem(issuer, code, WEB)).status, 200);
  });

  it('goes back to the client with an error, and nothing of it is kept, when it is too long', async () => {
    const full = new URLSearchParams(fullParameters());
    const taken = await world.browser().open(`${issuer}/auth?${full}`);
    assert.ok(new URL(taken.url).searchParams.has('code'), taken.url);
    await world.db('artifacts').delete();

    full.set('state', `${full.get('state')}s`);
    const page = await world.browser().open(`${issuer}/auth?${full}`);
    const answer = new URL(page.url);
    assert.equal(answer.origin + answer.pathname, CALLBACK);
    assert.equal(answer.searchParams.get('error'), 'invalid_request');
    assert.match(answer.searchParams.get('error_description') ?? '', /4096 bytes/);
    assert.equal(answer.searchParams.get('state'), full.get('state'));
    assert.deepEqual(await stored(), []);
  });

  it('is too long whatever parameter it is that is, but a valid hint', async () => {
    for (const name of ['nonce', 'login_hint', 'ui_locales', 'acr_values']) {
      const page = await world
        .browser()
        .open(authorizationUrl(issuer, 'web', { [name]: TOO_LONG }));
      assert.equal(new URL(page.url).searchParams.get('error'), 'invalid_request', name);
    }
    const controls = '\u0001'.repeat(MAX_PARAMETERS_BYTES / 4);
    const page = await world.browser().open(authorizationUrl(issuer, 'web', { state: controls }));
    assert.equal(new URL(page.url).searchParams.get('error'), 'invalid_request', 'as it is kept');
    assert.deepEqual(await stored(), []);
  });

  it('is refused by POST as well', async () => {
    const url = new URL(authorizationUrl(LOOSE, 'spa', { state: TOO_LONG }));
    const { status, headers } = await postLoose('/auth', Object.fromEntries(url.searchParams));
    assert.equal(status, 303);
    assert.ok(headers.location?.startsWith(`${CALLBACK}?error=invalid_request`), headers.location);
    assert.deepEqual(await stored(), []);
  });
});

describe('a pushed authorization request', () => {
  it('may be as long, and is then good for a sign-in', async () => {
    const { status, json, text } = await post(`${issuer}/request`, fullParameters(), WEB);
    assert.equal(status, 201, text);
    const query = new URLSearchParams({ client_id: 'web', request_uri: String(json.request_uri) });
    const page = await world.browser().open(`${issuer}/auth?${query}`);
    assert.ok(new URL(page.url).searchParams.has('code'), page.url);
  });

  it('that is too long is a 413, and nothing of it is kept', async () => {
    const { status, json } = await post(`${issuer}/request`, parameters({ state: TOO_LONG }), WEB);
    assert.equal(status, 413);
    assert.equal(json.error, 'invalid_request');
    assert.match(String(json.error_description), /4096 bytes/);
    assert.deepEqual(await stored(), []);
  });

  it('is not taken for the account page, which asks in the browser', async () => {
    const asked = {
      client_id: 'gatehouse-account',
      response_type: 'none',
      redirect_uri: `${issuer}/account/signed-in`,
      scope: 'openid',
    };
    const { status, json } = await post(`${issuer}/request`, asked);
    assert.equal(status, 400);
    assert.equal(json.error, 'unauthorized_client');
    assert.deepEqual(await stored(), []);
    const page = await world.browser().request(`${issuer}/auth?${new URLSearchParams(asked)}`);
    assert.equal(page.status, 303);
    assert.match(page.headers.get('location') ?? '', /\/interaction\//);
  });
});

describe('a request to sign out', () => {
  const path = (state: string) => `/session/end?${new URLSearchParams({ state })}`;

  it('may have a state as long as a sign-in’s, and any valid hint', async () => {
    const browser = world.browser();
    const { code } = await authorize(browser, issuer, 'web');
    const { json } = await redeem(issuer, code, WEB);
    const state = 's'.repeat(2048);
    const query = new URLSearchParams({
      id_token_hint: String(json.id_token),
      post_logout_redirect_uri: SIGNED_OUT,
      state,
    });
    const page = await browser.open(`${issuer}/session/end?${query}`);
    assert.equal((await browser.submit(page, {})).url, `${SIGNED_OUT}?state=${state}`);
  });

  it('is a page or JSON that says so, and nothing of it is kept, when it is too long', async () => {
    for (const spelled of [path(TOO_LONG), path(TOO_LONG).replace('/end?', '/END/?')]) {
      const page = await rawRequest(world.port, {
        path: spelled,
        headers: { host: new URL(issuer).host, ...asBrowser },
      });
      assert.equal(page.status, 400);
      assert.match(String(page.headers['content-type']), /^text\/html/);
      assert.match(page.body, /4096 bytes/);
      assert.equal(page.headers['set-cookie'], undefined);
    }
    const answer = await fetch(`${issuer}${path(TOO_LONG)}`);
    assert.equal(answer.status, 400);
    assert.equal(((await answer.json()) as { error: string }).error, 'invalid_request');
    assert.deepEqual(await stored(), []);
  });

  it('is refused by POST as well, and read when it is not too long', async () => {
    const refused = await postLoose('/session/end', { state: TOO_LONG });
    assert.equal(refused.status, 400);
    assert.deepEqual(await stored(), []);
    const taken = await postLoose('/session/end', { state: 'goodbye', client_id: 'spa' });
    assert.equal(taken.status, 200, taken.body);
    assert.deepEqual(await stored(), ['Session']);
    const unknown = await postLoose('/session/end', { client_id: 'nobody' });
    assert.equal(unknown.status, 400, 'the library has read it, too');
  });
});
