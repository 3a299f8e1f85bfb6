import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { gatherComplaints, launchChromium } from '../chromium.ts';
import { ALICE, BOB, startDeployment, type TestDeployment } from '../gatehouse.ts';
import { createPlainBrowser } from '../plain-browser.ts';
import { pollUntil } from '../poll.ts';
import { walkThrough } from '../relying-party.ts';
import { startWebApplication, type WebApplication } from '../web-application.ts';

const BUDGET = { requests: 3, bytes: 30 * 1024 };

describe('the hosted pages in Chromium', () => {
  let browser: Browser;
  let deployment: TestDeployment;
  let app: WebApplication;
  /** What browsers complained of, such as a page against its own policy. */
  const complaints: string[] = [];
  afterEach(() => assert.deepEqual(complaints.splice(0), []));

  before(async () => {
    [browser, deployment, app] = await Promise.all([
      launchChromium(),
      startDeployment(),
      startWebApplication(),
    ]);
    await app.register(deployment);
    // Asked once; the tests that are about consent ask again.
    for (const person of [ALICE, BOB]) {
      const arrived = await walkThrough(createPlainBrowser(), app.origin, person);
      assert.match(arrived.text, /arrived/);
    }
  });
  after(async () => {
    await browser.close();
    await app.close();
    await deployment.stop();
  });

  const openContext = async (javaScriptEnabled = true): Promise<BrowserContext> => {
    const context = await browser.newContext({ javaScriptEnabled });
    context.setDefaultTimeout(10_000);
    await context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        reportError(new Error(`violated ${event.effectiveDirective}: ${event.blockedURI}`));
      });
    });
    context.on('console', gatherComplaints(complaints));
    context.on('weberror', (error) => complaints.push(String(error.error())));
    return context;
  };
  const heading = (page: Page, name: string | RegExp) =>
    page.getByRole('heading', { level: 1, name }).waitFor();
  const fill = async (page: Page, person: { identifier: string; password: string }) => {
    await page.fill('[name=identifier]', person.identifier);
    await page.fill('[name=password]', person.password);
  };
  const submit = (page: Page) => page.locator('button[type=submit]').click();

  for (const javaScriptEnabled of [true, false]) {
    describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
      it('lead from the application to sign-in, consent, back and out, by keyboard alone', async () => {
        const context = await openContext(javaScriptEnabled);
        const page = await context.newPage();
        const { keyboard } = page;
        await page.goto(`${app.origin}/?prompt=consent`);
        await heading(page, 'Sign in');
        // The cursor is where it is needed.
        await keyboard.type(ALICE.identifier);
        await keyboard.press('Tab');
        await keyboard.type(ALICE.password);
        await keyboard.press('Enter');

        await heading(page, /Web application/);
        await tabTo(page, /^(Allow|Continue)$/);
        await keyboard.press('Enter');
        await heading(page, 'arrived');
        await page.goto(app.origin);
        await heading(page, 'arrived');

        await page.goto(`${app.origin}/logout`);
        await heading(page, /Sign out of/);
        await tabTo(page, /^Sign out$/);
        await keyboard.press('Enter');
        await heading(page, 'gone');
        await page.goto(app.origin);
        await heading(page, 'Sign in');
        await context.close();
      });

      it('let people stay, cancel, and come back', async () => {
        const context = await openContext(javaScriptEnabled);
        const page = await context.newPage();
        await page.goto(app.origin);
        await page.getByRole('button', { name: 'Cancel' }).click();
        await heading(page, 'refused: access_denied');
        await page.goto(app.origin);
        await fill(page, ALICE);
        await submit(page);
        await heading(page, 'arrived');
        await page.goto(`${app.origin}/logout`);
        await page.getByRole('button', { name: 'Stay signed in' }).click();
        await heading(page, 'gone');
        await context.close();
      });

      it('say that a password was wrong, and take the right one', async () => {
        const context = await openContext(javaScriptEnabled);
        const page = await context.newPage();
        await page.goto(app.origin);
        await fill(page, { ...ALICE, password: 'not hers' });
        await submit(page);
        await page.getByRole('alert').waitFor();
        assert.match((await page.getByRole('alert').textContent()) ?? '', /don’t match/);
        assert.match(await page.title(), /^Error: /);
        assert.equal(await page.inputValue('[name=identifier]'), ALICE.identifier);
        assert.equal(await page.inputValue('[name=password]'), '');
        await page.fill('[name=password]', ALICE.password);
        await submit(page);
        await heading(page, 'arrived');
        await context.close();
      });

      it('take a form that was sent twice', async () => {
        const context = await openContext(javaScriptEnabled);
        const page = await context.newPage();
        await page.goto(app.origin);
        await fill(page, ALICE);
        await page.locator('button[type=submit]').dblclick();
        await heading(page, 'arrived');
        await context.close();
      });

      it('go on in two tabs at once', async () => {
        const context = await openContext(javaScriptEnabled);
        const tabs = [await context.newPage(), await context.newPage()];
        for (const tab of tabs) {
          await tab.goto(app.origin);
          await fill(tab, ALICE);
        }
        for (const tab of tabs) {
          await submit(tab);
          await heading(tab, 'arrived');
        }
        await context.close();
      });

      it('survive the back button', async () => {
        const context = await openContext(javaScriptEnabled);
        const page = await context.newPage();
        await page.goto(app.origin);
        await fill(page, ALICE);
        await submit(page);
        await heading(page, 'arrived');
        await page.goBack();
        await heading(page, 'This sign-in has expired');
        await page.goForward();
        await page.goto(app.origin);
        await heading(page, 'arrived');
        await context.close();
      });

      it('answer by form where the application wants that', async () => {
        const context = await openContext(javaScriptEnabled);
        const page = await context.newPage();
        await page.goto(`${app.origin}/?response_mode=form_post`);
        await fill(page, ALICE);
        await submit(page);
        if (!javaScriptEnabled) await page.getByRole('button', { name: 'Continue' }).click();
        await heading(page, 'arrived');
        await context.close();
      });

      it('lead from one account to another', async () => {
        const context = await openContext(javaScriptEnabled);
        const page = await context.newPage();
        await page.goto(app.origin);
        await fill(page, ALICE);
        await submit(page);
        await heading(page, 'arrived');
        await page.goto(`${app.origin}/?prompt=login%20consent`);
        await heading(page, 'Confirm it’s you');
        await page.getByRole('button', { name: 'Not you?' }).click();
        await fill(page, BOB);
        await submit(page);
        if (!javaScriptEnabled) await page.getByRole('button', { name: 'Continue' }).click();
        await heading(page, /asks for access|wants to continue/);
        await page.getByText('Bob Example').waitFor();
        await submit(page);
        await heading(page, 'arrived');
        await context.close();
      });
    });
  }

  it('say how long to wait after too many attempts', async () => {
    const context = await openContext();
    const page = await context.newPage();
    await page.goto(app.origin);
    for (let attempt = 0; attempt < 11; attempt += 1) {
      await fill(page, { ...BOB, password: `wrong ${attempt}` });
      await submit(page);
      await page.getByRole('alert').waitFor();
    }
    const alert = (await page.getByRole('alert').textContent()) ?? '';
    assert.match(alert, /too many attempts to sign in\. Wait 5 minutes/);
    await context.close();
  });

  it('say that an interaction has expired, and what to do', async () => {
    const settings = { lifetimes: { interactionSeconds: 1 } };
    const brief = await startWebApplication();
    await brief.register(deployment, { slug: 'brief', name: 'Brief', settings });
    const context = await openContext();
    const page = await context.newPage();
    await page.goto(brief.origin);
    await heading(page, 'Sign in');
    await pollUntil(
      async () => {
        await page.reload();
        return (await page.textContent('h1')) === 'This sign-in has expired';
      },
      { deadlineMs: 8_000, everyMs: 200 },
    );
    await page.getByText(/start again/).waitFor();
    await context.close();
    await brief.close();
  });

  it('weigh at most 30 KB in at most three requests', async () => {
    const context = await openContext();
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send('Network.enable');
    const urls: string[] = [];
    let bytes = 0;
    session.on('Network.requestWillBeSent', ({ request }) => {
      if (request.url.startsWith(deployment.publicUrl)) urls.push(request.url);
    });
    session.on('Network.loadingFinished', ({ encodedDataLength }) => {
      bytes += encodedDataLength;
    });
    await page.goto(app.origin, { waitUntil: 'networkidle' });
    await heading(page, 'Sign in');
    const shown = urls.filter((url) => !new URL(url).pathname.startsWith('/auth'));
    assert.ok(shown.length > 0 && shown.length <= BUDGET.requests, shown.join(' '));
    assert.ok(bytes > 0 && bytes <= BUDGET.bytes, `${bytes} bytes`);
    await context.close();
  });
});

/** Presses Tab until the control of that name has the focus, as somebody without a mouse does. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  const target = page.getByRole('button', { name });
  for (let presses = 0; presses < 12; presses += 1) {
    await page.keyboard.press('Tab');
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error(`no way to ${name} by keyboard on ${page.url()}`);
}
