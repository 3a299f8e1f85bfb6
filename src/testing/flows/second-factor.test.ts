import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ACR_MULTI_FACTOR, ACR_REMEMBERED_BROWSER, ACR_SINGLE_FACTOR } from '../../accounts/acr.ts';
import { type AuthenticatorApp, setUpApp } from '../authenticator-app.ts';
import { answerAt, visitor } from '../demo-clients.ts';
import { ALICE, BOB, STORES } from '../gatehouse.ts';
import { createPlainBrowser } from '../plain-browser.ts';
import { pollUntil } from '../poll.ts';
import { type Person, walkThrough } from '../relying-party.ts';
import {
  asksForCode,
  asksForPassword,
  DEFAULT_TENANT,
  SECOND_FACTOR,
  type SecondFactorWorld,
  startSecondFactorWorld,
  uidOf,
} from '../second-factor-world.ts';
import { seedMore } from '../seed-more.ts';

const NEW_PASSWORD = 'a-new-password-of-hers-1987';
for (const store of STORES) {
  describe(`a second factor, artifacts in ${store}`, () => {
    let world: SecondFactorWorld;
    let app: AuthenticatorApp;
    let recoveryCodes: string[];
    before(async () => {
      world = await startSecondFactorWorld({ store });
    });
    after(() => world.deployment.stop());

    it('is set up on the way to an application that asks for it, and says so to it', async () => {
      const enrolled = await world.enrol(ALICE);
      ({ app, recoveryCodes } = enrolled);
      assert.equal(recoveryCodes.length, 10);
      const claims = enrolled.tokens.claims();
      assert.equal(claims?.acr, ACR_MULTI_FACTOR);
      assert.deepEqual(claims?.amr, ['pwd', 'otp', 'mfa']);
      assert.ok((await world.silently(enrolled.browser, { acr_values: ACR_MULTI_FACTOR })).code);
    });

    it('is asked for from then on, whatever the application asks for', async () => {
      const browser = visitor(world.deployment);
      const { request, page } = await world.typePassword(browser, ALICE);
      assert.ok(asksForCode(page), page.text);
      world.nextCode();
      const arrived = await browser.submit(page, { code: app.code() }, SECOND_FACTOR);
      const claims = (await request.redeem(arrived.url)).claims();
      assert.equal(claims?.acr, ACR_MULTI_FACTOR);
      assert.deepEqual(claims?.amr, ['pwd', 'otp', 'mfa']);
    });

    it('signs nobody in who goes straight to where a sign-in is resumed', async () => {
      const browser = visitor(world.deployment);
      const { page } = await world.typePassword(browser, ALICE);
      const { publicUrl } = world.deployment;
      const again = await browser.open(`${publicUrl}/auth/${uidOf(page)}`);
      assert.ok(asksForPassword(again), again.text);
      assert.equal((await world.silently(browser)).error, 'login_required');
      // Another sign-in does not take anything over from that one.
      const bobs = await browser.submit(again, { ...BOB }, { action: '/sign-in' });
      assert.ok(answerAt(bobs, world.desk).code);
    });

    it('lets nobody go on whose password was set anew meanwhile', async () => {
      const browser = visitor(world.deployment);
      const { page } = await world.typePassword(browser, ALICE);
      const { link } = await world.cli.json('account', 'reset-password', 'alice', '--reveal');
      const elsewhere = createPlainBrowser();
      const fields = { password: NEW_PASSWORD, password_again: NEW_PASSWORD };
      assert.equal((await elsewhere.submit(await elsewhere.open(link), fields)).status, 200);

      world.nextCode();
      const over = await browser.submit(page, { code: app.code() }, SECOND_FACTOR);
      assert.equal(over.status, 400, over.text);
      assert.match(over.text, /has expired/);
      const resumed = await browser.open(`${world.deployment.publicUrl}/auth/${uidOf(page)}`);
      assert.equal(resumed.status, 400);
      assert.equal((await world.silently(browser)).error, 'login_required');
    });

    it('lets nobody go on whose account was disabled meanwhile', async () => {
      const browser = visitor(world.deployment);
      const person = { ...ALICE, password: NEW_PASSWORD };
      const { page } = await world.typePassword(browser, person);
      assert.ok(asksForCode(page));
      await world.cli.run('account', 'disable', 'alice');
      const over = await browser.submit(page, { code: app.code() }, SECOND_FACTOR);
      assert.equal(over.status, 400, over.text);
      assert.equal((await world.silently(browser)).error, 'login_required');
      await world.cli.run('account', 'enable', 'alice');
    });

    it('may be a recovery code, each of them once, in two places at once too', async () => {
      const [code = ''] = recoveryCodes;
      const person = { ...ALICE, password: NEW_PASSWORD };
      const attempts = await Promise.all(
        [0, 1, 2].map(async () => {
          const browser = visitor(world.deployment);
          const { request, page } = await world.typePassword(browser, person);
          const other = { action: '/factor', button: 'recovery_code' };
          const recovery = await browser.submit(page, {}, other);
          return { browser, request, recovery };
        }),
      );
      const typed = code.toUpperCase().replace('-', ' ');
      const answers = await Promise.all(
        attempts.map(({ browser, recovery }) =>
          browser.submit(recovery, { code: typed }, SECOND_FACTOR),
        ),
      );
      const arrived = answers.flatMap((page, index) => (page.status === 422 ? [] : [index]));
      assert.equal(arrived.length, 1, answers.map(({ status }) => status).join());
      const [winner = 0] = arrived;
      const tokens = await attempts[winner]?.request.redeem(answers[winner]?.url ?? '');
      assert.deepEqual(tokens?.claims()?.amr, ['pwd', 'recovery', 'mfa']);
    });
  });
}

describe('somebody who has a password that is not theirs', () => {
  let world: SecondFactorWorld;
  let hers: AuthenticatorApp;
  before(async () => {
    world = await startSecondFactorWorld();
    hers = (await world.enrol(ALICE)).app;
  });
  after(() => world.deployment.stop());

  it('gets nowhere with a code that was used, in two browsers at once either', async () => {
    const visits = await Promise.all(
      [0, 1].map(async () => {
        const browser = visitor(world.deployment);
        return { browser, page: (await world.typePassword(browser, ALICE)).page };
      }),
    );
    world.nextCode();
    const code = hers.code();
    const answers = await Promise.all(
      visits.map(({ browser, page }) => browser.submit(page, { code }, SECOND_FACTOR)),
    );
    const refused = answers.filter(({ status }) => status === 422);
    assert.equal(refused.length, 1);
    assert.match(refused[0]?.text ?? '', /You have used that code before/);
    const late = visitor(world.deployment);
    const { page } = await world.typePassword(late, ALICE);
    assert.equal((await late.submit(page, { code }, SECOND_FACTOR)).status, 422);
  });

  it('gets nowhere with a code of their own account', async () => {
    const his = await world.enrol(BOB);
    const browser = visitor(world.deployment);
    const { page } = await world.typePassword(browser, ALICE);
    world.nextCode();
    const code = his.app.code();
    assert.equal((await browser.submit(page, { code }, SECOND_FACTOR)).status, 422);
    const other = await browser.submit(page, {}, { action: '/factor', button: 'recovery_code' });
    const recovery = { code: his.recoveryCodes[0] ?? '' };
    assert.equal((await browser.submit(other, recovery, SECOND_FACTOR)).status, 422);
    // It was not used up by that.
    const home = visitor(world.deployment);
    const { page: own } = await world.typePassword(home, BOB);
    const arrived = await home.submit(own, { code }, SECOND_FACTOR);
    assert.ok(answerAt(arrived, world.desk).code);
  });

  it('gets nowhere by proving a factor of their own first', async () => {
    const browser = visitor(world.deployment);
    const { page } = await world.typePassword(browser, BOB);
    const other = await browser.submit(page, {}, { action: '/switch' });
    const hers = await browser.submit(other, { ...ALICE }, { action: '/sign-in' });
    assert.ok(asksForCode(hers));
    assert.match(hers.text, /Alice Example/);
  });

  it('cannot add a factor in the place of the one there is', async () => {
    for (const acr of ['urn:gatehouse:acr:phishing-resistant', ACR_MULTI_FACTOR]) {
      const browser = visitor(world.deployment);
      const { page } = await world.typePassword(browser, ALICE, { acr_values: acr });
      assert.ok(asksForCode(page) && page.document.querySelector('.qr') === null, page.text);
      const sent = await browser.submit(page, { code: '123456' }, SECOND_FACTOR);
      assert.equal(sent.status, 422);
      const csrf = page.document.querySelector('input[name=csrf]')?.getAttribute('value') ?? '';
      const forged = await browser.request(`${page.url}/new-factor`, {
        method: 'POST',
        headers: { origin: world.deployment.publicUrl },
        body: new URLSearchParams({ csrf, factor: 'totp', code: '123456' }),
      });
      assert.equal(forged.status, 303);
      assert.equal(forged.headers.get('location'), new URL(page.url).pathname);
    }
  });

  it('cannot go on in another browser', async () => {
    const browser = visitor(world.deployment);
    const { page } = await world.typePassword(browser, ALICE);
    const elsewhere = visitor(world.deployment);
    assert.equal((await elsewhere.open(page.url)).status, 400);
    const sent = await elsewhere.submit(page, { code: hers.code() }, SECOND_FACTOR);
    assert.equal(sent.status, 400);
    assert.equal((await world.silently(elsewhere)).error, 'login_required');
  });

  it('is stopped after ten guesses, wherever they guess, with whatever', async () => {
    const browser = visitor(world.deployment);
    const { page } = await world.typePassword(browser, ALICE);
    let answer = page;
    let guesses = 0;
    while (answer.status !== 429 && guesses < 20) {
      answer = await browser.submit(page, { code: String(100_000 + guesses) }, SECOND_FACTOR);
      guesses += 1;
    }
    assert.equal(answer.status, 429, `after ${guesses}`);
    assert.ok(guesses <= 11, String(guesses));
    assert.ok(Number(answer.headers.get('retry-after')) > 60);
    assert.match(answer.text, /too many wrong codes/);

    const elsewhere = visitor(world.deployment);
    const { page: there } = await world.typePassword(elsewhere, ALICE);
    world.nextCode();
    const right = await elsewhere.submit(there, { code: hers.code() }, SECOND_FACTOR);
    assert.equal(right.status, 429);
    const other = await elsewhere.submit(there, {}, { action: '/factor', button: 'recovery_code' });
    const recovery = { code: '00000-00000' };
    assert.equal((await elsewhere.submit(other, recovery, SECOND_FACTOR)).status, 429);
  });
});

describe('a browser that is remembered', () => {
  let world: SecondFactorWorld;
  let app: AuthenticatorApp;
  const COOKIE = 'gatehouse_browser_default';
  before(async () => {
    world = await startSecondFactorWorld();
    ({ app } = await world.enrol(ALICE));
  });
  after(() => world.deployment.stop());

  /** A browser in which she ticked the box, with the cookie alone: the session is gone. */
  async function remembered(person: Person = ALICE) {
    const before = visitor(world.deployment);
    const { page } = await world.typePassword(before, person);
    world.nextCode();
    const fields = { code: app.code(), remember: 'yes' };
    const arrived = await before.submit(page, fields, SECOND_FACTOR);
    assert.ok(answerAt(arrived, world.desk).code);
    const cookies = await before.jar.getCookies(world.deployment.publicUrl);
    const cookie = cookies.find(({ key }) => key === COOKIE);
    assert.ok(cookie);
    const browser = visitor(world.deployment);
    await browser.jar.setCookie(cookie, world.deployment.publicUrl);
    return { browser, cookie };
  }

  it('asks for the password alone, and tells the application so', async () => {
    const { browser, cookie } = await remembered();
    assert.equal(cookie.path, '/');
    assert.ok(cookie.httpOnly);
    assert.match(cookie.value, /^[\w-]{8}~[\w-]{43}$/);
    const { request, page } = await world.typePassword(browser, ALICE);
    const claims = (await request.redeem(page.url)).claims();
    assert.equal(claims?.acr, ACR_REMEMBERED_BROWSER);
    assert.deepEqual(claims?.amr, ['pwd']);
  });

  it('asks for both where the application insists', async () => {
    const { browser } = await remembered();
    const { page } = await world.typePassword(browser, ALICE, { acr_values: ACR_MULTI_FACTOR });
    assert.ok(asksForCode(page));
    assert.ok(!page.text.includes('name="remember"'));
  });

  it('is remembered for nobody else, and by no other tenant', async () => {
    const { browser } = await remembered();
    const { page } = await world.typePassword(browser, BOB);
    assert.ok(answerAt(page, world.desk).code, 'Bob has none to ask for');
    const cookies = await browser.jar.getCookies(world.deployment.publicUrl);
    const other = visitor(world.deployment);
    for (const { key, value } of cookies.filter(({ key }) => key === COOKIE)) {
      const url = `${world.deployment.publicUrl}/t/acme`;
      await other.jar.setCookie(`${key.replace('default', 'acme')}=${value}; Path=/`, url);
    }
    assert.ok(asksForCode((await world.typePassword(other, ALICE)).page));
  });

  it('is forgotten with a new password', async () => {
    const { browser } = await remembered();
    const { link } = await world.cli.json('account', 'reset-password', 'alice', '--reveal');
    const elsewhere = createPlainBrowser();
    const fields = { password: NEW_PASSWORD, password_again: NEW_PASSWORD };
    await elsewhere.submit(await elsewhere.open(link), fields);
    const person = { ...ALICE, password: NEW_PASSWORD };
    assert.ok(asksForCode((await world.typePassword(browser, person)).page));
  });
});

describe('a tenant that comes to require a second factor', () => {
  let world: SecondFactorWorld;
  before(async () => {
    world = await startSecondFactorWorld();
  });
  after(() => world.deployment.stop());

  it('asks whoever is signed in to prove who they are, and to set one up', async () => {
    const browser = visitor(world.deployment);
    const first = await world.desk.begin();
    const arrived = await walkThrough(browser, first.url, ALICE);
    const before = (await first.redeem(arrived.url)).claims();
    assert.equal(before?.acr, ACR_SINGLE_FACTOR);
    assert.ok((await world.silently(browser)).code);

    await seedMore(world.deployment, { ...DEFAULT_TENANT, settings: { mfa: 'required' } });
    await pollUntil(async () => (await world.silently(browser)).error === 'login_required', {
      deadlineMs: 10_000,
    });
    const request = await world.desk.begin();
    const confirm = await browser.open(request.url.href);
    assert.ok(asksForPassword(confirm), confirm.text);
    assert.match(confirm.text, /Alice Example/);
    const page = await browser.submit(confirm, { ...ALICE }, { action: '/sign-in' });
    const { next } = await setUpApp(browser, page, world.now);
    const after = (await request.redeem(next.url)).claims();
    assert.equal(after?.acr, ACR_MULTI_FACTOR);
    assert.equal(after?.sub, before?.sub);
    assert.ok((await world.silently(browser)).code);
  });
});

describe('a session from before there was a second factor', () => {
  let world: SecondFactorWorld;
  before(async () => {
    world = await startSecondFactorWorld();
  });
  after(() => world.deployment.stop());

  it('is good for nothing more, and is made so by the second factor alone', async () => {
    const browser = visitor(world.deployment);
    const first = await world.desk.begin();
    await walkThrough(browser, first.url, ALICE);
    assert.ok((await world.silently(browser)).code);
    const elsewhere = await world.enrol(ALICE);

    assert.equal((await world.silently(browser)).error, 'login_required');
    const request = await world.desk.begin();
    const page = await browser.open(request.url.href);
    assert.ok(asksForCode(page) && !asksForPassword(page), page.text);
    const code = elsewhere.app.code();
    const arrived = await browser.submit(page, { code }, SECOND_FACTOR);
    const claims = (await request.redeem(arrived.url)).claims();
    assert.equal(claims?.acr, ACR_MULTI_FACTOR);
    assert.deepEqual(claims?.amr, ['pwd', 'otp', 'mfa']);
  });
});
