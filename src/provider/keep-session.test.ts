import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import Koa from 'koa';
import type { PlainBrowser } from '../testing/plain-browser.ts';
import { authorize, post, redeem, refresh, SECRET } from '../testing/plain-client.ts';
import { addCast, type ProviderCast } from '../testing/provider-cast.ts';
import { type ProviderWorld, startProviderWorld } from '../testing/provider-world.ts';
import { type ServedApp, serveApp } from '../testing/serve-app.ts';
import { tombstoneUntil } from './adapter.ts';
import type { ArtifactStore } from './artifact-store.ts';
import { currentSession } from './current-session.ts';
import { endAllButSession } from './keep-session.ts';

const WEB = { id: 'web', secret: SECRET };

let world: ProviderWorld;
let cast: ProviderCast;
/** A page of ours beside the protocol: POST ends whatever is not this session. */
let page: ServedApp;
let artifacts: Pick<ArtifactStore, 'findSessionByUid' | 'save'>;

before(async () => {
  world = await startProviderWorld();
  cast = await addCast(world);
  const app = new Koa();
  app.use(async (ctx) => {
    const tenant = await world.tenant();
    const provider = await world.pool.providerForTenant(tenant);
    const session = await currentSession(provider, ctx);
    if (session !== undefined && ctx.method === 'POST') {
      const endAccount = (tenantId: string, accountId: string) =>
        world.artifacts.endAccount(tenantId, accountId, {
          tombstoneUntil: tombstoneUntil(world.now()),
        });
      const deps = { artifacts, endAccount, now: world.now };
      await endAllButSession(deps, provider, tenant, { ...session, ctx });
    }
    ctx.body = session?.uid ?? 'nobody';
  });
  page = await serveApp(app.callback());
});
after(async () => {
  await page.close();
  await world.close();
});
beforeEach(() => {
  artifacts = world.artifacts;
  world.signsIn = cast.alice;
});

async function tokensIn(browser: PlainBrowser, parameters: Record<string, string> = {}) {
  const { code } = await authorize(browser, world.origin, 'web', parameters);
  return (await redeem(world.origin, code, WEB)).json;
}

const whoIs = async (browser: PlainBrowser): Promise<string> =>
  (await browser.request(page.url)).text();
const endOthers = (browser: PlainBrowser) => browser.request(page.url, { method: 'POST' });

describe('ending everything but one session', () => {
  it('leaves that one, under the same uid and another id, and nothing else', async () => {
    const [here, there] = [world.browser(), world.browser()];
    const mine = await tokensIn(here);
    const offline = await tokensIn(there, {
      scope: 'openid offline_access',
      prompt: 'consent',
    });
    world.signsIn = cast.bob;
    const bob = world.browser();
    await authorize(bob, world.origin, 'web');

    const uid = await whoIs(here);
    const stolen = await here.jar.getCookieString(world.origin);
    const answer = await endOthers(here);
    assert.equal(answer.status, 200);
    assert.equal(await whoIs(here), uid);
    assert.equal(await whoIs(there), 'nobody');
    assert.notEqual(await whoIs(bob), 'nobody');
    const copied = await fetch(page.url, { headers: { cookie: stolen } });
    assert.equal(await copied.text(), 'nobody');
    for (const { refresh_token: token } of [mine, offline]) {
      assert.equal((await refresh(world.origin, token, WEB)).status, 400);
    }
    const active = await post(
      `${world.origin}/token/introspection`,
      { token: String(mine.access_token) },
      WEB,
    );
    assert.equal(active.json.active, false);
  });

  it('goes on to work for the protocol, which asks for nothing again', async () => {
    const browser = world.browser();
    await tokensIn(browser);
    await endOthers(browser);
    world.steps.length = 0;
    const tokens = await tokensIn(browser, { prompt: 'none' });
    assert.deepEqual(world.steps, []);
    assert.equal((await refresh(world.origin, tokens.refresh_token, WEB)).status, 200);
  });

  it('sets the cookie as the protocol does', async () => {
    const browser = world.browser();
    const { id } = await world.tenant();
    await authorize(browser, world.origin, 'web');
    const [cookie = '', signature = ''] = (await endOthers(browser)).headers.getSetCookie();
    const pattern =
      /^gatehouse_session_default=[\w-]{43}; path=\/; expires=[^;]+; samesite=lax; httponly$/i;
    assert.match(cookie, pattern);
    assert.match(signature, /^gatehouse_session_default\.sig=/);
    // Whoever did not want to stay signed in is not from now on.
    await world
      .db('artifacts')
      .where({ tenant_id: id, model: 'Session', account_id: cast.alice })
      .update({ payload: world.db.raw(`payload::jsonb || '{"transient":true}'`) });
    const [transient = ''] = (await endOthers(browser)).headers.getSetCookie();
    assert.doesNotMatch(transient, /expires/);
  });

  it('signs the browser out, too, if it cannot be written again', async () => {
    const browser = world.browser();
    await authorize(browser, world.origin, 'web');
    artifacts = { ...world.artifacts, save: async () => 'ended' };
    const answer = await endOthers(browser);
    assert.deepEqual(answer.headers.getSetCookie(), []);
    assert.equal(await whoIs(browser), 'nobody');
  });

  it('does not bring back a session that has ended meanwhile', async () => {
    const browser = world.browser();
    await authorize(browser, world.origin, 'web');
    const { id } = await world.tenant();
    const { findSessionByUid } = world.artifacts;
    artifacts = {
      ...world.artifacts,
      async findSessionByUid(tenantId, key) {
        const found = await findSessionByUid.call(world.artifacts, tenantId, key);
        await world.artifacts.endSession(id, key, [], {
          tombstoneUntil: tombstoneUntil(world.now()),
        });
        return found;
      },
    };
    await endOthers(browser);
    assert.equal(await whoIs(browser), 'nobody');
  });
});
