import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { HOSTED_ROUTES } from '../../interactions/route-table.ts';
import { visitor } from '../demo-clients.ts';
import { ALICE } from '../gatehouse.ts';
import type { PlainBrowser, PlainPage } from '../plain-browser.ts';
import {
  asksForCode,
  type SecondFactorWorld,
  startSecondFactorWorld,
} from '../second-factor-world.ts';

const STEPS = HOSTED_ROUTES.filter(
  ({ method, access }) => method === 'POST' && access === 'interaction',
).map(({ path }) => path.slice(path.lastIndexOf('/') + 1));

/** What the forms of all steps hold, but for what would prove something. */
const FIELDS = {
  identifier: 'mallory',
  password: 'a guess',
  code: '000000',
  passkey: '{}',
  email: 'mallory@evil.example',
  name: 'Mallory',
  way: 'register',
  factor: 'recovery_code',
  provider: 'nobody',
  choice: 'link',
  remember: 'yes',
  // What a page has no field for.
  accountId: 'alice',
  'result[login][accountId]': 'alice',
  login: '{"accountId":"alice"}',
};

describe('somebody who sends the form of a step that they are not at', () => {
  let world: SecondFactorWorld;
  before(async () => {
    world = await startSecondFactorWorld({ mail: true });
    await world.enrol(ALICE);
  });
  after(() => world.deployment.stop());

  const tokenOf = (page: PlainPage) =>
    page.document.querySelector('[name=csrf]')?.getAttribute('value') ?? '';
  const send = async (browser: PlainBrowser, page: PlainPage, step: string) => {
    const response = await browser.request(`${page.url}/${step}`, {
      method: 'POST',
      headers: { origin: world.deployment.publicUrl },
      body: new URLSearchParams({ ...FIELDS, csrf: tokenOf(page) }),
    });
    await response.body?.cancel();
    return response.status;
  };
  /** Straight to where the protocol goes on, and to every place that a session opens. */
  const assertNobody = async (browser: PlainBrowser, page: PlainPage, step: string) => {
    const resumed = await browser.open(page.url.replace('/interaction/', '/auth/'));
    assert.doesNotMatch(resumed.url, /[?&]code=/, step);
    assert.equal((await world.silently(browser)).error, 'login_required', step);
    const account = await browser.open(`${world.deployment.publicUrl}/account`);
    assert.match(account.url, /\/interaction\//, step);
  };

  it('has a table of them that is not empty', () => {
    assert.ok(STEPS.length >= 20);
  });

  for (const step of STEPS) {
    it(`is nobody who has proved nothing: ${step}`, async () => {
      const browser = visitor(world.deployment);
      const page = await browser.open((await world.desk.begin()).url.href);
      const status = await send(browser, page, step);
      assert.ok(status < 500, `${step}: ${status}`);
      await assertNobody(browser, page, step);
    });

    it(`is nobody who has only the password: ${step}`, async () => {
      const browser = visitor(world.deployment);
      const { page } = await world.typePassword(browser, ALICE);
      assert.ok(asksForCode(page));
      const status = await send(browser, page, step);
      assert.ok(status < 500, `${step}: ${status}`);
      await assertNobody(browser, page, step);
    });
  }
});
