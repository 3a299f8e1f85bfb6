import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { en } from '../../interactions/messages/en.ts';
import { gatherComplaints, launchChromium } from '../chromium.ts';
import { ALICE, startDeployment, type TestDeployment } from '../gatehouse.ts';
import { addVirtualAuthenticator } from '../virtual-authenticator.ts';

const { accountMethods, accountPage, accountPasskeys, passkeys, recoveryCodes, secondFactor } = en;
const { done, sections } = accountPage;

describe('passkeys on the account page, in Chromium', () => {
  let browser: Browser;
  let deployment: TestDeployment;
  let context: BrowserContext;
  let page: Page;
  const complaints: string[] = [];

  before(async () => {
    [browser, deployment] = await Promise.all([launchChromium(), startDeployment()]);
  });
  afterEach(async () => {
    await context.close();
    assert.deepEqual(complaints.splice(0), []);
  });
  after(async () => {
    await browser.close();
    await deployment.stop();
  });

  const open = async (options: Parameters<Browser['newContext']>[0] = {}) => {
    context = await browser.newContext(options);
    context.setDefaultTimeout(10_000);
    page = await context.newPage();
    page.on('console', gatherComplaints(complaints));
    page.on('pageerror', (error) => complaints.push(error.message));
  };
  const visit = (path = '') => page.goto(`${deployment.publicUrl}/account${path}`);
  const heading = (name: string) => page.getByRole('heading', { level: 1, name }).waitFor();
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
  const follow = (name: string) => page.locator('main').getByRole('link', { name }).click();
  const says = (text: string) => page.locator('main [role=status]', { hasText: text }).waitFor();
  const signIn = async () => {
    await page.fill('[name=identifier]', ALICE.identifier);
    await page.fill('[name=password]', ALICE.password);
    await page.locator('button[type=submit]').click();
  };

  it('are added with a name, sign in, and are removed again', async () => {
    await open();
    const device = await addVirtualAuthenticator(page);
    await visit();
    await signIn();
    await heading(accountPage.title);
    await follow(sections.methods.title);
    await follow(accountMethods.passkeys);
    await follow(accountPasskeys.add);
    await heading(accountPasskeys.add);
    await page.getByLabel(passkeys.name).fill('Work laptop');
    await press(passkeys.add);
    await heading(recoveryCodes.heading);
    await says(done.passkey_added);
    assert.equal((await device.passkeys()).length, 1);
    await press(recoveryCodes.submit);
    await heading(sections.methods.title);

    // The same device has one already, and says so before anything is sent.
    await visit('/methods/passkeys/add');
    await press(passkeys.add);
    await page.waitForSelector(`[role=status]:text-is("${passkeys.alreadyHere}")`);

    await context.clearCookies();
    await visit();
    // What the browser offers in the field is answered at once.
    await heading(accountPage.title);
    await visit('/methods/passkeys');
    await page.getByRole('heading', { level: 2, name: 'Work laptop' }).waitFor();
    await page.locator('summary', { hasText: accountPasskeys.rename }).click();
    await page.getByLabel(accountPasskeys.newName).fill('Old laptop');
    await press(accountPasskeys.save);
    await says(done.passkey_renamed);
    await press(accountMethods.removeNamed('Old laptop'));
    await says(done.passkey_removed);
    await page.getByText(accountPasskeys.none).waitFor();
  });

  it('are missed with words where there is no JavaScript', async () => {
    await open({ javaScriptEnabled: false });
    await visit('/methods/passkeys/add');
    await signIn();
    await heading(accountPasskeys.add);
    assert.ok(await page.getByText(secondFactor.passkey.unavailable).isVisible());
    assert.equal(await page.getByRole('button', { name: passkeys.add }).count(), 0);
  });
});
