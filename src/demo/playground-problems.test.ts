import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { callbackOf, heading, panel, posted, text } from '../testing/playground-pages.ts';
import {
  DENIAL,
  openHome,
  type PlaygroundWorld,
  signIn,
  startPlaygroundWorld,
} from '../testing/playground-world.ts';
import { rawRequest } from '../testing/serve-app.ts';

const HOUR = 60 * 60 * 1000;

let world: PlaygroundWorld;

before(async () => {
  world = await startPlaygroundWorld();
});
beforeEach(() => {
  world.decision = 'allow';
  world.permissions = ['tokens:read'];
  world.claims = { name: 'Pat Example', email: 'pat@example.com' };
});
after(() => world.close());

describe('what goes wrong in the playground', () => {
  it('is explained kindly when the issuer refuses, in words that stay words', async () => {
    world.decision = 'deny';
    const { page } = await signIn(world);
    assert.equal(page.url, `${world.url}/problem`);
    assert.equal(heading(page), 'Access was refused');
    assert.ok(text(page).includes(DENIAL));
    assert.equal(page.document.querySelector('main script'), null);
    assert.doesNotMatch(page.text, /<script/);
    assert.ok(page.document.querySelector('a[href="/"].primary'));
  });

  it('has no markup of claims and no invisible characters in its pages', async () => {
    world.claims = {
      name: '<img src=x onerror=alert(1)>',
      email: '"><script>alert(2)</script>',
      roles: ['</code><b>bold</b>', 'a\u202eb'],
    };
    const { page } = await signIn(world);
    assert.match(text(page), /as <img src=x onerror=alert\(1\)> at/);
    assert.equal(page.document.querySelector('main img, main script, main b'), null);
    assert.doesNotMatch(page.text, /<img|<script|\u202e/);
    assert.match(panel(page, 'userinfo'), /a\\u202eb/);
  });

  it('includes an answer that nobody here asked for', async () => {
    const { browser, home } = await openHome(world);
    const callback = await callbackOf(browser, home);
    const other = (await openHome(world)).browser;
    const foreign = await other.open(callback);
    assert.equal(foreign.status, 400);
    assert.equal(heading(foreign), 'That answer is not for this browser');

    const mine = await browser.open(callback);
    assert.equal(heading(mine), 'You are signed in');
    const replayed = await browser.open(callback);
    assert.equal(replayed.status, 400);
    assert.equal(heading(replayed), 'That answer is not for this browser');
    assert.match(text(replayed), /Back to your tokens/);
  });

  it('includes an answer in the name of another issuer', async () => {
    const { browser, home } = await openHome(world);
    const callback = new URL(await callbackOf(browser, home));
    callback.searchParams.set('iss', 'https://evil.example');
    const page = await browser.open(callback.href);
    assert.equal(heading(page), 'The answer did not pass the checks');
    assert.equal(
      heading(await browser.open(`${world.url}/tokens`)),
      'See a sign-in from the inside',
    );
  });

  it('includes a session that is gone', async () => {
    const { browser, page } = await signIn(world);
    world.advance(2 * HOUR);
    for (const answer of [
      await browser.open(`${world.url}/tokens`),
      await browser.submit(page, {}, { action: '/refresh' }),
      await browser.open(`${world.url}/callback?code=x&state=y`),
    ]) {
      assert.equal(answer.status, 400);
      assert.equal(heading(answer), 'Your session here is gone');
      assert.equal(answer.headers.get('cache-control'), 'no-store');
    }
    assert.equal((await browser.open(world.url)).status, 200);
  });

  it('includes forms from elsewhere, which do nothing', async () => {
    const { browser, page } = await signIn(world);
    const init = posted(page);
    const foreign = { ...init, headers: { origin: 'https://evil.example' } };
    const unsigned = { ...init, body: new URLSearchParams({ csrf: 'made up' }) };
    const { page: others } = await signIn(world);
    const borrowed = { ...init, body: posted(others).body };
    for (const path of ['/sign-in', '/refresh', '/userinfo', '/call-api', '/sign-out']) {
      for (const attempt of [foreign, unsigned, borrowed]) {
        const answer = await browser.request(`${world.url}${path}`, attempt);
        assert.equal(answer.status, 403, path);
        assert.match(await answer.text(), /That form is out of date/);
      }
    }
    const tokens = await browser.open(`${world.url}/tokens`);
    assert.doesNotMatch(panel(tokens, 'refresh-token'), /What the last refresh changed/);
  });

  it('includes choices that no form offers', async () => {
    const { page: wrongIssuer } = await signIn(world, { issuer: 'https://evil.example' });
    const { page: wrongPrompt } = await signIn(world, { prompt: 'nonsense' });
    for (const page of [wrongIssuer, wrongPrompt]) {
      assert.equal(page.status, 400);
      assert.match(text(page), /is not offered/);
    }
  });

  it('includes addresses that are not there and hosts that are not its own', async () => {
    assert.equal((await fetch(`${world.url}/nowhere`)).status, 404);
    assert.equal((await fetch(`${world.url}/refresh`)).status, 404);
    const port = Number(new URL(world.url).port);
    const evil = await rawRequest(port, { headers: { host: 'evil.example' } });
    assert.equal(evil.status, 421);
    const alias = await rawRequest(port, {
      path: '/tokens?x=1',
      headers: { host: `127.0.0.1:${port}` },
    });
    assert.equal(alias.status, 307);
    assert.equal(alias.headers.location, `${world.url}/tokens?x=1`);
    const form = await rawRequest(port, {
      method: 'POST',
      path: '/sign-in',
      headers: { host: `127.0.0.1:${port}` },
    });
    assert.equal(form.status, 421);
  });
});
