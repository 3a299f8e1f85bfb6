import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ACCOUNT_ROUTES } from '../../account-page/route-table.ts';
import { HOSTED_ROUTES } from '../../interactions/route-table.ts';
import { accountGuest } from '../account-visit.ts';
import { demoParty } from '../demo-clients.ts';
import { ALICE, startDeployment, type TestDeployment } from '../gatehouse.ts';
import type { PlainBrowser } from '../plain-browser.ts';

const MEGABYTE = 'x'.repeat(1_000_000);
const FORMS = [...HOSTED_ROUTES, ...ACCOUNT_ROUTES].filter(({ method }) => method === 'POST');

describe('every form', () => {
  let deployment: TestDeployment;
  let browser: PlainBrowser;
  let uid: string;
  before(async () => {
    deployment = await startDeployment();
    // Signed in, and in the middle of another sign-in.
    const guest = accountGuest(deployment, ALICE);
    await guest.open();
    ({ browser } = guest);
    const party = await demoParty(deployment, 'notes-web');
    const { url } = await party.begin({ prompt: 'login' });
    uid = /\/interaction\/([\w-]+)/.exec((await browser.open(url.href)).url)?.[1] ?? '';
    assert.notEqual(uid, '');
  });
  after(() => deployment.stop());

  const send = async (path: string, fields: Record<string, string>, origin: string) => {
    const url = `${deployment.publicUrl}${path.replace(':uid', uid)}`;
    const response = await browser.request(url, {
      method: 'POST',
      headers: { origin },
      body: new URLSearchParams(fields),
    });
    const text = await response.text();
    return { status: response.status, type: response.headers.get('content-type') ?? '', text };
  };

  it('is in a table that is not empty', () => {
    assert.ok(FORMS.length > 20);
  });

  for (const { path } of FORMS) {
    it(`takes no megabyte, in any field: ${path}`, async () => {
      for (const field of ['password', 'csrf', 'code', 'x']) {
        const answer = await send(path, { [field]: MEGABYTE }, deployment.publicUrl);
        assert.equal(answer.status, 413, field);
        assert.match(answer.type, /^text\/html/);
        assert.doesNotMatch(answer.text, /xxxxxxxxxx/);
      }
    });

    it(`takes nothing from another origin: ${path}`, async () => {
      const { origin, host } = new URL(deployment.publicUrl);
      for (const foreign of [
        'https://evil.example',
        'null',
        // The same host with another port, scheme, or one more label is another origin.
        `http://${host.replace(/:\d+/, ':1')}`,
        `https://${host}`,
        `http://sub.${host}`,
        `${origin}.evil.example`,
        '',
      ]) {
        const answer = await send(path, { csrf: 'x' }, foreign);
        assert.equal(answer.status, 403, foreign);
        assert.match(answer.text, /nothing was done/);
      }
    });
  }

  it('has left everything as it was', async () => {
    const page = await browser.open(`${deployment.publicUrl}/interaction/${uid}`);
    assert.equal(page.status, 200);
    const account = await browser.open(`${deployment.publicUrl}/account`);
    assert.match(account.text, /Alice Example/);
  });
});
