import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../testing/chromium.ts';
import { type PlaygroundWorld, startPlaygroundWorld } from '../testing/playground-world.ts';

/** WCAG 2.2, levels A and AA, and what axe recommends besides. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const SMALL = { width: 320, height: 640 };
const DESKTOP = { width: 1280, height: 800 };

let browser: Browser;
let world: PlaygroundWorld;
let axe: string;
let page: Page;
let complaints: string[];

before(async () => {
  axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  world = await startPlaygroundWorld();
  await world.receive({});
  browser = await launchChromium();
});
beforeEach(() => {
  world.decision = 'allow';
});
after(async () => {
  await browser.close();
  await world.close();
});

async function open(options: Parameters<Browser['newPage']>[0]): Promise<void> {
  page = await browser.newPage(options);
  complaints = [];
  page.on('console', (message) => {
    if (/content.security.policy/i.test(message.text())) complaints.push(message.text());
  });
}

/** What axe finds wrong, as `rule: where`. Evaluated by the browser, past the page's policy. */
async function violations(): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async (values) => {
    const { axe } = globalThis as unknown as {
      axe: { run: (on: Document, options: object) => Promise<{ violations: AxeResult[] }> };
    };
    interface AxeResult {
      id: string;
      nodes: { target: string[]; failureSummary: string }[];
    }
    const result = await axe.run(document, { runOnly: { type: 'tag', values } });
    return result.violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')} ${failureSummary}`),
    );
  }, RULES);
}

async function press(action: string): Promise<void> {
  await page.click(`form[action="${action}"] button`);
}

/** Walks through every page, in each of its states, and looks at each. */
async function visitAll(look: (name: string) => Promise<void>): Promise<void> {
  await page.goto(`${world.url}/inbox`);
  await look('inbox');
  await page.click('.mails a');
  await look('message');
  await page.goto(`${world.url}/branding`);
  await look('a look');
  await page.fill('#picker', '#ffd400');
  await page.fill('#welcome', 'Staff only.');
  await page.click('.translations summary');
  await page.fill('#welcome-ar', 'للموظفين فقط');
  await page.fill('#imprintUrl', 'https://acme.example/imprint');
  await page.check('[name=logo][value=sample]');
  await page.click('button[type=submit]');
  await page.waitForURL(/[?&]picker=%23ffd400&.*#pages$/);
  assert.equal(await page.inputValue('#accent'), '#ffd400');
  await look('a look that was chosen');
  for (const preview of ['Sign-in', 'Consent', 'Second factor']) {
    await page.click(`.previews >> text=${preview}`);
    await look(`a preview: ${preview}`);
    await page.click('text=Back to the playground');
    assert.equal(await page.inputValue('#accent'), '#ffd400');
  }
  await page.fill('#accent', 'red');
  await page.fill('#imprintUrl', 'acme');
  await page.click('button[type=submit]');
  await page.waitForSelector('#accent:focus');
  await look('a look with a mistake');
  await page.goto(world.url);
  await look('home');
  await page.fill('#max-age', 'soon');
  await press('/sign-in');
  await look('home with a mistake');
  await page.fill('#max-age', '');
  await press('/sign-in');
  assert.equal(await page.textContent('h1'), 'You are signed in');
  await look('tokens');
  await press('/refresh');
  for (const summary of await page.locator('summary').all()) await summary.click();
  await look('tokens, refreshed, with everything open');
  await page.goto(world.url);
  await look('home of somebody who is signed in');
  await page.check('[name=api]');
  await press('/sign-in');
  await press('/userinfo');
  await press('/call-api');
  await look('tokens with an API');
  await page.goto(`${world.url}/callback?state=made-up`);
  await look('a foreign answer');
  await page.goto(`${world.url}/nowhere`);
  await look('no page');
  await page.goto(`${world.url}/tokens`);
  await press('/sign-out');
  await page.click('text=Yes');
  assert.equal(page.url(), `${world.url}/`);
  await look('signed out');
  world.decision = 'deny';
  await press('/sign-in');
  assert.equal(await page.textContent('h1'), 'Access was refused');
  await look('refused');
  await world.stopIssuer();
  await page.goto(world.url);
  await look('home without an issuer');
  await world.startIssuer();
}

describe('the playground in Chromium', () => {
  for (const [colorScheme, viewport] of [
    ['light', DESKTOP],
    ['dark', SMALL],
  ] as const) {
    it(`walks everybody through in ${colorScheme}, and passes axe`, async () => {
      await open({ colorScheme, viewport });
      await visitAll(async (name) => assert.deepEqual(await violations(), [], name));
      assert.deepEqual(complaints, []);
      await page.close();
    });
  }

  it('works without JavaScript and fits 320 pixels, whatever is opened', async () => {
    await open({ viewport: SMALL, javaScriptEnabled: false });
    await visitAll(async (name) => {
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width <= SMALL.width, `${name} is ${width} wide`);
    });
    await page.close();
  });

  it('loads nothing but its two stylesheets, and sends what a page must say', async () => {
    await open({ viewport: DESKTOP });
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    const answer = await page.goto(world.url);
    assert.equal(asked.length, 3, asked.join());
    const headers = answer?.headers() ?? {};
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal(headers['x-content-type-options'], 'nosniff');
    const policy = headers['content-security-policy'] ?? '';
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /script-src 'none'/);
    assert.match(policy, new RegExp(`form-action 'self' ${world.issuerUrl}$`));
    await page.close();
  });

  it('shows hosted pages whose forms lead nowhere', async () => {
    await open({ viewport: DESKTOP });
    const posted: string[] = [];
    page.on('request', (request) => {
      if (request.method() !== 'GET') posted.push(request.url());
    });
    await page.goto(`${world.url}/branding/preview/sign-in`);
    const address = page.url();
    await page.fill('[name=identifier]', 'somebody');
    await page.fill('[name=password]', 'a password that stays here');
    const refused = page.waitForEvent('console', (message) => /form-action/i.test(message.text()));
    await page.keyboard.press('Enter');
    await refused;
    assert.equal(page.url(), address);
    assert.deepEqual(posted, []);
    await page.close();
  });

  it('keeps the story of the sign-in in view and reachable by keyboard', async () => {
    await open({ viewport: { width: 1280, height: 500 } });
    await page.goto(world.url);
    await press('/sign-in');
    for (const summary of await page.locator('.steps summary').all()) await summary.click();
    await page.evaluate(() => window.scrollTo(0, 1200));
    const story = page.locator('section[aria-labelledby=steps]');
    const box = await story.boundingBox();
    assert.ok(box !== null && box.y >= 0 && box.y + box.height <= 500, JSON.stringify(box));
    const last = page.locator('.steps summary').last();
    await last.focus();
    assert.equal(await last.evaluate((element) => element.matches(':focus')), true);
    await page.close();
  });
});
