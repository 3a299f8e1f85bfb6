import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { en } from '../../interactions/messages/en.ts';
import { addPasskey } from '../add-passkey.ts';
import { gatherComplaints, launchChromium } from '../chromium.ts';
import { ALICE, BOB, startDeployment, type TestDeployment } from '../gatehouse.ts';
import { createPlainBrowser } from '../plain-browser.ts';
import { walkThrough } from '../relying-party.ts';
import { addVirtualAuthenticator, type VirtualAuthenticator } from '../virtual-authenticator.ts';
import { startWebApplication, type WebApplication } from '../web-application.ts';

const { passkeys: text, signIn: words } = en;

describe('signing in with a passkey in Chromium', () => {
  let browser: Browser;
  let deployment: TestDeployment;
  let app: WebApplication;
  let context: BrowserContext;
  let page: Page;
  let device: VirtualAuthenticator;
  const complaints: string[] = [];

  before(async () => {
    [browser, deployment, app] = await Promise.all([
      launchChromium(),
      startDeployment(),
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
  /** A browser with a passkey of Alice's, in front of nothing. */
  const openWithPasskey = async () => {
    await open();
    device = await addVirtualAuthenticator(page);
    await page.goto(`${deployment.publicUrl}/.well-known/openid-configuration`);
    return addPasskey(deployment, ALICE, (options) =>
      page.evaluate(async (json) => {
        const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(JSON.parse(json));
        return JSON.stringify(await navigator.credentials.create({ publicKey }));
      }, JSON.stringify(options)),
    );
  };
  /** What the browser offers in the field is answered at once; without that, a button is. */
  const offerNothing = () =>
    context.addInitScript(() => {
      PublicKeyCredential.isConditionalMediationAvailable = async () => false;
    });
  const heading = (name: string) => page.getByRole('heading', { level: 1, name }).waitFor();
  const button = () => page.getByRole('button', { name: text.signIn });

  it('needs nothing typed and no click where the browser offers it in the field', async () => {
    await openWithPasskey();
    await page.goto(app.origin);
    await heading('arrived');
  });

  it('works by a button, and stays beyond the browser where that is ticked', async () => {
    await openWithPasskey();
    await offerNothing();
    for (const remember of [false, true]) {
      await context.clearCookies();
      await page.goto(app.origin);
      await heading(words.heading);
      if (remember) await page.getByLabel(words.remember).check();
      await button().click();
      await heading('arrived');
      const cookies = await context.cookies(deployment.publicUrl);
      const session = cookies.find(({ name }) => name === 'gatehouse_session_default');
      assert.equal((session?.expires ?? 0) > 0, remember);
    }
  });

  it('is reached by the keyboard, after the password’s button', async () => {
    await openWithPasskey();
    await offerNothing();
    await page.goto(app.origin);
    await heading(words.heading);
    await button().waitFor();
    await page.locator('button[type=submit]').focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await heading('arrived');
  });

  it('confirms who is signed in', async () => {
    await openWithPasskey();
    await page.goto(app.origin);
    await heading('arrived');
    await page.goto(`${app.origin}/?prompt=login`);
    await heading(words.confirmHeading);
    await page.getByRole('button', { name: text.confirm }).click();
    await heading('arrived');
  });

  it('says that one does not work any more, and the password still does', async () => {
    const passkey = await openWithPasskey();
    await offerNothing();
    const { tenants, accounts, passkeys } = deployment.backends;
    const tenant = await tenants.findBySlug('default');
    const found = await accounts.findByIdentifier(tenant?.id ?? '', ALICE.identifier);
    const owner = [tenant?.id ?? '', found?.account.id ?? ''] as const;
    await passkeys.remove(...owner, passkey.id, { way: false, factor: false });
    assert.ok((await device.passkeys()).some(({ id }) => id === passkey.id));
    await page.goto(app.origin);
    await button().click();
    assert.equal((await page.getByRole('alert').textContent())?.trim(), text.rejected);
    await typePassword();
    await heading('arrived');
  });

  it('leaves the password as it is for whoever has none', async () => {
    await open();
    await addVirtualAuthenticator(page);
    await page.goto(app.origin);
    await button().click();
    await page.waitForSelector(`[role=status]:text-is("${text.signInCancelled}")`);
    await typePassword();
    await heading('arrived');
  });

  it('shows no button that does nothing without JavaScript', async () => {
    await open({ javaScriptEnabled: false });
    await page.goto(app.origin);
    await heading(words.heading);
    assert.equal(await button().isVisible(), false);
    assert.deepEqual(await page.locator('main button:visible').allTextContents(), [
      words.submit,
      words.cancel,
    ]);
    await typePassword();
    await heading('arrived');
  });

  /** As somebody who has no passkey. */
  async function typePassword(): Promise<void> {
    await page.fill('[name=identifier]', BOB.identifier);
    await page.fill('[name=password]', BOB.password);
    await page.locator('button[type=submit]').click();
  }
});
