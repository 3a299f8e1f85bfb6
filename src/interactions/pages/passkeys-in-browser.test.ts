import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchChromium } from '../../testing/chromium.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts';
import { servePasskeyPages } from '../../testing/passkey-pages.ts';
import { addVirtualAuthenticator } from '../../testing/virtual-authenticator.ts';
import { en } from '../messages/en.ts';

const { passkeys: text } = en;

let browser: Browser;
let axe: string;
let database: TestDatabase;
let pages: Awaited<ReturnType<typeof servePasskeyPages>>;
let context: BrowserContext;
let page: Page;
let complaints: string[];

before(async () => {
  [browser, database] = await Promise.all([launchChromium(), createTestDatabase()]);
  axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
});

beforeEach(async () => {
  pages = await servePasskeyPages(database.db);
  await open();
});

afterEach(async () => {
  await context.close();
  await pages.close();
});

after(async () => {
  await browser.close();
  await database.drop();
});

/** A new page in a new profile, and what its console says against it. */
async function open(options: Parameters<Browser['newContext']>[0] = {}): Promise<void> {
  await context?.close();
  context = await browser.newContext(options);
  page = await context.newPage();
  complaints = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
}

const goto = (path: string) => page.goto(`${pages.origin}${path}`);
const button = (name: string) => page.getByRole('button', { name });
const result = (outcome: string) => page.waitForSelector(`#result:text-is("${outcome}")`);
const status = (words: string) => page.waitForSelector(`[role=status]:text-is("${words}")`);

async function register(name = ''): Promise<void> {
  await goto('/register');
  await page.fill('#passkey-name', name);
  await button(text.add).click();
  await result('added');
}

/** What the browser offers in the field is answered at once; without that, a button is. */
async function offerNothing(): Promise<void> {
  await context.addInitScript(() => {
    PublicKeyCredential.isConditionalMediationAvailable = async () => false;
  });
}

/** Ids of the rules that axe finds broken. Evaluated by the browser, past the page's policy. */
async function violations(): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { violations } = await Reflect.get(globalThis, 'axe').run(document);
    return violations.map((violation: { id: string }) => violation.id);
  });
}

describe('a page with a passkey form in Chromium', () => {
  it('adds a passkey, and signs in with it by a button', async () => {
    const device = await addVirtualAuthenticator(page, { synced: true });
    await register('Work laptop');
    const { world } = pages;
    const [passkey] = await world.deps.passkeys.list(world.tenant.id, world.account.id);
    assert.equal(passkey?.name, 'Work laptop');
    assert.deepEqual([passkey?.backupEligible, passkey?.backedUp], [true, true]);
    assert.deepEqual(passkey?.transports, ['internal']);
    const [held] = await device.passkeys();
    assert.equal(held?.id, passkey?.id);
    assert.equal(held?.rpId, 'localhost');

    await offerNothing();
    await goto('/sign-in');
    await button(text.signIn).click();
    await result('authenticated');
    assert.equal(world.events.at(-1)?.kind, 'sign_in.succeeded');
    assert.deepEqual(complaints, []);
  });

  it('offers passkeys in the field for the name, and signs in without a click', async () => {
    await addVirtualAuthenticator(page);
    await register();
    await goto('/sign-in');
    await result('authenticated');
    assert.deepEqual(complaints, []);
  });

  it('takes a passkey as a second factor', async () => {
    await addVirtualAuthenticator(page);
    await register();
    await goto('/second-factor');
    await button(text.secondFactor).click();
    await result('authenticated');
    assert.equal(pages.world.events.at(-1)?.detail?.purpose, 'second_factor');
  });

  it('takes the offer in the field back when the button is pressed: one question at a time', async () => {
    await addVirtualAuthenticator(page, { present: false });
    await context.addInitScript(() => {
      const asked: CredentialRequestOptions[] = [];
      Object.assign(globalThis, { asked });
      const { credentials } = navigator;
      const get = credentials.get.bind(credentials);
      credentials.get = (options = {}) => {
        asked.push(options);
        return get(options);
      };
    });
    const asked = () =>
      page.evaluate(() => {
        const all: CredentialRequestOptions[] = Reflect.get(globalThis, 'asked');
        return all.map(({ mediation, signal }) => [mediation ?? 'a window', signal?.aborted]);
      });
    await goto('/sign-in');
    await page.waitForFunction(() => Reflect.get(globalThis, 'asked').length === 1);
    assert.deepEqual(await asked(), [['conditional', false]]);
    await button(text.signIn).click();
    await status(text.waiting);
    await page.waitForFunction(() => Reflect.get(globalThis, 'asked').length === 2);
    assert.deepEqual(await asked(), [
      ['conditional', true],
      ['a window', undefined],
    ]);
  });

  it('says that nothing happened when the person does not go on, and can be tried again', async () => {
    const device = await addVirtualAuthenticator(page);
    await register();
    await device.setUserVerified(false);
    await offerNothing();
    await goto('/sign-in');
    const signIn = button(text.signIn);
    await signIn.click();
    await status(text.signInCancelled);
    await device.setUserVerified(true);
    await signIn.click();
    await result('authenticated');
  });

  it('says when the authenticator has a passkey of the account already', async () => {
    await addVirtualAuthenticator(page);
    await register();
    await goto('/register');
    await button(text.add).click();
    await status(text.alreadyHere);
    assert.equal(await pages.world.deps.passkeys.count(...owner()), 1);
  });

  it('adds a second passkey from another authenticator', async () => {
    const laptop = await addVirtualAuthenticator(page);
    await register();
    await laptop.remove();
    await addVirtualAuthenticator(page, { transport: 'usb' });
    await register();
    const listed = await pages.world.deps.passkeys.list(...owner());
    assert.deepEqual(listed.flatMap(({ transports }) => transports).sort(), ['internal', 'usb']);
  });

  it('refuses a passkey that was removed from the account', async () => {
    await addVirtualAuthenticator(page);
    await register();
    const [passkey] = await pages.world.deps.passkeys.list(...owner());
    await pages.world.deps.passkeys.remove(...owner(), passkey?.id ?? '', {
      way: false,
      factor: false,
    });
    await offerNothing();
    await goto('/sign-in');
    await button(text.signIn).click();
    await result('rejected');
  });

  it('can be operated by the keyboard alone', async () => {
    await addVirtualAuthenticator(page);
    await goto('/register');
    await page.focus('#passkey-name');
    await page.keyboard.type('Key');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await result('added');
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`breaks no rule of accessibility in ${colorScheme}, while it waits and when it failed`, async () => {
      await open({ colorScheme, viewport: { width: 320, height: 640 } });
      const device = await addVirtualAuthenticator(page, { present: false });
      await goto('/register');
      await button(text.add).click();
      await status(text.waiting);
      assert.deepEqual(await violations(), []);
      await device.setPresent(true);
      await device.setUserVerified(false);
      await goto('/register');
      await button(text.add).click();
      await status(text.addCancelled);
      assert.deepEqual(await violations(), []);
    });
  }

  it('loads one script of its own and may run no other', async () => {
    const urls: string[] = [];
    page.on('request', (request) => urls.push(request.url()));
    const answer = await goto('/sign-in');
    const policy = answer?.headers()['content-security-policy'] ?? '';
    assert.match(policy, /script-src 'self';/);
    await button(text.signIn).waitFor();
    assert.equal(urls.length, 3, urls.join(', '));
    await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'document.title = "run"';
      document.head.append(script);
    });
    assert.notEqual(await page.title(), 'run');
  });

  it('says so where there are no passkeys, and shows no button that does nothing', async () => {
    await context.addInitScript(() => {
      Reflect.deleteProperty(globalThis, 'PublicKeyCredential');
    });
    await goto('/sign-in');
    await page.getByText('Passkeys do not work in this browser.').waitFor();
    assert.equal(await button(text.signIn).isVisible(), false);
    assert.equal(await button('Go on').isVisible(), true);
  });

  it('is a plain page without JavaScript', async () => {
    await open({ javaScriptEnabled: false });
    await goto('/sign-in');
    await page.getByText('Passkeys do not work in this browser.').waitFor();
    assert.equal(await button(text.signIn).isVisible(), false);
  });
});

function owner(): [tenantId: string, accountId: string] {
  return [pages.world.tenant.id, pages.world.account.id];
}
