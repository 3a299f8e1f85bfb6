import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { LATE_CODE, RECOVERY_CODE, TOTP_CODE } from '../testing/factors-in-memory.ts';
import {
  answerOf,
  hostedPagesHouses,
  newBrowser,
  signIn,
  textOf,
  titleOf,
} from '../testing/hosted-pages-visit.ts';
import type { PlainBrowser, PlainPage } from '../testing/plain-browser.ts';

const { start, closeAll } = hostedPagesHouses();
after(closeAll);

const REQUIRED = { settings: { mfa: 'required' } } as const;
const NEW_FACTOR = { action: '/new-factor' };

/** With the password typed, where a second factor is missing. */
async function begin(options: Parameters<typeof start>[0] = REQUIRED) {
  const app = await start(options);
  const browser = newBrowser();
  const page = await signIn(browser, await browser.open(app.authorizationUrl()));
  return { app, browser, page };
}

const setUp = (browser: PlainBrowser, page: PlainPage) =>
  browser.submit(page, { code: TOTP_CODE }, NEW_FACTOR);

describe('a second factor that is missing', () => {
  it('is set up before the sign-in goes on, with recovery codes', async () => {
    const { app, browser, page } = await begin();
    assert.equal(titleOf(page), 'Set up your app · Acme');
    assert.match(textOf(page), /Acme asks for more than a password/);
    assert.ok(page.document.querySelector('svg.qr'));
    const key = page.document.querySelector('code.key')?.text ?? '';
    assert.equal(key, 'JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP');
    const link = page.document.querySelector('main a')?.getAttribute('href') ?? '';
    assert.match(link, /^otpauth:\/\/totp\/.*secret=JBSWY3DP/);

    const codes = await setUp(browser, page);
    assert.equal(titleOf(codes), 'Save your recovery codes · Acme');
    assert.equal(codes.document.querySelector('.recovery-codes')?.text.trim(), RECOVERY_CODE);
    const file = codes.document.querySelector('a[download]')?.getAttribute('href') ?? '';
    assert.match(decodeURIComponent(file), new RegExp(`Acme.*\\r\\n${RECOVERY_CODE}\\r\\n$`, 's'));

    const consent = await browser.submit(codes, {}, { action: '/recovery-codes' });
    assert.match(textOf(consent), /Notes asks for access/);
    const cookies = await browser.jar.getCookies(app.issuer);
    const id = cookies.find((cookie) => cookie.key === '_session')?.value ?? '';
    const session = await app.provider.Session.find(id);
    assert.deepEqual(session?.amr, ['pwd', 'otp', 'mfa']);
    assert.deepEqual(app.told, ['alice second_factor_added']);
    assert.ok(answerOf(await browser.submit(consent, {})).code);
  });

  it('is of the person’s choice where there is one', async () => {
    const { browser, page } = await begin({ ...REQUIRED, passkeysWork: true });
    assert.equal(titleOf(page), 'Add a second step · Acme');
    const [first, second] = page.document.querySelectorAll('input[name=factor]');
    assert.deepEqual(
      [first?.getAttribute('value'), second?.getAttribute('value')],
      ['totp', 'passkey'],
    );
    const app = await browser.submit(page, { factor: 'totp' }, { action: '/factor' });
    assert.equal(titleOf(app), 'Set up your app · Acme');
    const back = await browser.submit(app, {}, { action: '/factor', button: '' });
    assert.equal(titleOf(back), 'Add a second step · Acme');
  });

  it('says at the field what is wrong with its first code', async () => {
    const { browser, page } = await begin();
    for (const [code, says] of [
      ['', /Enter the six digits/],
      ['123456', /That code is not right/],
    ] as const) {
      const again = await browser.submit(page, { code }, NEW_FACTOR);
      assert.equal(again.status, 422);
      assert.match(again.document.querySelector('#code-problem')?.text ?? '', says);
      assert.ok(again.document.querySelector('svg.qr'));
    }
    const late = await browser.submit(page, { code: LATE_CODE }, NEW_FACTOR);
    assert.equal(late.status, 422);
    assert.match(late.document.querySelector('[role=alert]')?.text ?? '', /a new square to scan/);
    assert.match(textOf(await setUp(browser, late)), /recovery codes/);
  });

  it('is what the application asks for', async () => {
    const app = await start();
    const browser = newBrowser();
    const url = app.authorizationUrl({ acr_values: 'urn:gatehouse:acr:multi-factor' });
    const page = await signIn(browser, await browser.open(url));
    assert.match(textOf(page), /Notes asks for more than a password/);
  });

  it('is nobody else’s after "Not you?"', async () => {
    const { browser, page } = await begin();
    const other = await browser.submit(page, {}, { action: '/switch' });
    assert.equal(titleOf(other), 'Sign in · Acme');
    const his = await signIn(browser, other, 'bob');
    assert.match(textOf(his), /Bob Example/);
  });
});

describe('recovery codes', () => {
  it('are shown until the person says that they have them, and never again', async () => {
    const { app, browser, page } = await begin();
    const codes = await setUp(browser, page);
    const reloaded = await browser.open(page.url);
    assert.match(textOf(reloaded), new RegExp(RECOVERY_CODE));
    const consent = await browser.submit(codes, {}, { action: '/recovery-codes' });
    assert.ok(!consent.text.includes(RECOVERY_CODE));
    const gone = await browser.open(page.url);
    assert.ok(!gone.text.includes(RECOVERY_CODE));
    const uid = page.url.split('/').at(-1) ?? '';
    assert.equal(await app.provider.Interaction.find(uid), undefined);
  });

  it('are not made again for a further factor', async () => {
    const { browser, page } = await begin({
      ...REQUIRED,
      factors: { alice: { recoveryCodesLeft: 3 } },
    });
    assert.match(textOf(await setUp(browser, page)), /Notes asks for access/);
  });

  it('sign nobody in by themselves: straight to the resume address asks everything again', async () => {
    const { app, browser, page } = await begin();
    await setUp(browser, page);
    const uid = page.url.split('/').at(-1) ?? '';
    const again = await browser.open(`${app.issuer}/auth/${uid}`);
    assert.equal(titleOf(again), 'Sign in · Acme');
    const bobs = await signIn(browser, again, 'bob');
    assert.ok(!bobs.text.includes(RECOVERY_CODE));
  });

  it('are shown to nobody who signs in after "Not you?"', async () => {
    const { browser, page } = await begin();
    const codes = await setUp(browser, page);
    assert.ok(codes.text.includes(RECOVERY_CODE));
    const token = codes.document.querySelector('input[name=csrf]')?.getAttribute('value') ?? '';
    const switched = await browser.request(`${page.url}/switch`, {
      method: 'POST',
      body: new URLSearchParams({ csrf: token }),
    });
    assert.equal(switched.status, 303);
    const bobs = await signIn(browser, await browser.open(page.url), 'bob');
    assert.ok(!bobs.text.includes(RECOVERY_CODE));
  });
});
