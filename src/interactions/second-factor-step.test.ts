import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import {
  LOCKED_CODE,
  LOCKED_SECONDS,
  RECOVERY_CODE,
  TOTP_CODE,
} from '../testing/factors-in-memory.ts';
import type { HostedPagesApp } from '../testing/hosted-pages-app.ts';
import {
  answerOf,
  hostedPagesHouses,
  newBrowser,
  signIn,
  textOf,
  titleOf,
} from '../testing/hosted-pages-visit.ts';
import type { PlainBrowser, PlainPage } from '../testing/plain-browser.ts';
import { PROGRESS } from './sign-in-progress.ts';

const { start, closeAll } = hostedPagesHouses();
after(closeAll);

const ALICE_HAS_AN_APP = { factors: { alice: { totp: {}, recoveryCodesLeft: 2 } } };
const SECOND_FACTOR = { action: '/second-factor' };
const asksForCode = (page: PlainPage) => titleOf(page)?.endsWith('Enter a code · Acme') === true;

/** At the page of the second factor, with the password typed. */
async function begin(
  options: Parameters<typeof start>[0] = ALICE_HAS_AN_APP,
): Promise<{ app: HostedPagesApp; browser: PlainBrowser; page: PlainPage }> {
  const app = await start(options);
  const browser = newBrowser();
  const page = await signIn(browser, await browser.open(app.authorizationUrl()));
  assert.ok(asksForCode(page), textOf(page));
  return { app, browser, page };
}

async function sessionIn(app: HostedPagesApp, browser: PlainBrowser) {
  const cookies = await browser.jar.getCookies(app.issuer);
  const id = cookies.find((cookie) => cookie.key === '_session')?.value;
  return id === undefined ? undefined : app.provider.Session.find(id);
}

describe('a second factor', () => {
  it('is asked for after the password, and completes the sign-in', async () => {
    const { app, browser, page } = await begin();
    assert.match(textOf(page), /Alice Example/);
    const field = page.document.querySelector('input[name=code]');
    assert.equal(field?.getAttribute('inputmode'), 'numeric');
    assert.equal(field?.getAttribute('autocomplete'), 'one-time-code');

    const consent = await browser.submit(page, { code: TOTP_CODE }, SECOND_FACTOR);
    assert.match(textOf(consent), /Notes asks for access/);
    const session = await sessionIn(app, browser);
    assert.deepEqual(session?.amr, ['pwd', 'otp', 'mfa']);
    assert.equal(session?.acr, 'urn:gatehouse:acr:multi-factor');
    assert.deepEqual(app.told, []);
    assert.ok(answerOf(await browser.submit(consent, {})).code);
  });

  it('says at the field what is wrong with a code, and keeps what was ticked', async () => {
    const { browser, page } = await begin();
    for (const [code, says] of [
      [' ', /Enter the six digits/],
      ['123456', /That code is not right/],
    ] as const) {
      const again = await browser.submit(page, { code, remember: 'yes' }, SECOND_FACTOR);
      assert.equal(again.status, 422);
      assert.match(titleOf(again) ?? '', /^Error: /);
      const field = again.document.querySelector('#code');
      assert.equal(field?.getAttribute('aria-invalid'), 'true');
      const described = again.document.querySelector(`#${field?.getAttribute('aria-describedby')}`);
      assert.match(described?.text ?? '', says);
      assert.ok(again.document.querySelector('input[name=remember]')?.hasAttribute('checked'));
    }
  });

  it('takes a code once, and says that it was used', async () => {
    const { app, browser, page } = await begin();
    await browser.submit(page, { code: TOTP_CODE }, SECOND_FACTOR);
    const other = newBrowser();
    const there = await signIn(other, await other.open(app.authorizationUrl()));
    const again = await other.submit(there, { code: TOTP_CODE }, SECOND_FACTOR);
    assert.equal(again.status, 422);
    assert.match(textOf(again), /You have used that code before/);
  });

  it('answers 429 with Retry-After after too many wrong codes, and leaves the other ways', async () => {
    const { browser, page } = await begin();
    const again = await browser.submit(page, { code: LOCKED_CODE }, SECOND_FACTOR);
    assert.equal(again.status, 429);
    assert.equal(again.headers.get('retry-after'), String(LOCKED_SECONDS));
    assert.match(textOf(again), /Wait 15 minutes/);
    const recovery = await browser.submit(
      again,
      {},
      { action: '/factor', button: 'recovery_code' },
    );
    const consent = await browser.submit(recovery, { code: RECOVERY_CODE }, SECOND_FACTOR);
    assert.match(textOf(consent), /Notes asks for access/);
  });

  it('may be another one that the account has, and no other', async () => {
    const { app, browser, page } = await begin();
    const recovery = await browser.submit(page, {}, { action: '/factor', button: 'recovery_code' });
    assert.equal(titleOf(recovery), 'Enter a recovery code · Acme');
    const back = await browser.submit(recovery, {}, { action: '/factor', button: 'totp' });
    assert.ok(asksForCode(back));
    for (const factor of ['passkey', 'sms', '']) {
      assert.ok(asksForCode(await browser.submit(back, { factor }, { action: '/factor' })));
    }
    // A page that is open still sends what it shows.
    const consent = await browser.submit(recovery, { code: RECOVERY_CODE }, SECOND_FACTOR);
    assert.match(textOf(consent), /Notes asks for access/);
    assert.deepEqual((await sessionIn(app, browser))?.amr, ['pwd', 'recovery', 'mfa']);
    assert.deepEqual(app.told, ['alice recovery_code_used']);
  });

  it('says what a passkey needs where there is none of it, and offers the other ways', async () => {
    const app = await start({ factors: { alice: { totp: {}, passkeys: 1 } } });
    const browser = newBrowser();
    const page = await signIn(browser, await browser.open(app.authorizationUrl()));
    assert.equal(titleOf(page), 'Use your passkey · Acme');
    assert.match(textOf(page), /A passkey needs JavaScript/);
    // The way on is the page's own button then.
    assert.equal(page.document.querySelector('button[type=submit]')?.getAttribute('value'), 'totp');
    const other = await browser.submit(page, {}, { action: '/factor', button: 'totp' });
    const consent = await browser.submit(other, { code: TOTP_CODE }, SECOND_FACTOR);
    assert.match(textOf(consent), /Notes asks for access/);
  });

  it('says whom to ask when there is no other way', async () => {
    const { page } = await begin({ factors: { alice: { totp: {} } } });
    assert.equal(page.document.querySelector('form[action$="/factor"]'), null);
    assert.match(textOf(page), /ask the people who run Acme for help/);
  });

  it('is not asked twice when its form is sent twice', async () => {
    const { browser, page } = await begin();
    const consent = await browser.submit(page, { code: TOTP_CODE }, SECOND_FACTOR);
    const gone = await browser.submit(page, { code: TOTP_CODE }, SECOND_FACTOR);
    assert.equal(titleOf(gone), 'This sign-in has expired · Acme');
    assert.ok(answerOf(await browser.submit(consent, {})).code);
  });

  it('can be cancelled', async () => {
    const { browser, page } = await begin();
    const { error } = answerOf(await browser.submit(page, {}, { action: '/abort' }));
    assert.equal(error, 'access_denied');
  });
});

describe('whoever has only the password', () => {
  it('is asked for everything again after going straight to where a sign-in is resumed', async () => {
    const { app, browser, page } = await begin();
    const uid = page.url.split('/').at(-1) ?? '';
    const again = await browser.open(`${app.issuer}/auth/${uid}`);
    assert.equal(titleOf(again), 'Sign in · Acme');
    assert.equal((await sessionIn(app, browser))?.accountId, undefined);
    const silent = await browser.open(app.authorizationUrl({ prompt: 'none' }));
    assert.equal(answerOf(silent).error, 'login_required');
    assert.ok(asksForCode(await signIn(browser, again)));
  });

  it('leaves nothing behind for whoever signs in after that', async () => {
    const { app, browser, page } = await begin();
    const uid = page.url.split('/').at(-1) ?? '';
    const again = await browser.open(`${app.issuer}/auth/${uid}`);
    const saved: Record<string, unknown>[] = [];
    const { adapter } = app.provider.Interaction as unknown as {
      adapter: { upsert: (...args: unknown[]) => Promise<void> };
    };
    const upsert = adapter.upsert.bind(adapter);
    adapter.upsert = async (id, payload, ...rest) => {
      saved.push(structuredClone((payload as { result?: Record<string, unknown> }).result ?? {}));
      return upsert(id, payload, ...rest);
    };
    const consent = await signIn(browser, again, 'bob');
    assert.match(textOf(consent), /Bob Example/);
    await browser.submit(consent, {});
    assert.ok(saved.length > 0);
    for (const result of saved) assert.ok(!(PROGRESS in result), JSON.stringify(result));
  });

  it('is asked for their own name and password after "Not you?"', async () => {
    const { app, browser, page } = await begin();
    const other = await browser.submit(page, {}, { action: '/switch' });
    assert.equal(titleOf(other), 'Sign in · Acme');
    const consent = await signIn(browser, other, 'bob');
    assert.match(textOf(consent), /Bob Example/);
    assert.deepEqual((await sessionIn(app, browser))?.amr, ['pwd']);
  });

  it('is not let in by the code of another account that they typed before', async () => {
    const { browser, page } = await begin({
      factors: { alice: { totp: {} }, bob: { totp: {} } },
    });
    const other = await browser.submit(page, {}, { action: '/switch' });
    const hers = await signIn(browser, other, 'bob');
    assert.ok(asksForCode(hers));
    const consent = await browser.submit(hers, { code: TOTP_CODE }, SECOND_FACTOR);
    assert.match(textOf(consent), /Bob Example/);
  });

  it('cannot go on in another browser', async () => {
    const { page } = await begin();
    const elsewhere = newBrowser();
    assert.equal((await elsewhere.open(page.url)).status, 400);
    const sent = await elsewhere.submit(page, { code: TOTP_CODE }, SECOND_FACTOR);
    assert.equal(sent.status, 400);
  });
});

describe('a browser that is remembered', () => {
  /** Signs in with both factors and has the browser remembered, then ends the session. */
  async function remembered(options: Parameters<typeof start>[0] = ALICE_HAS_AN_APP) {
    const { app, browser, page } = await begin(options);
    await browser.submit(page, { code: TOTP_CODE, remember: 'yes' }, SECOND_FACTOR);
    const cookies = await browser.jar.getCookies(app.issuer);
    const cookie = cookies.find(({ key }) => key === 'gatehouse_browser_acme');
    const signInAgain = async (identifier = 'alice', parameters = {}) => {
      const url = app.authorizationUrl({ prompt: 'login', ...parameters });
      const confirm = await browser.open(url);
      const asked = await browser.submit(confirm, {}, { action: '/switch' });
      return signIn(browser, asked, identifier);
    };
    return { app, browser, cookie, signInAgain };
  }

  it('asks for the password alone the next time, and says so', async () => {
    const { app, browser, cookie, signInAgain } = await remembered();
    assert.ok(cookie?.httpOnly);
    assert.equal(cookie.path, '/t/acme');
    assert.equal(cookie.sameSite, 'lax');
    assert.ok(Math.abs(Number(cookie.maxAge) - 30 * 24 * 60 * 60) < 60, String(cookie.maxAge));
    assert.match(textOf(await signInAgain()), /Notes asks for access/);
    const session = await sessionIn(app, browser);
    assert.equal(session?.acr, 'urn:gatehouse:acr:remembered-browser');
    assert.deepEqual(session?.amr, ['pwd']);
  });

  it('asks for both when the client wants both, and not whether to remember it', async () => {
    const { signInAgain } = await remembered();
    const page = await signInAgain('alice', { acr_values: 'urn:gatehouse:acr:multi-factor' });
    assert.ok(asksForCode(page));
    assert.equal(page.document.querySelector('input[name=remember]'), null);
  });

  it('is remembered for nobody else', async () => {
    const factors = { alice: { totp: {} }, bob: { totp: {} } };
    const { signInAgain } = await remembered({ factors });
    assert.ok(asksForCode(await signInAgain('bob')));
  });

  it('keeps several people apart', async () => {
    const factors = { alice: { totp: {} }, bob: { totp: {} } };
    const { browser, signInAgain } = await remembered({ factors });
    const page = await signInAgain('bob');
    await browser.submit(page, { code: TOTP_CODE, remember: 'yes' }, SECOND_FACTOR);
    for (const identifier of ['alice', 'bob']) {
      assert.match(textOf(await signInAgain(identifier)), /Notes asks for access/);
    }
  });

  it('is no more than any other when nothing was ticked, or its cookie is made up', async () => {
    const { app, browser, page } = await begin();
    await browser.submit(page, { code: TOTP_CODE }, SECOND_FACTOR);
    const cookies = await browser.jar.getCookies(app.issuer);
    assert.ok(!cookies.some(({ key }) => key.startsWith('gatehouse_browser')));
    const made = `${'a'.repeat(8)}~${'b'.repeat(43)}`;
    for (const value of ['x', '.~.~', made, Array(60).fill(made).join('.')]) {
      const other = newBrowser();
      await other.jar.setCookie(`gatehouse_browser_acme=${value}; Path=/t/acme`, app.issuer);
      assert.ok(asksForCode(await signIn(other, await other.open(app.authorizationUrl()))));
    }
  });
});
