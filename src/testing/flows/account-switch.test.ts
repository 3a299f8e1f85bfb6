import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { answerAt, demoParty, visitor } from '../demo-clients.ts';
import { ALICE, BOB, STORES, startDeployment, type TestDeployment } from '../gatehouse.ts';
import { signIn, walkThrough } from '../relying-party.ts';

for (const store of STORES) {
  describe(`a person who signs in as somebody else, artifacts in ${store}`, () => {
    let deployment: TestDeployment;
    before(async () => {
      deployment = await startDeployment({ store });
    });
    after(() => deployment.stop());

    it('gets where they were going, and the first one’s session is over', async () => {
      const notes = await demoParty(deployment, 'notes-web');
      const browser = visitor(deployment);
      const hers = await signIn(browser, notes, ALICE);

      const request = await notes.begin({ prompt: 'login' });
      const confirm = await browser.open(request.url.href);
      assert.match(confirm.text, /Alice Example/);
      const other = await browser.submit(confirm, {}, { action: '/switch' });
      const consent = await browser.submit(other, { ...BOB }, { action: '/sign-in' });
      assert.match(consent.text, /Bob Example/);
      const arrived = await browser.submit(consent, {}, { action: '/consent' });
      const his = await request.redeem(arrived.url);
      assert.notEqual(his.claims()?.sub, hers.claims()?.sub);
      assert.notEqual(his.claims()?.sid, hers.claims()?.sid);

      await assert.rejects(notes.refresh(hers.refresh_token ?? ''), { error: 'invalid_grant' });
      await notes.refresh(his.refresh_token ?? '');
    });

    it('and then goes away is still the first one', async () => {
      const payroll = await demoParty(deployment, 'payroll-web');
      const browser = visitor(deployment);
      const hers = await signIn(browser, payroll, ALICE);
      const request = await payroll.begin({ prompt: 'login' });
      const confirm = await browser.open(request.url.href);
      await browser.submit(confirm, {}, { action: '/switch' });

      const silent = await payroll.begin({ prompt: 'none' });
      const arrived = await walkThrough(browser, silent.url, ALICE);
      assert.ok(answerAt(arrived, payroll).code);
      const tokens = await silent.redeem(arrived.url);
      assert.equal(tokens.claims()?.sub, hers.claims()?.sub);
    });
  });
}
