import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Cookie } from 'tough-cookie';
import { pathOf } from '../account-visit.ts';
import { answerAt, demoParty, visitor } from '../demo-clients.ts';
import { ALICE, BOB, STORES, startDeployment, type TestDeployment } from '../gatehouse.ts';
import type { PlainBrowser } from '../plain-browser.ts';
import { type RelyingParty, walkThrough } from '../relying-party.ts';

const SESSION = 'gatehouse_session_default';

for (const store of STORES) {
  describe(`a session that somebody else has chosen, kept in ${store}`, () => {
    let deployment: TestDeployment;
    let party: RelyingParty;
    before(async () => {
      deployment = await startDeployment({ store });
      party = await demoParty(deployment, 'notes-web');
      // Consent is asked once: from here on the sign-in alone stands between a request and its code.
      for (const person of [ALICE, BOB]) await signInAs(visitor(deployment), person);
    });
    after(() => deployment.stop());

    const sessionOf = async (browser: PlainBrowser) => {
      const cookies = await browser.jar.getCookies(`${deployment.publicUrl}/account`);
      return cookies.filter(({ key }) => key.startsWith(SESSION)).map(({ value }) => value);
    };
    /** Puts the cookies of one browser into another, as whoever shares a domain can. */
    const plant = async (from: PlainBrowser, into: PlainBrowser) => {
      const { cookies } = await from.jar.serialize();
      for (const cookie of cookies) {
        const copy = Cookie.fromJSON(cookie);
        if (copy?.key.startsWith(SESSION)) await into.jar.setCookie(copy, deployment.publicUrl);
      }
    };
    const signInAs = async (browser: PlainBrowser, person: typeof ALICE) =>
      answerAt(
        await walkThrough(browser, (await party.begin({ prompt: 'login' })).url, person),
        party,
      );
    /** What the protocol says without a page, and what the account page does. */
    const isSignedIn = async (browser: PlainBrowser) => {
      const { url } = await party.begin({ prompt: 'none' });
      const { error } = answerAt(await browser.open(url.href), party);
      const account = await browser.open(`${deployment.publicUrl}/account`);
      const shown = pathOf(account) === '/account';
      assert.equal(shown, error === undefined, 'both say the same');
      return shown ? account.text : undefined;
    };

    it('is not the session of who signs in with it, whether made up or over', async () => {
      const attacker = visitor(deployment);
      await signInAs(attacker, BOB);
      const kept = visitor(deployment);
      await plant(attacker, kept);
      const leave = await attacker.open(`${deployment.publicUrl}/session/end`);
      await attacker.submit(leave, {}, { action: '/session/end/confirm' });
      assert.equal(await isSignedIn(kept), undefined);

      const invented = visitor(deployment);
      const cookie = `${SESSION}=${'A'.repeat(43)}; Path=/`;
      await invented.jar.setCookie(cookie, deployment.publicUrl);
      for (const theirs of [kept, invented]) {
        const chosen = await sessionOf(theirs);
        assert.ok(chosen.length > 0);
        const victim = visitor(deployment);
        await plant(theirs, victim);
        assert.ok((await signInAs(victim, BOB)).code);
        for (const value of await sessionOf(victim)) assert.ok(!chosen.includes(value));
        assert.match((await isSignedIn(victim)) ?? '', /Bob Example/);
        assert.equal(await isSignedIn(theirs), undefined);
      }
    });

    it('is not the session of who signs in over the one of the attacker', async () => {
      const attacker = visitor(deployment);
      await signInAs(attacker, BOB);
      const chosen = await sessionOf(attacker);
      const victim = visitor(deployment);
      await plant(attacker, victim);
      const request = await party.begin({ prompt: 'login' });
      const confirm = await victim.open(request.url.href);
      const other = await victim.submit(confirm, {}, { action: '/switch' });
      const arrived = await victim.submit(other, { ...ALICE }, { action: '/sign-in' });
      assert.ok(answerAt(arrived, party).code);
      assert.notDeepEqual(await sessionOf(victim), chosen);
      assert.match((await isSignedIn(victim)) ?? '', /Alice Example/);
      assert.doesNotMatch((await isSignedIn(attacker)) ?? '', /Alice/);
    });

    it('is another one after every sign-in of the same person', async () => {
      const browser = visitor(deployment);
      await signInAs(browser, BOB);
      const first = await sessionOf(browser);
      const thief = visitor(deployment);
      await plant(browser, thief);
      assert.ok((await signInAs(browser, BOB)).code);
      assert.notDeepEqual(await sessionOf(browser), first);
      // What was stolen before is worth nothing after.
      assert.equal(await isSignedIn(thief), undefined);
    });
  });
}
