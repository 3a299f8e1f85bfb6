import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import Koa from 'koa';
import { ACR_MULTI_FACTOR } from '../accounts/acr.ts';
import { authorize, redeem, SECRET } from '../testing/plain-client.ts';
import { addCast, type ProviderCast } from '../testing/provider-cast.ts';
import { type ProviderWorld, startProviderWorld } from '../testing/provider-world.ts';
import { type ServedApp, serveApp } from '../testing/serve-app.ts';
import { listSessions } from './account-sessions.ts';
import { tombstoneUntil } from './adapter.ts';
import { raiseSession } from './raise-session.ts';

let world: ProviderWorld;
let cast: ProviderCast;
/** A page of ours beside the protocol, in which a second factor was proved. */
let page: ServedApp;
let accountId: string;
/** What happens once the session was read. */
let meanwhile: () => Promise<void>;

before(async () => {
  world = await startProviderWorld();
  cast = await addCast(world);
  const app = new Koa();
  app.use(async (ctx) => {
    const tenant = await world.tenant();
    const provider = await world.pool.providerForTenant(tenant);
    const proved = { accountId, amr: ['pwd', 'otp', 'mfa'], acr: ACR_MULTI_FACTOR };
    const state = { startedAt: world.now() };
    const { req, res } = ctx;
    const artifacts = {
      ...world.artifacts,
      async find(...of: Parameters<typeof world.artifacts.find>) {
        const found = await world.artifacts.find(...of);
        await meanwhile();
        return found;
      },
    };
    const request = { req, res, state };
    ctx.body = String(await raiseSession({ artifacts }, provider, tenant.id, request, proved));
  });
  page = await serveApp(app.callback());
});
after(async () => {
  await page.close();
  await world.close();
});
beforeEach(() => {
  world.signsIn = cast.alice;
  accountId = cast.alice;
  meanwhile = async () => undefined;
});

describe('raising a session', () => {
  it('has clients hear of what was proved, and leaves the rest as it was', async () => {
    const browser = world.browser();
    await authorize(browser, world.origin, 'web');
    const tenant = await world.tenant();
    const [before] = await listSessions(world, tenant, cast.alice);
    const cookies = await browser.jar.getCookieString(world.origin);
    assert.equal(await (await browser.request(page.url)).text(), 'true');
    assert.equal(await browser.jar.getCookieString(world.origin), cookies);
    const [after] = await listSessions(world, tenant, cast.alice);
    assert.deepEqual(after, before);

    world.steps.length = 0;
    const { code } = await authorize(browser, world.origin, 'web', {
      acr_values: ACR_MULTI_FACTOR,
      max_age: '300',
    });
    assert.deepEqual(world.steps, []);
    const { id_token: idToken } = (await redeem(world.origin, code, { id: 'web', secret: SECRET }))
      .json;
    const [, claims = ''] = String(idToken).split('.');
    const { acr, amr } = JSON.parse(Buffer.from(claims, 'base64url').toString());
    assert.deepEqual([acr, amr], [ACR_MULTI_FACTOR, ['pwd', 'otp', 'mfa']]);
  });

  it('does nothing for a session that has ended, is somebody else’s, or is none', async () => {
    const browser = world.browser();
    await authorize(browser, world.origin, 'web');
    accountId = cast.bob;
    assert.equal(await (await browser.request(page.url)).text(), 'false');
    accountId = cast.alice;
    const { id } = await world.tenant();
    await world.artifacts.endAccount(id, cast.alice, {
      tombstoneUntil: tombstoneUntil(world.now()),
    });
    assert.equal(await (await browser.request(page.url)).text(), 'false');
    assert.equal(await (await fetch(page.url)).text(), 'false');
  });

  it('brings no session back that ends while it is at it', async () => {
    const browser = world.browser();
    await authorize(browser, world.origin, 'web');
    const tenant = await world.tenant();
    meanwhile = () =>
      world.artifacts.endAccount(tenant.id, cast.alice, {
        tombstoneUntil: tombstoneUntil(world.now()),
      });
    assert.equal(await (await browser.request(page.url)).text(), 'false');
    assert.deepEqual(await listSessions(world, tenant, cast.alice), []);
  });
});
