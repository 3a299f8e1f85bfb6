import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { ACCOUNT_ROUTES } from '../../account-page/route-table.ts';
import {
  type AccountMethodsWorld,
  connect,
  has,
  type Owner,
  startAccountMethodsWorld,
} from '../account-methods-world.ts';
import { type AccountGuest, ageSignIns, pathOf } from '../account-visit.ts';

const DAY_SECONDS = 24 * 60 * 60;

describe('every way to sign in, on the account page', () => {
  let world: AccountMethodsWorld;
  let owner: Owner;
  let guest: AccountGuest;
  before(async () => {
    world = await startAccountMethodsWorld();
  });
  beforeEach(async () => {
    ({ owner, guest } = await world.begin());
  });
  after(() => world.stop());

  const dangerous = ACCOUNT_ROUTES.flatMap((route) =>
    route.access === 'session' && route.recent && route.path.includes('/methods/') ? [route] : [],
  );

  it('asks who it is before anything dangerous, and does nothing until then', async () => {
    assert.ok(dangerous.length >= 9);
    const { shown } = await world.setUpApp(guest);
    await guest.browser.submit(shown, {}, { action: '/saved' });
    await world.addPasskey(guest, 'Mine');
    const pages = await Promise.all(
      ['app', 'app/add', 'passkeys', 'passkeys/add', 'recovery-codes', 'connected'].map((path) =>
        guest.open(`/methods/${path}`),
      ),
    );
    pages.push(await connect(guest));
    const sent = (await world.mailed(owner)).length;
    await ageSignIns(world.deployment, DAY_SECONDS);
    for (const { method, path } of dangerous) {
      const page = method === 'POST' ? pages.find((one) => has(one, path)) : undefined;
      assert.ok(method === 'GET' || page, `${path} has no form`);
      const asked = page
        ? await guest.browser.submit(page, {}, { action: path })
        : await guest.visit(path);
      assert.match(pathOf(asked), /^\/interaction\//, `${method} ${path}`);
    }
    assert.equal((await world.mailed(owner)).length, sent);
    const links = await world.deployment.backends
      .db('upstream_links')
      .where({ account_id: owner.id });
    assert.equal(links.length, 1);
  });
});
