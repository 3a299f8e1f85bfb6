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
  let otherForms: Promise<string[]> | undefined;
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

  const send = async (path: string, fields: Record<string, string>, origin: string) =>
    post(path, new URLSearchParams(fields), { origin });
  const post = async (
    path: string,
    body: URLSearchParams | FormData | Blob,
    headers: Record<string, string>,
  ) => {
    const url = `${deployment.publicUrl}${path.replace(':uid', uid)}`;
    const response = await browser.request(url, { method: 'POST', headers, body });
    const text = await response.text();
    return { status: response.status, type: response.headers.get('content-type') ?? '', text };
  };

  /** Tokens of forms of another interaction, of another tenant, and of another page of the account. */
  const otherTokens = async (path: string): Promise<string[]> => {
    const tokenOn = async (url: string) => {
      const page = await browser.open(url);
      const field = page.document.querySelector('main [name=csrf]');
      assert.ok(field !== null, url);
      return field.getAttribute('value') ?? '';
    };
    otherForms ??= Promise.all([
      demoParty(deployment, 'notes-web').then(async (party) =>
        tokenOn((await party.begin({ prompt: 'login' })).url.href),
      ),
      demoParty(deployment, 'portal-web').then(async (party) =>
        tokenOn((await party.begin()).url.href),
      ),
    ]);
    const page = path === '/account/profile' ? '/account/password' : '/account/profile';
    return [...(await otherForms), await tokenOn(deployment.publicUrl + page)];
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

  for (const { path } of FORMS) {
    it(`takes nothing without its token, or with another's: ${path}`, async () => {
      // These change nothing that matters: their origin is enough.
      if (['/language', '/interaction/:uid/:form'].includes(path)) return;
      for (const csrf of [undefined, '', 'x'.repeat(43), ...(await otherTokens(path))]) {
        const fields = csrf === undefined ? {} : { csrf };
        const answer = await send(path, fields, deployment.publicUrl);
        assert.equal(answer.status, 403, csrf);
        assert.match(answer.text, /nothing was done/);
      }
    });

    it(`takes nothing that a browser says is from elsewhere, in either header: ${path}`, async () => {
      for (const site of ['cross-site', 'same-site']) {
        const form = new URLSearchParams({ csrf: 'x' });
        const answer = await post(path, form, { 'sec-fetch-site': site });
        assert.equal(answer.status, 403, site);
        assert.match(answer.text, /from another site/);
      }
    });

    it(`takes nothing that two could read differently: ${path}`, async () => {
      const headers = { origin: deployment.publicUrl };
      const urlencoded = 'application/x-www-form-urlencoded';
      const many = Array.from({ length: 100 }, (_, n) => `f${n}=`).join('&');
      for (const [what, text, type, status] of [
        ['a field twice', 'code=1&code=2', urlencoded, 400],
        ['a hundred fields', many, urlencoded, 400],
        ['a hundred thousand fields', 'a=&'.repeat(100_000), urlencoded, 413],
        ['NUL', 'code=%00', urlencoded, 400],
        ['bytes that are no UTF-8', 'code=%ff%fe', urlencoded, 400],
        ['half a surrogate pair', 'code=%ed%a0%80', urlencoded, 400],
        ['JSON', '{"code":"1"}', 'application/json', 415],
        ['another charset', 'code=1', `${urlencoded}; charset=utf-16`, 415],
        ['no type', 'code=1', '', 415],
      ] as const) {
        const answer = await post(path, new Blob([text], { type }), headers);
        assert.equal(answer.status, status, what);
        assert.match(answer.type, /^text\/html/);
      }
      const parts = new FormData();
      parts.set('code', '1');
      assert.equal((await post(path, parts, headers)).status, 415);
    });
  }

  it('has left everything as it was', async () => {
    const page = await browser.open(`${deployment.publicUrl}/interaction/${uid}`);
    assert.equal(page.status, 200);
    const account = await browser.open(`${deployment.publicUrl}/account`);
    assert.match(account.text, /Alice Example/);
  });
});
