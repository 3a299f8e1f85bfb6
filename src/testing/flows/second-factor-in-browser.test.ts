import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { TOTP, URI } from 'otpauth';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { ACR_MULTI_FACTOR, ACR_PHISHING_RESISTANT } from '../../accounts/acr.ts';
import { en } from '../../interactions/messages/en.ts';
import { gatherComplaints, launchChromium } from '../chromium.ts';
import { ALICE, BOB, startDeployment, type TestDeployment } from '../gatehouse.ts';
import { createPlainBrowser } from '../plain-browser.ts';
import { type Person, walkThrough } from '../relying-party.ts';
import { addVirtualAuthenticator } from '../virtual-authenticator.ts';
import { startWebApplication, type WebApplication } from '../web-application.ts';

const { newFactor, passkeys, recoveryCodes, secondFactor } = en;

describe('second factors in Chromium', () => {
  let browser: Browser;
  let deployment: TestDeployment;
  let app: WebApplication;
  let context: BrowserContext;
  let page: Page;
  let ahead = 0;
  const complaints: string[] = [];

  before(async () => {
    const now = () => new Date(Date.now() + ahead);
    [browser, deployment, app] = await Promise.all([
      launchChromium(),
      startDeployment({ now }),
      startWebApplication(),
    ]);
    await app.register(deployment);
    // Consent is asked once.
    for (const person of [ALICE, BOB]) {
      const arrived = await walkThrough(createPlainBrowser(), app.origin, person);
      assert.match(arrived.text, /arrived/);
    }
  });
  afterEach(async () => {
    await context.close();
    assert.deepEqual(complaints.splice(0), []);
  });
  after(async () => {
    await browser.close();
    await app.close();
    await deployment.stop();
  });

  const open = async (options: Parameters<Browser['newContext']>[0] = {}) => {
    context = await browser.newContext(options);
    context.setDefaultTimeout(10_000);
    page = await context.newPage();
    page.on('console', gatherComplaints(complaints));
    page.on('pageerror', (error) => complaints.push(error.message));
  };
  const heading = (name: string) => page.getByRole('heading', { level: 1, name }).waitFor();
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
  const typePassword = async ({ identifier, password }: Person) => {
    await page.fill('[name=identifier]', identifier);
    await page.fill('[name=password]', password);
    await page.locator('button[type=submit]').click();
  };
  /** To a control by its name, with the keyboard alone. */
  const tabTo = async (name: string) => {
    for (let tabs = 0; tabs < 20; tabs += 1) {
      await page.keyboard.press('Tab');
      const focused = await page.evaluate(() => {
        const { labels } = document.activeElement as HTMLInputElement;
        return labels?.[0]?.textContent ?? document.activeElement?.textContent ?? '';
      });
      if (focused.trim().startsWith(name)) return;
    }
    assert.fail(`the keyboard does not reach ${name}`);
  };
  const enterOn = async (name: string) => {
    await tabTo(name);
    await page.keyboard.press('Enter');
  };

  it('are set up and typed with the keyboard alone, without JavaScript', async () => {
    await open({ javaScriptEnabled: false });
    await page.goto(`${app.origin}/?acr_values=${ACR_MULTI_FACTOR}`);
    await typePassword(ALICE);
    await heading(newFactor.heading);
    await enterOn(newFactor.submit);

    await heading(newFactor.totp.heading);
    const link = await page.locator('a.open-app').getAttribute('href');
    const scanned = URI.parse(link ?? '');
    assert.ok(scanned instanceof TOTP);
    const code = () => scanned.generate({ timestamp: Date.now() + ahead });
    await tabTo(newFactor.totp.label);
    await page.keyboard.type(code());
    await page.keyboard.press('Enter');

    await heading(recoveryCodes.heading);
    const codes = await page.locator('.recovery-codes code').allTextContents();
    assert.equal(codes.length, 10);
    const download = page.waitForEvent('download');
    await enterOn(recoveryCodes.download);
    const saved = await download;
    assert.equal(saved.suggestedFilename(), recoveryCodes.fileName);
    const file = await (await saved.createReadStream()).toArray();
    for (const one of codes) assert.ok(Buffer.concat(file).toString().includes(one));
    await enterOn(recoveryCodes.submit);
    await heading('arrived');

    // The cursor is where the code belongs.
    await context.clearCookies();
    ahead += 30_000;
    await page.goto(app.origin);
    await typePassword(ALICE);
    await heading(secondFactor.totp.heading);
    await page.keyboard.type(code());
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await page.keyboard.press('Enter');
    await heading('arrived');
    const cookies = await context.cookies(deployment.publicUrl);
    const kept = cookies.filter(({ name }) => name === 'gatehouse_browser_default');
    assert.equal(kept.length, 1);

    await context.clearCookies({ name: /session/ });
    await page.goto(app.origin);
    await typePassword(ALICE);
    await heading('arrived');
  });

  it('are passkeys where the browser has some, and codes where it has none', async () => {
    await open();
    const device = await addVirtualAuthenticator(page);
    await page.goto(`${app.origin}/?acr_values=${ACR_PHISHING_RESISTANT}`);
    await typePassword(BOB);
    await heading(newFactor.passkey.heading);
    await page.getByLabel(passkeys.name).fill('Work laptop');
    await enterOn(passkeys.add);
    await heading(recoveryCodes.heading);
    const [recoveryCode = ''] = await page.locator('.recovery-codes code').allTextContents();
    await press(recoveryCodes.submit);
    await heading('arrived');
    assert.equal((await device.passkeys()).length, 1);

    await context.clearCookies();
    // What the browser offers in the field for the name would be taken before a password is typed.
    await context.addInitScript(() => {
      PublicKeyCredential.isConditionalMediationAvailable = async () => false;
    });
    await page.goto(app.origin);
    await typePassword(BOB);
    await heading(secondFactor.passkey.heading);
    assert.equal(await page.getByText(secondFactor.passkey.unavailable).isVisible(), false);
    await tabTo(secondFactor.remember('30 days'));
    await page.keyboard.press('Space');
    await enterOn(passkeys.secondFactor);
    await heading('arrived');
    const cookies = await context.cookies(deployment.publicUrl);
    assert.ok(cookies.some(({ name }) => name === 'gatehouse_browser_default'));
    await context.close();

    await open({ javaScriptEnabled: false });
    await page.goto(app.origin);
    await typePassword(BOB);
    await heading(secondFactor.passkey.heading);
    assert.ok(await page.getByText(secondFactor.passkey.unavailable).isVisible());
    await press(secondFactor.use.recovery_code);
    await heading(secondFactor.recovery_code.heading);
    await page.keyboard.type(recoveryCode);
    await page.keyboard.press('Enter');
    await heading('arrived');
  });

  it('say what happened when the authenticator does not answer', async () => {
    await open();
    await addVirtualAuthenticator(page);
    await context.addInitScript(() => {
      PublicKeyCredential.isConditionalMediationAvailable = async () => false;
    });
    await page.goto(app.origin);
    await typePassword(BOB);
    await heading(secondFactor.passkey.heading);
    // It is another device than the one that has Bob's.
    await press(passkeys.secondFactor);
    await page.waitForSelector(`[role=status]:text-is("${passkeys.signInCancelled}")`);
  });
});
