import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Cookie } from 'tough-cookie';
import type { AuthenticatorApp } from '../authenticator-app.ts';
import { visitor } from '../demo-clients.ts';
import { ALICE, BOB, STORES } from '../gatehouse.ts';
import { createPlainBrowser, type PlainBrowser, type PlainPage } from '../plain-browser.ts';
import {
  asksForCode,
  asksForPassword,
  SECOND_FACTOR,
  type SecondFactorWorld,
  startSecondFactorWorld,
} from '../second-factor-world.ts';

const SIGN_IN = { action: '/sign-in' };

for (const store of STORES) {
  describe(`a sign-in that somebody else began, kept in ${store}`, () => {
    let world: SecondFactorWorld;
    let hers: AuthenticatorApp;
    before(async () => {
      world = await startSecondFactorWorld({ store });
      hers = (await world.enrol(ALICE)).app;
    });
    after(() => world.deployment.stop());

    /** Puts every cookie of one browser into another, as whoever shares a domain can. */
    const plant = async (from: PlainBrowser, into: PlainBrowser) => {
      const { cookies } = await from.jar.serialize();
      for (const cookie of cookies) {
        const copy = Cookie.fromJSON(cookie);
        if (copy !== undefined) await into.jar.setCookie(copy, world.deployment.publicUrl);
      }
    };
    /** A person whose next request comes later: they are not back at the protocol yet. */
    const slowly = () => createPlainBrowser({ stopAt: (url) => /\/auth\/[\w-]+$/.test(url) });
    const begin = async (attacker: PlainBrowser) =>
      attacker.open((await world.desk.begin()).url.href);
    const resume = (page: PlainPage) => page.url.replace('/interaction/', '/auth/');
    const assertNobody = async (attacker: PlainBrowser, page: PlainPage) => {
      assert.ok(asksForPassword(page), page.text);
      assert.doesNotMatch(page.text, /Alice/);
      assert.equal((await world.silently(attacker)).error, 'login_required');
    };

    it('goes on in the browser that proved something, and in no other', async () => {
      const attacker = visitor(world.deployment);
      const planted = await begin(attacker);
      const victim = slowly();
      await plant(attacker, victim);
      const page = await victim.submit(await victim.open(planted.url), { ...ALICE }, SIGN_IN);
      assert.ok(asksForCode(page));
      // Half way through, the page of her second factor is hers alone.
      await assertNobody(attacker, await attacker.open(planted.url));

      world.nextCode();
      const done = await victim.submit(page, { code: hers.code() }, SECOND_FACTOR);
      assert.equal(done.url, resume(planted));
      await assertNobody(attacker, await attacker.open(resume(planted)));
    });

    it('takes nothing along that was proved before in another browser', async () => {
      const attacker = visitor(world.deployment);
      // Somebody has her password, and waits for her to type what they lack.
      const first = await attacker.submit(await begin(attacker), { ...ALICE }, SIGN_IN);
      assert.ok(asksForCode(first));
      const victim = slowly();
      await plant(attacker, victim);
      world.nextCode();
      const page = await victim.open(first.url);
      const done = await victim.submit(page, { code: hers.code() }, SECOND_FACTOR);
      assert.equal(done.url, resume(first));
      await assertNobody(attacker, await attacker.open(resume(first)));
    });

    it('is over for whoever began it as themselves, once somebody else signed in', async () => {
      const attacker = visitor(world.deployment);
      const { request, page: arrived } = await world.typePassword(attacker, BOB);
      await request.redeem(arrived.url);
      const confirm = await attacker.open((await world.desk.begin({ prompt: 'login' })).url.href);
      const victim = slowly();
      await plant(attacker, victim);
      const other = await victim.submit(await victim.open(confirm.url), {}, { action: '/switch' });
      const page = await victim.submit(other, { ...ALICE }, SIGN_IN);
      world.nextCode();
      const done = await victim.submit(page, { code: hers.code() }, SECOND_FACTOR);
      assert.equal(done.url, resume(confirm));
      const back = await attacker.open(resume(confirm));
      assert.doesNotMatch(back.text, /Alice/);
      const claims = await world.silently(attacker);
      assert.ok(claims.code, 'the attacker is who they were');
      const again = await world.desk.begin({ prompt: 'none' });
      const theirs = await again.redeem((await attacker.open(again.url.href)).url);
      assert.deepEqual(theirs.claims()?.amr, ['pwd']);
    });
  });
}
