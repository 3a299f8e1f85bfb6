import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import Koa from 'koa';
import { ACCOUNT_CLIENT_ID } from '../applications/account-client.ts';
import type { PlainBrowser } from '../testing/plain-browser.ts';
import { authorizationUrl, authorize, post } from '../testing/plain-client.ts';
import { addCast, type ProviderCast } from '../testing/provider-cast.ts';
import { type ProviderWorld, startProviderWorld } from '../testing/provider-world.ts';
import { type ServedApp, serveApp } from '../testing/serve-app.ts';
import { type CurrentSession, currentSession } from './current-session.ts';

let world: ProviderWorld;
let cast: ProviderCast;
/** A page beside the protocol, on another port but the same host: cookies know no ports. */
let page: ServedApp;

before(async () => {
  world = await startProviderWorld();
  cast = await addCast(world);
  const app = new Koa();
  app.use(async (ctx) => {
    const slug = ctx.path.startsWith('/t/acme') ? 'acme' : 'default';
    const provider = await world.pool.providerForTenant(await world.tenant(slug));
    ctx.body = (await currentSession(provider, ctx)) ?? 'nobody';
  });
  page = await serveApp(app.callback());
});
after(async () => {
  await page.close();
  await world.close();
});
beforeEach(() => {
  world.signsIn = cast.alice;
});

/** Where a request for the account page begins and ends. */
function signInUrl(parameters: Record<string, string | undefined> = {}, issuer = world.origin) {
  return authorizationUrl(issuer, ACCOUNT_CLIENT_ID, {
    response_type: 'none',
    redirect_uri: `${issuer}/account/signed-in`,
    code_challenge: undefined,
    code_challenge_method: undefined,
    ...parameters,
  });
}

/** Signs in, and returns what the browser was led to afterwards. */
async function arrive(browser: PlainBrowser, url = signInUrl()): Promise<URL> {
  return new URL((await browser.open(url)).url);
}

async function sessionOf(browser: PlainBrowser, path = '/account'): Promise<unknown> {
  const response = await browser.request(`${page.url}${path}`);
  assert.equal(response.headers.get('set-cookie'), null);
  const text = await response.text();
  return text === 'nobody' ? text : (JSON.parse(text) as unknown);
}

describe('the built-in client of the account page', () => {
  it('signs in without being given anything, not even consent to ask for', async () => {
    const browser = world.browser();
    world.steps.length = 0;
    const arrived = await arrive(browser);
    assert.deepEqual([...arrived.searchParams.keys()].sort(), ['iss', 'state']);
    assert.equal(arrived.hash, '');
    assert.deepEqual(world.steps, ['login no_session']);
    const events = await world.audited();
    assert.deepEqual(
      events.filter(({ kind }) => kind === 'token.issued'),
      [],
    );
  });

  it('asks again when a sign-in is too old, and not before', async () => {
    const browser = world.browser();
    await arrive(browser);
    world.steps.length = 0;
    await arrive(browser, signInUrl({ max_age: '300' }));
    assert.deepEqual(world.steps, []);
    await arrive(browser, signInUrl({ max_age: '0' }));
    assert.deepEqual(world.steps, ['login login_prompt']);
  });

  it('is offered nothing else', async () => {
    const cases: [string, Record<string, string>][] = [
      ['a code', { response_type: 'code' }],
      ['an ID token', { response_type: 'id_token', nonce: 'n' }],
      ['more than who it is', { scope: 'openid email' }],
      ['another address', { redirect_uri: 'https://client.example/callback' }],
    ];
    for (const [what, parameters] of cases) {
      const answer = await world.browser().open(signInUrl(parameters));
      assert.match(`${decodeURIComponent(answer.url)} ${answer.text}`, /error/, what);
      assert.doesNotMatch(answer.url, /[?#&](code|id_token|access_token)=/, what);
    }
    for (const grant of ['authorization_code', 'client_credentials', 'refresh_token']) {
      const answer = await post(
        `${world.origin}/token`,
        { grant_type: grant, code: 'x', refresh_token: 'x', redirect_uri: 'https://a.example' },
        { id: ACCOUNT_CLIENT_ID },
      );
      assert.equal(answer.status, 400, grant);
      assert.equal(answer.json.access_token, undefined, grant);
    }
  });

  it('alone may ask for nothing, and discovery does not speak of it', async () => {
    const browser = world.browser();
    const answer = await authorize(browser, world.origin, 'web', { response_type: 'none' });
    assert.equal(answer.error, 'invalid_request');
    const discovery = await fetch(`${world.origin}/.well-known/openid-configuration`);
    const metadata = (await discovery.json()) as Record<string, unknown>;
    assert.deepEqual(metadata.response_types_supported, ['code']);
  });
});

describe('the session of a browser', () => {
  it('says who is signed in, since when and how, the same for as long as it lives', async () => {
    const browser = world.browser();
    assert.equal(await sessionOf(browser), 'nobody');
    const before = Math.floor(Date.now() / 1000) * 1000;
    await arrive(browser);
    const session = (await sessionOf(browser)) as CurrentSession;
    assert.equal(session.accountId, cast.alice);
    assert.equal(session.acr, 'urn:gatehouse:acr:single-factor');
    assert.deepEqual(session.amr, ['pwd']);
    assert.ok(new Date(session.signedInAt).getTime() >= before);

    // The cookie changes with each sign-in, the uid does not.
    const cookie = await browser.jar.getCookieString(world.origin);
    await arrive(browser, signInUrl({ max_age: '0' }));
    assert.notEqual(await browser.jar.getCookieString(world.origin), cookie);
    assert.equal(((await sessionOf(browser)) as CurrentSession).uid, session.uid);
  });

  it('is nobody’s once it has ended, and for a cookie that somebody made up', async () => {
    const browser = world.browser();
    await arrive(browser);
    const { id } = await world.tenant();
    await world.artifacts.endAccount(id, cast.alice, {
      tombstoneUntil: new Date(Date.now() + 60_000),
    });
    assert.equal(await sessionOf(browser), 'nobody');

    const forger = world.browser();
    await forger.jar.setCookie('gatehouse_session_default=guess', world.origin);
    await forger.jar.setCookie('gatehouse_session_default.sig=guess', world.origin);
    assert.equal(await sessionOf(forger), 'nobody');
  });

  it('is nobody’s in another tenant, even if its cookie gets there', async () => {
    const browser = world.browser();
    await arrive(browser);
    const cookies = await browser.jar.getCookieString(world.origin);
    for (const cookie of [cookies, cookies.replaceAll('_default', '_acme')]) {
      const response = await fetch(`${page.url}/t/acme/account`, { headers: { cookie } });
      assert.equal(await response.text(), 'nobody');
    }
  });
});
