import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { CODE, type HostedPagesApp, INVITE_TOKEN, PASSWORD } from '../testing/hosted-pages-app.ts';
import {
  answerOf,
  hostedPagesHouses,
  newBrowser,
  signIn,
  textOf,
  titleOf,
  tokenOf,
} from '../testing/hosted-pages-visit.ts';
import type { PlainBrowser, PlainPage } from '../testing/plain-browser.ts';

const { start, closeAll } = hostedPagesHouses();
after(closeAll);

const OPEN = { mailEnabled: true, settings: { registration: 'open', emailCode: true } } as const;

/** Presses the button of another way on the sign-in page. */
async function take(app: HostedPagesApp, way: string): Promise<[PlainBrowser, PlainPage]> {
  const browser = newBrowser();
  const page = await browser.open(app.authorizationUrl());
  return [browser, await browser.submit(page, {}, { action: '/way', button: way })];
}

describe('the ways on from the sign-in page', () => {
  it('are those that the tenant and the deployment have', async () => {
    const buttons = (page: PlainPage) =>
      page.document.querySelectorAll('button[name=way]').map((one) => one.getAttribute('value'));
    for (const [options, expected] of [
      [OPEN, ['recover', 'register', 'email_code']],
      [{ mailEnabled: true }, ['recover']],
      [{ settings: OPEN.settings }, []],
    ] as const) {
      const app = await start(options);
      assert.deepEqual(buttons(await newBrowser().open(app.authorizationUrl())), expected);
    }
  });

  it('lead nowhere that is not there, and back', async () => {
    const app = await start({ mailEnabled: true });
    for (const way of ['register', 'email_code', 'magic', '']) {
      const browser = newBrowser();
      const page = await browser.open(app.authorizationUrl());
      const body = new URLSearchParams({ csrf: tokenOf(page), way });
      await browser.request(`${page.url}/way`, { method: 'POST', body });
      assert.equal(titleOf(await browser.open(page.url)), 'Sign in · Acme');
    }
    const [browser, recover] = await take(app, 'recover');
    assert.equal(titleOf(recover), 'Set a new password · Acme');
    const back = await browser.submit(recover, {}, { action: '/way' });
    assert.ok(await signIn(browser, back));
  });
});

describe('a forgotten password', () => {
  it('says the same for every name', async () => {
    const app = await start(OPEN);
    const seen: string[] = [];
    for (const identifier of ['alice', 'nobody']) {
      const [browser, form] = await take(app, 'recover');
      const sent = await browser.submit(form, { identifier });
      assert.equal(titleOf(sent), 'Check your email · Acme');
      seen.push(textOf(sent));
    }
    assert.equal(seen[0], seen[1]);
    assert.deepEqual(app.asked, ['alice', 'nobody']);
  });

  it('says what is missing, and when it is too early', async () => {
    const app = await start(OPEN);
    const [browser, form] = await take(app, 'recover');
    const empty = await browser.submit(form, { identifier: ' ' });
    assert.equal(empty.status, 422);
    assert.match(textOf(empty), /Enter your username or email/);
    const early = await browser.submit(empty, { identifier: 'early' });
    assert.equal(early.status, 429);
    assert.equal(early.headers.get('retry-after'), '50');
    assert.equal(early.document.querySelector('#identifier')?.getAttribute('value'), 'early');
  });
});

describe('a code by e-mail', () => {
  it('signs in, and says how', async () => {
    const app = await start(OPEN);
    const [browser, form] = await take(app, 'email_code');
    const page = await browser.submit(form, { identifier: 'alice' });
    assert.equal(titleOf(page), 'Enter the code · Acme');
    const field = page.document.querySelector('#code');
    assert.equal(field?.getAttribute('autocomplete'), 'one-time-code');
    assert.equal(field?.getAttribute('inputmode'), 'numeric');
    const consent = await browser.submit(page, { code: CODE });
    assert.ok(answerOf(await browser.submit(consent, {})).code);
  });

  it('is asked for again when it is wrong, late, missing or too often tried', async () => {
    const app = await start(OPEN);
    const [browser, form] = await take(app, 'email_code');
    let page = await browser.submit(form, { identifier: 'nobody' });
    for (const [code, status, says] of [
      ['', 422, /Enter the code/],
      ['000000', 422, /not the code/],
      [CODE, 422, /not the code/],
      ['late', 422, /no longer works/],
      ['locked', 429, /too many wrong codes/],
    ] as const) {
      page = await browser.submit(page, { code });
      assert.equal(page.status, status, code);
      assert.match(textOf(page), says);
      assert.match(titleOf(page) ?? '', /^Error: /);
    }
    const again = await browser.submit(page, {}, { action: '/email-code-send' });
    assert.match(textOf(again), /Another code is on its way/);
    assert.deepEqual(app.asked, ['nobody', 'nobody']);
  });
});

describe('an account of one’s own', () => {
  const FORM = { email: 'carol@acme.example', name: 'Carol', password: PASSWORD };

  it('is made in two steps, and signs in to the application', async () => {
    const app = await start(OPEN);
    const [browser, form] = await take(app, 'register');
    assert.equal(titleOf(form), 'Create an account · Acme');
    const page = await browser.submit(form, FORM);
    assert.match(textOf(page), /carol@acme\.example/);
    const consent = await browser.submit(page, { code: CODE });
    assert.match(textOf(consent), /Notes asks for access/);
    assert.ok(answerOf(await browser.submit(consent, {})).code);
  });

  it('shows nothing of whether the address has one', async () => {
    const app = await start(OPEN);
    const seen: string[] = [];
    for (const email of ['alice', 'frank']) {
      const [browser, form] = await take(app, 'register');
      const page = await browser.submit(form, { ...FORM, email });
      const wrong = await browser.submit(page, { code: '000000' });
      seen.push(`${page.status} ${textOf(page)} ${wrong.status} ${textOf(wrong)}`);
    }
    assert.equal(seen[0]?.replaceAll('alice', 'x'), seen[1]?.replaceAll('frank', 'x'));
  });

  it('keeps what was typed when something is wrong, but no password', async () => {
    const app = await start(OPEN);
    const [browser, form] = await take(app, 'register');
    const again = await browser.submit(form, { ...FORM, email: '', password: 'short' });
    assert.equal(again.status, 422);
    for (const field of ['email', 'name', 'password']) {
      const input = again.document.querySelector(`#${field}`);
      assert.equal(input?.getAttribute('aria-invalid'), 'true', field);
    }
    assert.equal(again.document.querySelector('#name')?.getAttribute('value'), 'Carol');
    assert.equal(again.document.querySelector('#password')?.getAttribute('value'), undefined);
  });

  it('is not to be had by forms of another step, or where registration is closed', async () => {
    const closed = await start({ mailEnabled: true });
    const browser = newBrowser();
    const page = await browser.open(closed.authorizationUrl());
    const csrf = tokenOf(page);
    for (const step of ['register', 'register-code', 'email-code', 'verify-email-later']) {
      const body = new URLSearchParams({ csrf, ...FORM, code: CODE });
      const answer = await browser.request(`${page.url}/${step}`, { method: 'POST', body });
      assert.equal(answer.status, 303, step);
      assert.equal(answer.headers.get('location'), new URL(page.url).pathname);
    }
    assert.deepEqual(closed.asked, []);
  });
});

describe('an address that nobody has confirmed', () => {
  it('is confirmed with a code before the sign-in is complete', async () => {
    const app = await start(OPEN);
    const browser = newBrowser();
    const offer = await signIn(browser, await browser.open(app.authorizationUrl()), 'bob');
    assert.equal(titleOf(offer), 'Confirm your email · Acme');
    const page = await browser.submit(offer, {}, { action: '/verify-email-send' });
    assert.deepEqual(app.asked, ['bob@acme.example']);
    const consent = await browser.submit(page, { code: CODE });
    assert.match(textOf(consent), /Notes asks for access/);
  });

  it('can wait until the next sign-in', async () => {
    const app = await start(OPEN);
    const browser = newBrowser();
    const offer = await signIn(browser, await browser.open(app.authorizationUrl()), 'bob');
    const consent = await browser.submit(offer, {}, { action: '/verify-email-later' });
    assert.match(textOf(consent), /Notes asks for access/);
  });

  it('is nothing to get around: the resume address asks everything again', async () => {
    const app = await start(OPEN);
    const browser = newBrowser();
    const offer = await signIn(browser, await browser.open(app.authorizationUrl()), 'bob');
    const uid = offer.url.split('/').at(-1);
    const resumed = await browser.open(`${app.issuer}/auth/${uid}`);
    assert.equal(titleOf(resumed), 'Sign in · Acme');
  });
});

describe('an invitation', () => {
  const open = (app: HostedPagesApp, token = INVITE_TOKEN) =>
    newBrowser().open(`${app.issuer}/account/invitation?token=${token}`);

  it('opens a form for the invited address, which no field can change', async () => {
    const app = await start();
    const browser = newBrowser();
    const page = await browser.open(`${app.issuer}/account/invitation?token=${INVITE_TOKEN}`);
    assert.match(textOf(page), /carol@acme\.example/);
    assert.equal(page.document.querySelector('[name=email]'), null);
    assert.equal(page.headers.get('referrer-policy'), 'strict-origin');
    const done = await browser.submit(page, { name: 'Carol', password: PASSWORD });
    assert.equal(titleOf(done), 'Your account is ready · Acme');
  });

  it('says so when it works no more, and when there is an account', async () => {
    const app = await start();
    const gone = await open(app, 'x');
    assert.equal(gone.status, 400);
    const browser = newBrowser();
    const page = await browser.open(`${app.issuer}/account/invitation?token=${INVITE_TOKEN}`);
    const missing = await browser.submit(page, { name: '', password: PASSWORD });
    assert.equal(missing.status, 422);
    const taken = await browser.submit(missing, { name: 'taken', password: PASSWORD });
    assert.equal(taken.status, 409);
  });
});
