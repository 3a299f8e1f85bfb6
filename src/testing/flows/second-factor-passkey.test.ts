import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ACR_MULTI_FACTOR, ACR_PHISHING_RESISTANT } from '../../accounts/acr.ts';
import { PASSKEY_FIELD } from '../../interactions/pages/passkey-form.ts';
import { addPasskey } from '../add-passkey.ts';
import { recoveryCodesOn } from '../authenticator-app.ts';
import { answerAt, visitor } from '../demo-clients.ts';
import { ALICE, BOB, STORES } from '../gatehouse.ts';
import type { PlainBrowser, PlainPage } from '../plain-browser.ts';
import type { Person } from '../relying-party.ts';
import {
  asksForCode,
  SECOND_FACTOR,
  type SecondFactorWorld,
  startSecondFactorWorld,
} from '../second-factor-world.ts';
import {
  createSoftAuthenticator,
  type Lies,
  type SoftAuthenticator,
} from '../soft-authenticator.ts';

const NEW_FACTOR = { action: '/new-factor' };

/** What a page asks an authenticator. */
function optionsOn(page: PlainPage) {
  const form = page.document.querySelector('form[data-passkey]');
  return JSON.parse(form?.getAttribute('data-options') ?? '{}');
}

const asksForPasskey = (page: PlainPage) =>
  page.document.querySelector('form[data-passkey=get]') !== null;

const send = (browser: PlainBrowser, page: PlainPage, answer: string, fields = {}) =>
  browser.submit(page, { [PASSKEY_FIELD]: answer, ...fields }, SECOND_FACTOR);

for (const store of STORES) {
  describe(`a passkey as a second factor, artifacts in ${store}`, () => {
    let world: SecondFactorWorld;
    let hers: SoftAuthenticator;
    before(async () => {
      world = await startSecondFactorWorld({ store });
      hers = createSoftAuthenticator({ origin: world.deployment.publicUrl });
    });
    after(() => world.deployment.stop());

    it('is set up where nobody may be phished, with recovery codes', async () => {
      const browser = visitor(world.deployment);
      const asked = { acr_values: ACR_PHISHING_RESISTANT };
      const { request, page } = await world.typePassword(browser, ALICE, asked);
      assert.match(page.text, /Desk asks for more than a password/);
      const fields = { [PASSKEY_FIELD]: hers.create(optionsOn(page)), name: 'Work laptop' };
      const codes = await browser.submit(page, fields, NEW_FACTOR);
      assert.equal(recoveryCodesOn(codes).length, 10);
      const arrived = await browser.submit(codes, {}, { action: '/recovery-codes' });
      const claims = (await request.redeem(arrived.url)).claims();
      assert.equal(claims?.acr, ACR_PHISHING_RESISTANT);
      assert.deepEqual(claims?.amr, ['pwd', 'hwk', 'mfa']);
    });

    it('is asked for after the password, and remembered with the browser', async () => {
      const browser = visitor(world.deployment);
      const { request, page } = await world.typePassword(browser, ALICE);
      assert.ok(asksForPasskey(page), page.text);
      const answer = hers.get(optionsOn(page), { userVerified: false });
      const arrived = await send(browser, page, answer, { remember: 'yes' });
      const claims = (await request.redeem(arrived.url)).claims();
      assert.equal(claims?.acr, ACR_PHISHING_RESISTANT);
      assert.deepEqual(claims?.amr, ['pwd', 'hwk', 'mfa']);
      const cookies = await browser.jar.getCookies(world.deployment.publicUrl);
      assert.ok(cookies.some(({ key }) => key === 'gatehouse_browser_default'));
    });

    it('may be a recovery code instead', async () => {
      const browser = visitor(world.deployment);
      const { page } = await world.typePassword(browser, ALICE);
      const other = { action: '/factor', button: 'recovery_code' };
      assert.ok(asksForCode(await browser.submit(page, {}, other)));
      const strict = { acr_values: ACR_PHISHING_RESISTANT };
      const { page: only } = await world.typePassword(visitor(world.deployment), ALICE, strict);
      assert.ok(asksForPasskey(only));
      assert.equal(only.document.querySelector('form[action$="/factor"]'), null);
    });
  });
}

describe('somebody who has a password that is not theirs, and no passkey of its owner', () => {
  let world: SecondFactorWorld;
  let hers: SoftAuthenticator;
  let his: SoftAuthenticator;
  before(async () => {
    world = await startSecondFactorWorld();
    const { deployment } = world;
    const own = async ({ identifier }: Person) => {
      const device = createSoftAuthenticator({ origin: deployment.publicUrl });
      await addPasskey(deployment, { identifier }, (options) => device.create(options));
      return device;
    };
    hers = await own(ALICE);
    his = await own(BOB);
  });
  after(() => world.deployment.stop());

  /** At the page of Alice's passkey. */
  async function atThePasskey(parameters = {}) {
    const browser = visitor(world.deployment);
    const { page } = await world.typePassword(browser, ALICE, parameters);
    assert.ok(asksForPasskey(page), page.text);
    return { browser, page };
  }

  it('gets nowhere with their own, by whatever name', async () => {
    const own = { allowCredentials: [], rpId: new URL(world.deployment.publicUrl).hostname };
    for (const lies of [{}, { id: hers.ids[0] ?? '' }] satisfies Lies[]) {
      const { browser, page } = await atThePasskey();
      const answer = his.get({ ...optionsOn(page), ...own }, lies);
      const refused = await send(browser, page, answer);
      assert.equal(refused.status, 422);
      assert.match(refused.text, /That passkey does not work here/);
      assert.equal((await world.silently(browser)).error, 'login_required');
    }
  });

  it('gets nowhere with an answer that was given before, or to another page', async () => {
    const first = await atThePasskey();
    const answer = hers.get(optionsOn(first.page));
    const second = await atThePasskey();
    const elsewhere = await send(second.browser, second.page, answer);
    assert.equal(elsewhere.status, 422);
    assert.match(elsewhere.text, /That took too long/);
    const arrived = await send(first.browser, first.page, answer);
    assert.ok(answerAt(arrived, world.desk).code);
    const third = await atThePasskey();
    assert.equal((await send(third.browser, third.page, answer)).status, 422);
  });

  it('gets nowhere with an answer to the page that signs in without a name', async () => {
    const browser = visitor(world.deployment);
    const request = await world.desk.begin();
    const page = await browser.open(request.url.href);
    const theirs = his.get(optionsOn(page));
    const { browser: other, page: asked } = await atThePasskey();
    assert.equal((await send(other, asked, theirs)).status, 422);
  });

  it('gets nowhere with nonsense', async () => {
    for (const answer of ['', '{}', 'x'.repeat(20_000), '[1]']) {
      const { browser, page } = await atThePasskey();
      const refused = await send(browser, page, answer);
      assert.equal(refused.status, 422, answer.slice(0, 20));
    }
  });

  it('cannot add a passkey of their own to the account', async () => {
    const { browser, page } = await atThePasskey({ acr_values: ACR_MULTI_FACTOR });
    const csrf = page.document.querySelector('input[name=csrf]')?.getAttribute('value') ?? '';
    const options = { ...optionsOn(page), user: { id: 'YQ', name: 'a', displayName: 'a' } };
    const mine = createSoftAuthenticator({ origin: world.deployment.publicUrl });
    const rp = { id: new URL(world.deployment.publicUrl).hostname, name: 'x' };
    const forged = await browser.request(`${page.url}/new-factor`, {
      method: 'POST',
      headers: { origin: world.deployment.publicUrl },
      body: new URLSearchParams({ csrf, [PASSKEY_FIELD]: mine.create({ ...options, rp }) }),
    });
    assert.equal(forged.status, 303);
    const { tenants, accounts, passkeys } = world.deployment.backends;
    const tenant = await tenants.findBySlug('default');
    const found = await accounts.findByIdentifier(tenant?.id ?? '', ALICE.identifier);
    const owned = await passkeys.list(tenant?.id ?? '', found?.account.id ?? '');
    assert.deepEqual(
      owned.map(({ id }) => id),
      hers.ids,
    );
  });
});

describe('somebody with an app who is asked for a passkey', () => {
  let world: SecondFactorWorld;
  before(async () => {
    world = await startSecondFactorWorld();
  });
  after(() => world.deployment.stop());

  it('proves the app first, then adds one, and keeps the recovery codes they have', async () => {
    const { app } = await world.enrol(ALICE);
    const browser = visitor(world.deployment);
    const asked = { acr_values: ACR_PHISHING_RESISTANT };
    const { request, page } = await world.typePassword(browser, ALICE, asked);
    assert.ok(asksForCode(page), page.text);
    const next = await browser.submit(page, { code: app.code() }, SECOND_FACTOR);
    assert.ok(next.document.querySelector('form[data-passkey=create]'), next.text);

    const synced = createSoftAuthenticator({ origin: world.deployment.publicUrl, synced: true });
    // Nothing but an answer to what was asked; another one is asked for then.
    const wrong = { [PASSKEY_FIELD]: synced.create(optionsOn(next), { challenge: 'AAAA' }) };
    const again = await browser.submit(next, wrong, NEW_FACTOR);
    assert.equal(again.status, 422);
    const fields = { [PASSKEY_FIELD]: synced.create(optionsOn(again)) };
    const arrived = await browser.submit(again, fields, NEW_FACTOR);
    const claims = (await request.redeem(arrived.url)).claims();
    assert.equal(claims?.acr, ACR_PHISHING_RESISTANT);
    assert.deepEqual(claims?.amr, ['pwd', 'otp', 'swk', 'mfa']);
  });
});
