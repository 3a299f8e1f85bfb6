import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import {
  type AccountMethodsWorld,
  has,
  listed,
  type Owner,
  startAccountMethodsWorld,
  textOf,
} from '../account-methods-world.ts';
import { type AccountGuest, accountGuest, headingOf, pathOf, statusOf } from '../account-visit.ts';
import { recoveryCodesOn, scanInto } from '../authenticator-app.ts';

describe('an app, its codes and remembered browsers, on the account page', () => {
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

  describe('an authenticator app', () => {
    it('is set up with its first code, brings recovery codes, and is asked for from then on', async () => {
      assert.match(textOf(await guest.open('/methods')), /Authenticator app Off/);
      const { app, shown, codes } = await world.setUpApp(guest);
      assert.equal(pathOf(shown), '/account/methods/recovery-codes');
      assert.match(statusOf(shown) ?? '', /^Your app is set up\./);
      assert.equal(codes.length, 10);
      assert.deepEqual(await world.mailed(owner), ['second_factor_added', 'recovery_codes_made']);

      const methods = await guest.browser.submit(shown, {}, { action: '/saved' });
      assert.match(textOf(methods), /Authenticator app On Recovery codes 10 left/);
      // What was proved a moment ago is not asked for again.
      assert.equal(headingOf(await guest.open('/password')), 'Password');
      const { page } = await world.signInAnew(owner);
      assert.match(textOf(page), /authenticator app/);
      world.nextCode();
      assert.equal(await world.opens(owner, app.code()), '/account');
    });

    it('takes no code that it does not show, and none that sets it up twice', async () => {
      const form = await guest.open('/methods/app/add');
      const app = scanInto(form, world.now);
      for (const code of ['', '000000', 'abcdef']) {
        if (code === app.code()) continue;
        const refused = await guest.browser.submit(form, { code });
        assert.equal(refused.status, 422);
        assert.equal(scanInto(refused, world.now).secret, app.secret);
      }
      const code = app.code();
      const send = () => guest.browser.submit(form, { code });
      await Promise.all([send(), send()]);
      // Whoever sent it once more, when the first answer was long there, is told the same.
      const again = await send();
      assert.match(statusOf(again) ?? '', /^Your app is set up\./, textOf(again));
      assert.match(textOf(await guest.open('/methods')), /Authenticator app On/);
      assert.deepEqual(await world.mailed(owner), ['second_factor_added', 'recovery_codes_made']);
    });

    it('takes the place of the one before, whose codes no longer work', async () => {
      const first = await world.setUpApp(guest);
      world.nextCode();
      const page = await guest.open('/methods/app');
      assert.match(textOf(page), /Set up another app in its place/);
      const second = await world.setUpApp(guest);
      // Codes for the case of loss are there already.
      assert.equal(pathOf(second.shown), '/account/methods/app');
      world.nextCode();
      assert.notEqual(await world.opens(owner, first.app.code()), '/account');
      assert.equal(await world.opens(owner, second.app.code()), '/account');
    });

    it('is removed with the recovery codes that stand in for it', async () => {
      const { shown } = await world.setUpApp(guest);
      await guest.browser.submit(shown, {}, { action: '/saved' });
      const page = await guest.open('/methods/app');
      const done = await guest.browser.submit(page, {}, { action: '/remove' });
      assert.match(statusOf(done) ?? '', /^The app is removed\./);
      assert.equal((await world.mailed(owner)).at(-1), 'second_factor_removed');
      assert.match(textOf(await guest.open('/methods')), /app Off Recovery codes None/);
      assert.equal(pathOf((await world.signInAnew(owner)).page), '/account');
      // Once more does no harm, and tells nobody.
      const sent = (await world.mailed(owner)).length;
      assert.equal((await guest.browser.submit(page, {}, { action: '/remove' })).status, 200);
      assert.equal((await world.mailed(owner)).length, sent);
    });

    it('stays where the tenant lets nobody be without', async () => {
      await world.setUpApp(guest);
      const open = await guest.open('/methods/app');
      await world.setTenant({ mfa: 'required' });
      const page = await guest.open('/methods/app');
      assert.equal(has(page, '/remove'), false);
      assert.match(textOf(page), /This site asks for a second step\./);
      const refused = await guest.browser.submit(open, {}, { action: '/remove' });
      assert.equal(has(refused, '/remove'), false);
      await world.setTenant({ mfa: 'optional' });
      assert.match(textOf(await guest.open('/methods/app')), /Last used/);
    });

    it('is not there where the tenant has no second factors', async () => {
      const form = await guest.open('/methods/app/add');
      const app = scanInto(form, world.now);
      await world.setTenant({ mfa: 'off' });
      for (const path of ['app', 'app/add', 'recovery-codes', 'browsers']) {
        assert.equal(pathOf(await guest.open(`/methods/${path}`)), '/account/methods', path);
      }
      const refused = await guest.browser.submit(form, { code: app.code() });
      assert.equal(pathOf(refused), '/account/methods');
      await world.setTenant({ mfa: 'optional' });
      assert.match(textOf(await guest.open('/methods')), /Authenticator app Off/);
    });
  });

  describe('recovery codes', () => {
    it('are made anew, and those before stop working', async () => {
      const { shown, codes: before } = await world.setUpApp(guest);
      const methods = await guest.browser.submit(shown, {}, { action: '/saved' });
      assert.equal(statusOf(methods), 'Keep your recovery codes where only you find them.');
      const page = await guest.open('/methods/recovery-codes');
      assert.match(textOf(page), /10 left/);
      const made = await guest.browser.submit(page, {}, { action: '/recovery-codes' });
      const codes = recoveryCodesOn(made);
      assert.equal(codes.filter((code) => !before.includes(code)).length, 10);
      assert.notEqual(await world.opens(owner, before[0] ?? '', '/recovery-code'), '/account');
      assert.equal(await world.opens(owner, codes[0] ?? '', '/recovery-code'), '/account');
      assert.equal(
        (await world.mailed(owner)).filter((kind) => kind === 'recovery_codes_made').length,
        2,
      );
    });

    it('are shown where they were made until they are saved, and nowhere else', async () => {
      const { app, codes } = await world.setUpApp(guest);
      assert.deepEqual(recoveryCodesOn(await guest.open('/methods/recovery-codes')), codes);
      const cookies = await guest.browser.jar.getCookieString(
        `${world.deployment.publicUrl}/account`,
      );
      const [, kept = ''] = /gatehouse_codes_default=([^;]+)/.exec(cookies) ?? [];
      assert.notEqual(kept, '');
      for (const code of codes) assert.ok(!cookies.includes(code));

      // Another session, of the owner or of somebody else, that has got hold of the cookie.
      world.nextCode();
      const { other, page: asked } = await world.signInAnew(owner);
      await other.browser.submit(asked, { code: app.code() }, { action: '/second-factor' });
      const stranger = accountGuest(world.deployment, await world.newOwner());
      await stranger.open();
      for (const { browser } of [other, stranger]) {
        const cookie = `gatehouse_codes_default=${kept}; Path=/`;
        await browser.jar.setCookie(cookie, world.deployment.publicUrl);
        const elsewhere = await browser.open(
          `${world.deployment.publicUrl}/account/methods/recovery-codes`,
        );
        assert.equal(pathOf(elsewhere), '/account/methods/recovery-codes');
        assert.deepEqual(recoveryCodesOn(elsewhere), []);
      }

      const page = await guest.open('/methods/recovery-codes');
      await guest.browser.submit(page, {}, { action: '/saved' });
      assert.deepEqual(recoveryCodesOn(await guest.open('/methods/recovery-codes')), []);
    });

    it('are not shown any more once others have been made', async () => {
      const { shown } = await world.setUpApp(guest);
      const { jar } = guest.browser;
      const [cookie] = (await jar.getCookies(world.deployment.publicUrl)).filter(
        ({ key }) => key === 'gatehouse_codes_default',
      );
      assert.ok(cookie);
      const methods = await guest.browser.submit(shown, {}, { action: '/saved' });
      assert.equal(pathOf(methods), '/account/methods');
      const page = await guest.open('/methods/recovery-codes');
      const made = await guest.browser.submit(page, {}, { action: '/recovery-codes' });
      assert.equal(recoveryCodesOn(made).length, 10);
      // As when two answers cross: the browser keeps the older codes.
      await jar.setCookie(cookie, world.deployment.publicUrl);
      const later = await guest.open('/methods/recovery-codes');
      assert.deepEqual(recoveryCodesOn(later), []);
      assert.match(textOf(later), /10 left/);
    });

    it('are not made for whoever has no second factor', async () => {
      const page = await guest.open('/methods/recovery-codes');
      assert.match(textOf(page), /Set one of these up first/);
      assert.equal(has(page, '/recovery-codes'), false);
    });
  });

  describe('a remembered browser', () => {
    async function rememberOne(app: { code(): string }) {
      world.nextCode();
      const { other, page } = await world.signInAnew(owner);
      const fields = { code: app.code(), remember: 'yes' };
      await other.browser.submit(page, fields, { action: '/second-factor' });
      return other;
    }

    it('is listed, and asked for the second factor again once it is forgotten', async () => {
      const { app } = await world.setUpApp(guest);
      await rememberOne(app);
      await rememberOne(app);
      const page = await guest.open('/methods/browsers');
      assert.equal(listed(page).length, 2);
      assert.match(textOf(page), /Remembered on .*, from .*127\.0\.0\.1/);

      // Somebody else's to forget it is not.
      const stranger = accountGuest(world.deployment, await world.newOwner());
      const theirs = await world.setUpApp(stranger);
      await stranger.browser.submit(theirs.shown, {}, { action: '/saved' });
      const id = page.document.querySelector('input[name=browser]')?.getAttribute('value') ?? '';
      await stranger.visit('/account/methods/browsers');
      const own = await stranger.open('/methods/browsers');
      assert.deepEqual(listed(own), []);

      const one = await guest.browser.submit(page, { browser: id }, { action: '/forget' });
      assert.equal(statusOf(one), 'That browser is forgotten.');
      assert.equal(listed(one).length, 1);
      const nothing = await guest.browser.submit(page, { browser: 'x' }, { action: '/forget' });
      assert.equal(listed(nothing).length, 1);
      const all = await guest.browser.submit(page, {}, { action: '/forget-all' });
      assert.equal(statusOf(all), 'All browsers are forgotten.');
      assert.deepEqual(listed(all), []);
    });
  });
});
