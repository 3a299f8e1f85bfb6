import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { accountGuest, ageSignIns, pathOf } from '../account-visit.ts';
import { ALICE } from '../gatehouse.ts';
import type { PlainPage } from '../plain-browser.ts';
import {
  arrived,
  says,
  startUpstreamFlowWorld,
  type UpstreamFlowWorld,
} from '../upstream-flow-world.ts';
import type { UpstreamServer } from '../upstream-server.ts';

const HOUR = 3600;
const YEAR = 365 * 24 * HOUR;
const NOT_RECENT = /Trusted.? did not confirm that it was you just now/;

describe('a provider of others, where a sign-in has to be a recent one', () => {
  let world: UpstreamFlowWorld;
  let trusted: UpstreamServer;
  before(async () => {
    world = await startUpstreamFlowWorld();
    ({ trusted } = world);
    trusted.person = { sub: 'alice-at-trusted' };
    const browser = world.newBrowser();
    const { page } = await world.continueWith(browser, 'trusted');
    const asked = await browser.submit(page, ALICE, { action: '/sign-in' });
    arrived(await browser.submit(asked, {}, { action: '/upstream-link', button: 'link' }));
  });
  beforeEach(() => {
    world.nextPerson();
    trusted.person = { sub: 'alice-at-trusted' };
  });
  after(() => world.stop());

  const seconds = () => Math.floor(Date.now() / 1000);
  /** What the provider was asked last. */
  const asked = () => {
    const request = trusted.received.findLast(({ response_type: type }) => type === 'code');
    return { prompt: request?.prompt, maxAge: request?.max_age };
  };
  const SILENT = { prompt: undefined, maxAge: undefined };
  const ANEW = { prompt: 'login', maxAge: '0' };
  /** Somebody whom the provider let in at the account page, without a page of its own. */
  async function letIn() {
    const guest = accountGuest(world.deployment);
    const press = (page: PlainPage) => world.press(guest.browser, page, 'trusted');
    const inside = await press(await guest.visit('/account'));
    assert.equal(pathOf(inside), '/account');
    assert.deepEqual(asked(), SILENT);
    return { ...guest, press };
  }

  it('is asked anew by whoever has gone out and come in again, before anything dangerous', async () => {
    trusted.forged = { auth_time: seconds() - HOUR };
    const { visit, press } = await letIn();
    const page = await visit('/account/password');
    assert.match(pathOf(page), /^\/interaction\//);
    trusted.forged = { auth_time: seconds() - HOUR };
    says(await press(page), NOT_RECENT);
    trusted.forged = {};
    assert.equal(pathOf(await press(await visit('/account/password'))), '/account/password');
    assert.deepEqual(asked(), ANEW);
    assert.equal(pathOf(await visit('/account/data/delete')), '/account/data/delete');
  });

  it('is asked anew by whoever says that they are somebody else', async () => {
    const { browser, visit, press } = await letIn();
    await ageSignIns(world.deployment, HOUR);
    const confirm = await visit('/account/password');
    const other = await browser.submit(confirm, {}, { action: '/switch' });
    trusted.forged = { auth_time: seconds() - HOUR };
    says(await press(other), NOT_RECENT);
    assert.deepEqual(asked(), ANEW);
    assert.match(pathOf(await visit('/account/password')), /^\/interaction\//);
  });

  it('is asked anew by whoever was not signed in, where that is what was wanted', async () => {
    const { browser, visit } = accountGuest(world.deployment);
    const page = await visit('/account/password');
    assert.equal(pathOf(await world.press(browser, page, 'trusted')), '/account/password');
    assert.deepEqual(asked(), ANEW);
  });

  it('is believed when it says by itself that the sign-in there was just now', async () => {
    trusted.forged = { auth_time: seconds() };
    const { visit } = await letIn();
    assert.equal(pathOf(await visit('/account/password')), '/account/password');
  });

  it('begins a session that lasts, however long ago the sign-in there was', async () => {
    trusted.forged = { auth_time: seconds() - YEAR };
    const { visit } = await letIn();
    assert.equal(pathOf(await visit('/account')), '/account');
    const sessions = await visit('/account/sessions');
    assert.equal(pathOf(sessions), '/account/sessions');
    assert.doesNotMatch(sessions.text, new RegExp(String(new Date().getUTCFullYear() - 1)));
  });

  it('tells applications the truth of when', async () => {
    const browser = world.newBrowser();
    const said = async (parameters: Record<string, string>, press: boolean) => {
      const request = await world.begin('default', parameters);
      const page = await browser.open(request.url.href);
      const done = press ? await world.press(browser, page, 'trusted') : page;
      const claims = (await request.redeem(arrived(done))).claims();
      return seconds() - (claims?.auth_time ?? 0);
    };
    trusted.forged = { auth_time: seconds() - 2 * HOUR };
    assert.ok(Math.abs((await said({}, true)) - 2 * HOUR) < 30);
    assert.deepEqual(asked(), SILENT);
    // Long enough ago for this one: nobody is asked.
    assert.ok((await said({ max_age: String(3 * HOUR) }, false)) > HOUR);
    trusted.forged = {};
    for (const wish of [{ max_age: String(HOUR) }, { prompt: 'login' }, { max_age: '0' }]) {
      await ageSignIns(world.deployment, 2 * HOUR);
      trusted.received.length = 0;
      assert.ok((await said(wish, true)) < 30, JSON.stringify(wish));
      assert.deepEqual(asked(), ANEW);
    }
  });

  it('that never says when keeps nobody out, and confirms nobody who is signed in', async () => {
    trusted.forged = { auth_time: undefined };
    const guest = accountGuest(world.deployment);
    const page = await guest.visit('/account/password');
    assert.equal(pathOf(await world.press(guest.browser, page, 'trusted')), '/account/password');
    assert.deepEqual(asked(), ANEW);
    await ageSignIns(world.deployment, HOUR);
    const confirm = await guest.visit('/account/password');
    says(await world.press(guest.browser, confirm, 'trusted'), NOT_RECENT);
  });

  it('may say that it was at no time at all', async () => {
    for (const never of [0, 0.5]) {
      trusted.forged = { auth_time: never };
      const { visit } = await letIn();
      assert.match(pathOf(await visit('/account/password')), /^\/interaction\//);
    }
  });
});
