import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { createHeldArtifacts } from '../testing/held-artifacts.ts';
import type { PlainBrowser } from '../testing/plain-browser.ts';
import {
  authorizationUrl,
  authorize,
  post,
  redeem,
  refresh,
  SECRET,
  SIGNED_OUT,
  userinfo,
} from '../testing/plain-client.ts';
import { addCast, LEDGER_API, NOTES_API, type ProviderCast } from '../testing/provider-cast.ts';
import { type ProviderWorld, startProviderWorld } from '../testing/provider-world.ts';

const WEB = { id: 'web', secret: SECRET };
const LEDGER = { id: 'ledger-web', secret: SECRET };
const OFFLINE = { scope: 'openid offline_access', prompt: 'consent' };

const held = createHeldArtifacts();
let world: ProviderWorld;
let cast: ProviderCast;
let issuer: string;
let revocationIsAway = false;

before(async () => {
  world = await startProviderWorld({
    wrap: (deps) => {
      const artifacts = held.wrap(deps.artifacts);
      return {
        ...deps,
        artifacts: {
          ...artifacts,
          endSession(...args) {
            if (revocationIsAway) throw new TypeError('not now');
            return artifacts.endSession(...args);
          },
        },
      };
    },
  });
  cast = await addCast(world);
  issuer = world.origin;
});
after(() => world.close());
beforeEach(() => {
  world.signsIn = cast.alice;
  world.steps.length = 0;
  revocationIsAway = false;
});

type Tokens = Record<string, unknown>;

async function tokensIn(
  browser: PlainBrowser,
  client = WEB,
  parameters: Record<string, string> = {},
): Promise<Tokens> {
  const { code } = await authorize(browser, issuer, client.id, parameters);
  const { resource } = parameters;
  const answer = await redeem(issuer, code, client, resource === undefined ? {} : { resource });
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
}

/** Asks to sign out and confirms. */
async function signOut(browser: PlainBrowser, parameters: Record<string, string> = {}) {
  const asked = await browser.open(`${issuer}/session/end?${new URLSearchParams(parameters)}`);
  assert.equal(asked.status, 200, asked.text);
  return browser.submit(asked, {});
}

const isActive = async (token: unknown, client = WEB): Promise<unknown> =>
  (await post(`${issuer}/token/introspection`, { token: String(token) }, client)).json.active;
const refreshes = async (tokens: Tokens, client = WEB): Promise<boolean> =>
  (await refresh(issuer, tokens.refresh_token, client)).status === 200;

describe('signing out', () => {
  it('ends the session and what was issued in it', async () => {
    const browser = world.browser();
    const tokens = await tokensIn(browser);
    const jwt = await tokensIn(browser, WEB, { resource: NOTES_API, scope: 'openid notes:read' });
    const { code: unused } = await authorize(browser, issuer, 'web');
    const ledger = await tokensIn(browser, LEDGER);
    await signOut(browser);

    assert.equal((await userinfo(issuer, tokens.access_token)).status, 401);
    assert.equal(await isActive(tokens.access_token), false);
    assert.equal(await isActive(jwt.access_token), false);
    assert.equal((await redeem(issuer, unused, WEB)).json.error, 'invalid_grant');
    assert.equal(await refreshes(tokens), false);
    assert.equal(await refreshes(ledger, LEDGER), false);

    world.steps.length = 0;
    await authorize(browser, issuer, 'web');
    assert.match(world.steps.join(), /^login no_session/);
  });

  it('leaves alone what was issued for the time without the person', async () => {
    const browser = world.browser();
    const offline = await tokensIn(browser, WEB, OFFLINE);
    const online = await tokensIn(browser, LEDGER);
    await signOut(browser);
    assert.equal(await refreshes(online, LEDGER), false);
    assert.equal((await userinfo(issuer, offline.access_token)).status, 200);
    assert.equal(await refreshes(offline), true);
  });

  it('tells the two apart within one client, too', async () => {
    const browser = world.browser();
    const online = await tokensIn(browser);
    const offline = await tokensIn(browser, WEB, OFFLINE);
    await signOut(browser);
    assert.equal(await refreshes(online), false);
    assert.equal((await userinfo(issuer, online.access_token)).status, 401);
    assert.equal(await refreshes(offline), true);
  });

  it('leaves the other browsers of the same person alone', async () => {
    const [here, there] = [world.browser(), world.browser()];
    const mine = await tokensIn(here);
    const others = await tokensIn(there);
    await signOut(here);
    assert.equal(await refreshes(mine), false);
    assert.equal(await refreshes(others), true);
    world.steps.length = 0;
    await authorize(there, issuer, 'web');
    assert.deepEqual(world.steps, []);
  });

  it('leads back to the client that asked, with its state', async () => {
    const browser = world.browser();
    const tokens = await tokensIn(browser);
    const page = await signOut(browser, {
      id_token_hint: String(tokens.id_token),
      post_logout_redirect_uri: SIGNED_OUT,
      state: 'goodbye',
    });
    assert.equal(page.url, `${SIGNED_OUT}?state=goodbye`);
    const cookies = (await browser.jar.getCookies(issuer)).map(({ key }) => key);
    assert.ok(!cookies.includes('gatehouse_session_default'), cookies.join());
  });

  it('leads nowhere that the client did not register', async () => {
    const browser = world.browser();
    const tokens = await tokensIn(browser);
    const ask = (parameters: Record<string, string>) =>
      browser.open(`${issuer}/session/end?${new URLSearchParams(parameters)}`);
    const hint = { id_token_hint: String(tokens.id_token) };
    const evil = { post_logout_redirect_uri: 'https://evil.test/' };
    assert.equal((await ask({ ...hint, ...evil })).status, 400);
    assert.equal((await ask({ ...hint, client_id: 'ledger-web' })).status, 400);
    assert.equal((await ask({ id_token_hint: 'a.b.c' })).status, 400);
    assert.equal((await ask({ client_id: 'nobody' })).status, 400);
    const asked = await ask(evil);
    assert.equal(asked.status, 200);
    const done = await browser.submit(asked, {});
    assert.equal(done.url, `${issuer}/session/end/success`);
  });

  it('needs the form of this session', async () => {
    const browser = world.browser();
    const tokens = await tokensIn(browser);
    const forged = await browser.request(`${issuer}/session/end/confirm`, {
      method: 'POST',
      body: new URLSearchParams({ xsrf: 'guessed', logout: 'yes' }),
    });
    assert.equal(forged.status, 400);
    assert.equal(await refreshes(tokens), true);
  });

  it('by the client alone keeps the session, and asks for nothing anew', async () => {
    const browser = world.browser();
    await tokensIn(browser);
    const asked = await browser.open(`${issuer}/session/end?client_id=web`);
    const xsrf = asked.document.querySelector('input[name=xsrf]')?.getAttribute('value') ?? '';
    const kept = await browser.request(`${issuer}/session/end/confirm`, {
      method: 'POST',
      body: new URLSearchParams({ xsrf }),
    });
    assert.equal(kept.status, 303);
    world.steps.length = 0;
    await authorize(browser, issuer, 'ledger-web');
    assert.ok(!world.steps.some((step) => step.startsWith('login')), world.steps.join());
  });

  it('of nobody is fine', async () => {
    const browser = world.browser();
    const page = await browser.open(`${issuer}/session/end`);
    assert.equal(page.url, `${issuer}/session/end/success`);
    assert.equal(page.status, 200);
  });

  it('happens when somebody else signs in at the same browser', async () => {
    const browser = world.browser();
    const tokens = await tokensIn(browser);
    world.signsIn = cast.bob;
    const { code } = await authorize(browser, issuer, 'web', { prompt: 'login' });
    const { json } = await redeem(issuer, code, WEB);
    assert.equal((await userinfo(issuer, json.access_token)).json.sub, cast.bob);
    assert.equal(await refreshes(tokens), false);
    assert.equal((await userinfo(issuer, tokens.access_token)).status, 401);
  });

  it('may be tried again when it failed in the middle', async () => {
    const browser = world.browser();
    const tokens = await tokensIn(browser);
    const asked = await browser.open(`${issuer}/session/end`);
    revocationIsAway = true;
    assert.equal((await browser.submit(asked, {})).status, 500);
    revocationIsAway = false;
    const done = await signOut(browser);
    assert.equal(done.url, `${issuer}/session/end/success`);
    assert.equal(await refreshes(tokens), false);
  });
});

describe('signing out while a request of the session is in flight', () => {
  it('refuses the refresh token that it was about to get', async () => {
    const browser = world.browser();
    const { code } = await authorize(browser, issuer, 'web');
    const saving = held.hold('save', 'RefreshToken');
    const inFlight = redeem(issuer, code, WEB);
    await saving.reached;
    await signOut(browser);
    saving.release();
    const { status, json } = await inFlight;
    assert.deepEqual([status, json.error], [400, 'invalid_grant']);
  });

  it('refuses the rotation of one that it has', async () => {
    const browser = world.browser();
    const tokens = await tokensIn(browser);
    const saving = held.hold('save', 'RefreshToken');
    const inFlight = refresh(issuer, tokens.refresh_token, WEB);
    await saving.reached;
    await signOut(browser);
    saving.release();
    const { status, json } = await inFlight;
    assert.deepEqual([status, json.error], [400, 'invalid_grant']);
  });

  it('lets a rotation for the time without the person go on', async () => {
    const browser = world.browser();
    const tokens = await tokensIn(browser, WEB, OFFLINE);
    const saving = held.hold('save', 'RefreshToken');
    const inFlight = refresh(issuer, tokens.refresh_token, WEB);
    await saving.reached;
    await signOut(browser);
    saving.release();
    const { status, json, text } = await inFlight;
    assert.equal(status, 200, text);
    assert.equal(await refreshes(json), true);
  });

  it('does not let a request that was reading the session bring it back', async () => {
    const browser = world.browser();
    await tokensIn(browser);
    const saving = held.hold('save', 'Session');
    const inFlight = browser.request(authorizationUrl(issuer, 'ledger-web', OFFLINE));
    await saving.reached;
    // The cookies of the request in flight stay the browser's: what it saves would be found.
    const cookies = await browser.jar.getCookieString(issuer);
    await signOut(browser);
    saving.release();
    assert.ok((await inFlight).status < 500);
    const answer = await fetch(authorizationUrl(issuer, 'web', { prompt: 'none' }), {
      headers: { cookie: cookies },
      redirect: 'manual',
    });
    const { searchParams } = new URL(answer.headers.get('location') ?? '');
    assert.equal(searchParams.get('error'), 'login_required');
  });
});

describe('a token for an API of another application', () => {
  it('ends with the session of the client that got it', async () => {
    const browser = world.browser();
    const jwt = await tokensIn(browser, WEB, {
      resource: LEDGER_API,
      scope: 'openid ledger:write',
    });
    const api = { id: 'ledger-api', secret: SECRET };
    assert.equal(await isActive(jwt.access_token, api), true);
    await signOut(browser);
    assert.equal(await isActive(jwt.access_token, api), false);
  });
});
