import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { brandingPreview } from '../compose-branding-preview.ts';
import { ALICE, BOB, startDeployment, type TestDeployment } from '../testing/gatehouse.ts';
import { createPlainBrowser } from '../testing/plain-browser.ts';
import { panel } from '../testing/playground-pages.ts';
import { type Person, walkThrough } from '../testing/relying-party.ts';
import { silentLogger } from '../testing/silent-logger.ts';
import { OWN_APP_SEED } from './demo-seed.ts';
import { type RunningPlayground, startPlayground } from './start-playground.ts';

const ALICE_OF_ACME = { identifier: 'alice', password: 'acme-demo-password' };

let deployment: TestDeployment;
let playground: RunningPlayground;

before(async () => {
  deployment = await startDeployment();
  playground = await startPlayground({
    config: { publicUrl: deployment.publicUrl, host: '127.0.0.1', playgroundPort: undefined },
    preview: brandingPreview,
    logger: silentLogger,
    now: () => new Date(),
  });
});
after(async () => {
  await playground.close();
  await deployment.stop();
});

async function signIn(person: Person, fields: Record<string, string>) {
  const browser = createPlainBrowser();
  const home = await browser.open(playground.url);
  const first = await browser.submit(home, fields, { action: '/sign-in' });
  const page = await walkThrough(browser, first.url, person);
  assert.equal(page.url, `${playground.url}/tokens`, page.text);
  return { browser, page };
}

it('is for this machine alone, wherever the server listens', async () => {
  const everywhere = await startPlayground({
    config: { publicUrl: deployment.publicUrl, host: '0.0.0.0', playgroundPort: undefined },
    preview: brandingPreview,
    logger: silentLogger,
    now: () => new Date(),
  });
  try {
    const { port } = new URL(everywhere.url);
    const ask = (address: string) =>
      fetch(`http://${address}:${port}/`, { headers: { host: `localhost:${port}` } });
    assert.equal((await ask('127.0.0.1')).ok, true);
    // Another address of this machine stands for one that others reach.
    await assert.rejects(ask('127.0.0.2'), { message: 'fetch failed' });
  } finally {
    await everywhere.close();
  }
});

describe('the playground of the demo seed', () => {
  it('shows alice both of her roles, her permissions for the API, and every claim', async () => {
    const everything = { api: 'yes', scope_address: 'yes', scope_phone: 'yes' };
    const { browser, page } = await signIn(ALICE, everything);
    assert.match(panel(page, 'id-token'), /roles \[ "curator", "visitor" \]/);
    const access = panel(page, 'access-token');
    assert.match(access, /permissions \[ "tokens:read", "tokens:write" \]/);
    assert.match(access, /tenant default/);
    const called = await browser.submit(page, {}, { action: '/call-api' });
    assert.match(panel(called, 'api'), /answered 200/);
    const asked = await browser.submit(called, {}, { action: '/userinfo' });
    assert.match(panel(asked, 'userinfo'), /email_verified true.*phone_number \+49/);

    const refreshed = await browser.submit(asked, {}, { action: '/refresh' });
    assert.match(panel(refreshed, 'refresh-token'), /Rotated/);

    const confirm = await browser.submit(refreshed, {}, { action: '/sign-out' });
    assert.ok(confirm.url.startsWith(deployment.publicUrl));
    const home = await browser.submit(confirm, {}, { button: 'yes' });
    assert.match(home.text, /You are signed out/);
    const silent = await browser.submit(home, { prompt: 'none' }, { action: '/sign-in' });
    assert.match(silent.text, /login_required/);
  });

  it('shows bob less', async () => {
    const { page } = await signIn(BOB, { api: 'yes' });
    assert.match(panel(page, 'access-token'), /permissions \[ "tokens:read" \]/);
    assert.match(panel(page, 'id-token'), /roles \[ "visitor" \]/);
  });

  it('shows that the alice of another tenant is another person, without a role', async () => {
    const { browser, page } = await signIn(ALICE_OF_ACME, {
      issuer: `${deployment.publicUrl}/t/acme`,
      api: 'yes',
    });
    assert.match(panel(page, 'access-token'), /tenant acme/);
    const called = await browser.submit(page, {}, { action: '/call-api' });
    assert.match(panel(called, 'api'), /answered 403/);
  });

  it('gives a look as a file that makes it so', async () => {
    const look = new URLSearchParams({
      name: 'Acme Bank',
      welcome: 'For all.',
      'welcome-en': 'Staff only.',
      imprintUrl: 'https://acme.example/imprint',
      logo: 'sample',
    });
    const page = await createPlainBrowser().open(`${playground.url}/branding?${look}`);
    const [seed = ''] = page.document.querySelectorAll('pre').map((block) => block.text);
    await applySeed(seed.replace(/<\/?code>/g, '').replaceAll('&quot;', '"'));
    const [address = ''] = page.document
      .querySelectorAll('main a')
      .map((link) => link.getAttribute('href') ?? '')
      .filter((href) => href.endsWith('/account'));
    const signIn = await createPlainBrowser().open(address);
    assert.equal(signIn.document.querySelector('h1')?.text, 'Sign in');
    assert.match(signIn.text, /Staff only\./);
    assert.doesNotMatch(signIn.text, /For all\./);
    assert.ok(signIn.document.querySelector('header img.logo'));
    assert.ok(signIn.document.querySelector('footer a[href="https://acme.example/imprint"]'));
  });

  it('tells how to connect an app in a way that works', async () => {
    const home = await createPlainBrowser().open(playground.url);
    const blocks = home.document.querySelectorAll('pre').map((block) => block.text);
    const seed = blocks.find((block) => block.includes('version: 1')) ?? '';
    assert.ok(seed.includes(OWN_APP_SEED.trim()));
    await applySeed(OWN_APP_SEED);
    const request = new URLSearchParams({
      client_id: 'my-app',
      response_type: 'code',
      redirect_uri: 'http://localhost:8000/callback',
      scope: 'openid',
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
    });
    const page = await createPlainBrowser().open(`${deployment.publicUrl}/auth?${request}`);
    assert.match(page.text, /My App/);

    const command = blocks.find((block) => block.includes('curl')) ?? '';
    const answer = await paste(command);
    assert.equal(answer.url, `${deployment.publicUrl}/token`);
    assert.equal((await answer.json()).token_type, 'Bearer');
  });
});

async function applySeed(content: string): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'playground-'));
  try {
    const path = join(directory, 'seed.yaml');
    await writeFile(path, content);
    await deployment.seed(path);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** Does what the curl command of the page does. */
function paste(command: string): Promise<Response> {
  const words = command
    .replace(/<\/?code>/g, '')
    .split(/[\s\\]+/)
    .filter((word) => word !== '');
  const valuesOf = (option: string) => words.filter((_word, at) => words[at - 1] === option);
  return fetch(words.at(-1) ?? '', {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(valuesOf('-u').join())}` },
    body: new URLSearchParams(valuesOf('-d').join('&')),
  });
}
