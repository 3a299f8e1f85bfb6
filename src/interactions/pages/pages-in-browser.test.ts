import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { gatherComplaints, launchChromium } from '../../testing/chromium.ts';
import { type FindViolations, loadAxe } from '../../testing/every-page.ts';
import {
  type HostedPagesApp,
  PASSWORD,
  RESET_TOKEN,
  startHostedPages,
} from '../../testing/hosted-pages-app.ts';
import {
  awkwardNames,
  ordinaryNames,
  pageSamples,
  sampleFrame,
} from '../../testing/page-samples.ts';
import { servePages } from '../../testing/page-server.ts';
import { ar } from '../messages/ar.ts';
import { en } from '../messages/en.ts';
import type { Messages } from '../messages/messages.ts';

const SMALL = { width: 320, height: 640 };
const NAMES = Object.keys(pageSamples(en, ordinaryNames));

let browser: Browser;
let violations: FindViolations;
const closing: (() => Promise<unknown>)[] = [];

before(async () => {
  [browser, violations] = await Promise.all([launchChromium(), loadAxe()]);
});

after(async () => {
  for (const close of closing) await close();
  await browser.close();
});

async function serve(
  names = ordinaryNames,
  messages: Messages = en,
  accentColor?: string,
): Promise<string> {
  const frame = sampleFrame(messages, names, accentColor);
  const server = await servePages(frame, pageSamples(messages, names));
  closing.push(server.close);
  return server.origin;
}

async function open(options?: Parameters<Browser['newContext']>[0]): Promise<BrowserContext> {
  const context = await browser.newContext(options);
  closing.push(() => context.close());
  return context;
}

const accentOfPage = () => getComputedStyle(document.documentElement).getPropertyValue('--accent');

describe('hosted pages in Chromium', () => {
  it('pass axe with the menu of languages open, from left to right and from right to left', async () => {
    for (const messages of [en, ar]) {
      const origin = await serve(ordinaryNames, messages);
      const page = await (await open({ viewport: SMALL })).newPage();
      // It is the same on every page: with little beside it, with much, and on the account page.
      for (const name of ['sign-in', 'consent-everything', 'account-methods']) {
        await page.goto(`${origin}/${name}`);
        await page.locator('.languages summary').click();
        assert.deepEqual(await violations(page), [], `${name} in ${messages.lang}`);
      }
    }
  });

  it('pass axe in colours of a tenant that are hard to read', async () => {
    for (const [accent, colorScheme] of [
      ['#ffd400', 'light'],
      ['#101218', 'dark'],
      ['#7f7f7f', 'light'],
    ] as const) {
      const origin = await serve(ordinaryNames, en, accent);
      const page = await (await open({ colorScheme })).newPage();
      for (const name of ['sign-in', 'consent-everything', 'reset-password-done']) {
        await page.goto(`${origin}/${name}`);
        assert.equal(await page.evaluate(accentOfPage), accent);
        assert.deepEqual(await violations(page), [], `${name} ${accent}`);
      }
    }
  });

  describe('whatever people and clients are called', () => {
    const faults = { wide: [] as string[], said: [] as string[] };
    // Opening them takes longer than looking at them: once for both.
    before(async () => {
      for (const messages of [en, ar]) {
        const origin = await serve(awkwardNames, messages, '#0b5c6b');
        const page = await (await open({ viewport: SMALL })).newPage();
        page.on('console', gatherComplaints(faults.said));
        page.on('pageerror', (error) => faults.said.push(error.message));
        for (const name of NAMES) {
          await page.goto(`${origin}/${name}`);
          const width = await page.evaluate(() => {
            // The menu of languages is there to be opened.
            for (const details of document.querySelectorAll('details')) details.open = true;
            return document.documentElement.scrollWidth;
          });
          if (width > SMALL.width) faults.wide.push(`${name} in ${messages.lang} is ${width} wide`);
        }
      }
    });

    it('fit 320 pixels in both directions', () => {
      assert.deepEqual(faults.wide, []);
    });

    it('complain of nothing in the console', () => {
      assert.deepEqual(faults.said, []);
    });
  });
});

describe('a whole sign-in in Chromium', () => {
  let callback: string;

  before(async () => {
    const server = createServer(({ url = '' }, response) => {
      const [, onward] = /[?&]state=(http[^&]*)/.exec(url) ?? [];
      if (onward !== undefined) response.writeHead(302, { location: decodeURIComponent(onward) });
      else response.setHeader('content-type', 'text/html');
      response.end('<title>Back</title>');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    callback = `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback`;
    closing.push(async () => {
      server.close();
      server.closeAllConnections();
    });
  });

  /** A house in which nobody has signed in yet, and a new browser in front of it. */
  async function start(javaScriptEnabled = true, metadata: Record<string, unknown> = {}) {
    const app: HostedPagesApp = await startHostedPages({
      metadata: {
        ...metadata,
        application_type: 'native',
        redirect_uris: [callback],
        post_logout_redirect_uris: [callback],
      },
    });
    closing.push(app.close);
    const page = await (await open({ javaScriptEnabled })).newPage();
    page.setDefaultTimeout(10_000);
    const request = (parameters: Record<string, string> = {}) =>
      app.authorizationUrl({ redirect_uri: callback, ...parameters });
    return { app, page, request };
  }

  async function signIn(page: Page, identifier: string): Promise<void> {
    await page.fill('[name=identifier]', identifier);
    await page.fill('[name=password]', PASSWORD);
    await page.locator('button[type=submit]').click();
  }

  for (const javaScriptEnabled of [true, false]) {
    const how = javaScriptEnabled ? 'with JavaScript' : 'without JavaScript';

    it(`leads over the client's own origin, despite the policy, ${how}`, async () => {
      const { page, request } = await start(javaScriptEnabled);
      await page.goto(request());
      await signIn(page, 'alice');
      await page.locator('button[type=submit]').click();
      await page.waitForURL(`${callback}?**`);
      assert.ok(new URL(page.url()).searchParams.get('code'));
    });

    it(`comes back with "Cancel" and "Don’t allow" ${how}`, async () => {
      const { page, request } = await start(javaScriptEnabled);
      for (const button of ['Cancel', 'Don’t allow']) {
        await page.goto(request());
        if (button !== 'Cancel') await signIn(page, 'alice');
        await page.getByRole('button', { name: button }).click();
        await page.waitForURL(`${callback}?**`);
        assert.equal(new URL(page.url()).searchParams.get('error'), 'access_denied');
      }
    });

    it(`lets another account in when the first one confirms itself ${how}`, async () => {
      const { page, request } = await start(javaScriptEnabled);
      await page.goto(request());
      await signIn(page, 'alice');
      await page.waitForSelector('text=asks for access');
      await page.goto(request({ prompt: 'login' }));
      assert.equal(await page.title(), 'Confirm it’s you · Acme');
      // A script that fills both fields as always gets through, too.
      await signIn(page, 'alice');
      await page.waitForSelector('text=Alice Example');

      await page.goto(request({ prompt: 'login' }));
      await page.getByRole('button', { name: 'Not you?' }).click();
      await page.waitForSelector('h1:text("Sign in")');
      await signIn(page, 'bob');
      // The library's page between the two sessions; it sends itself where it can.
      if (!javaScriptEnabled) await page.getByRole('button', { name: 'Continue' }).click();
      await page.waitForSelector('text=Bob Example');
    });

    it(`signs out and goes back to the client ${how}`, async () => {
      const { app, page, request } = await start(javaScriptEnabled);
      await page.goto(request());
      await signIn(page, 'alice');
      await page.waitForSelector('text=asks for access');
      const query = new URLSearchParams({
        client_id: 'notes-web',
        post_logout_redirect_uri: callback,
      });
      await page.goto(`${app.issuer}/session/end?${query}`);
      await page.locator('button[type=submit]').click();
      await page.waitForURL(callback);
    });
  }

  it('may lead on from the callback to the client’s home, on an origin of its own', async () => {
    // The same server, but another origin.
    const home = `${new URL(callback).origin.replace('127.0.0.1', 'localhost')}/home`;
    const { page, request } = await start(true, { client_uri: home });
    await page.goto(request({ state: home }));
    await signIn(page, 'alice');
    await page.locator('button[type=submit]').click();
    await page.waitForURL(home);
  });

  it('keeps the link’s token out of every other request', async () => {
    const { app, page } = await start();
    const referrers: (string | undefined)[] = [];
    page.on('request', (sent) => referrers.push(sent.headers().referer));
    await page.goto(`${app.issuer}/account/reset-password?token=${RESET_TOKEN}`);
    await page.fill('[name=password]', PASSWORD);
    await page.fill('[name=password_again]', PASSWORD);
    await page.locator('button[type=submit]').click();
    await page.waitForSelector('text=Your password is changed');
    assert.ok(referrers.some((referrer) => referrer !== undefined));
    for (const referrer of referrers) assert.doesNotMatch(referrer ?? '', /token/);
    assert.deepEqual(app.changed, [PASSWORD]);
  });
});
