import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { errors } from 'oidc-provider';
import { PASSWORD, RESET_TOKEN } from '../testing/hosted-pages-app.ts';
import {
  hostedPagesHouses,
  newBrowser,
  signIn,
  textOf,
  titleOf,
} from '../testing/hosted-pages-visit.ts';
import type { PlainPage } from '../testing/plain-browser.ts';
import { HOSTED_ROUTES } from './route-table.ts';

const { start, closeAll } = hostedPagesHouses();
after(closeAll);

describe('an interaction that is over', () => {
  it('says so with a way back when only the cookie is lost', async () => {
    const app = await start();
    const page = await newBrowser().open(app.authorizationUrl());
    const elsewhere = await newBrowser().open(page.url);
    assert.equal(elsewhere.status, 400);
    assert.equal(titleOf(elsewhere), 'This sign-in has expired · Acme');
    const link = elsewhere.document.querySelector('main a');
    assert.equal(link?.text, 'Back to Notes');
    assert.equal(link?.getAttribute('href'), 'https://notes.example/');
  });

  it('says so when nothing is known of it, for every step', async () => {
    const app = await start();
    const browser = newBrowser();
    const page = await browser.open(app.authorizationUrl());
    await browser.submit(page, {}, { action: '/abort' });
    const back = await browser.open(page.url);
    assert.equal(back.status, 400);
    assert.match(textOf(back), /Go back to the application and start again/);
    for (const { action } of [{ action: '/sign-in' }, { action: '/abort' }]) {
      const gone = await browser.submit(
        page,
        { identifier: 'alice', password: PASSWORD },
        { action },
      );
      assert.equal(gone.status, 400);
      assert.equal(titleOf(gone), 'This sign-in has expired · Acme');
    }
  });

  it('says so when it ends while its form is on the way', async () => {
    const app = await start();
    const browser = newBrowser();
    const page = await browser.open(app.authorizationUrl());
    const { adapter } = app.provider.Interaction as unknown as { adapter: { upsert: unknown } };
    adapter.upsert = async () => {
      throw new errors.InvalidGrant('ended');
    };
    const gone = await signIn(browser, page);
    assert.equal(gone.status, 400);
    assert.equal(titleOf(gone), 'This sign-in has expired · Acme');
  });

  it("does not open under another interaction's address", async () => {
    const app = await start();
    const browser = newBrowser();
    const mine = await browser.open(app.authorizationUrl());
    const theirs = await newBrowser().open(app.authorizationUrl());
    const cookies = await browser.jar.getCookieString(mine.url);
    const page = await fetch(theirs.url, { headers: { cookie: cookies, accept: 'text/html' } });
    assert.equal(page.status, 400);
  });
});

describe('the table of hosted routes', () => {
  it('protects every form', () => {
    const posts = HOSTED_ROUTES.filter((route) => route.method !== 'GET');
    assert.ok(posts.length >= 6);
    for (const route of HOSTED_ROUTES) {
      const name = `${route.method} ${route.path}`;
      // These change nothing that matters; their origin is checked.
      const harmless = ['POST /language', 'POST /interaction/:uid/:form'];
      if (harmless.includes(name)) assert.equal(route.csrf, 'origin');
      else assert.equal(route.csrf, route.method !== 'GET', name);
    }
  });

  it('refuses a form without its token, with a foreign origin, or with the token of another', async () => {
    const app = await start();
    const browser = newBrowser();
    const page = await browser.open(app.authorizationUrl());
    const other = await newBrowser().open(app.authorizationUrl());
    const token = (from: PlainPage) =>
      from.document.querySelector('input[name=csrf]')?.getAttribute('value') ?? '';
    const uid = page.url.split('/').at(-1) ?? '';
    const right = new URLSearchParams({ csrf: token(page) });
    const origin = app.origin;

    for (const route of HOSTED_ROUTES.filter(({ csrf }) => csrf === true)) {
      const url = app.issuer + route.path.replace(':uid', uid);
      const send = async (body: URLSearchParams, headers: Record<string, string>) => {
        const response = await browser.request(url, { method: 'POST', body, headers });
        return { status: response.status, text: await response.text() };
      };
      const cases: [string, URLSearchParams, Record<string, string>][] = [
        ['no token', new URLSearchParams({ token: RESET_TOKEN }), { origin }],
        ['a foreign token', new URLSearchParams({ csrf: token(other) }), { origin }],
        ['a foreign origin', right, { origin: 'https://evil.example' }],
        ['a null origin', right, { origin: 'null' }],
        ['a cross-site fetch', right, { 'sec-fetch-site': 'cross-site' }],
      ];
      for (const [name, body, headers] of cases) {
        const refused = await send(body, headers);
        assert.equal(refused.status, 403, `${route.path}: ${name}`);
        assert.match(refused.text, /nothing was done/);
      }
    }
    assert.deepEqual(app.changed, []);
    // The interaction is untouched by all that, and a client without Origin gets through.
    const response = await browser.request(`${page.url}/abort`, { method: 'POST', body: right });
    assert.equal(response.status, 303);
  });

  it('answers other methods with 405 and the ones there are', async () => {
    const app = await start();
    const response = await fetch(`${app.issuer}/interaction/x/sign-in`, {
      method: 'PUT',
      headers: { accept: '*/*' },
    });
    assert.equal(response.status, 405);
    assert.equal(response.headers.get('allow'), 'POST');
    assert.match(await response.text(), /That is not possible here/);
  });

  it('answers bodies that are no form with pages, not with failures', async () => {
    const app = await start();
    const url = `${app.issuer}/interaction/x/sign-in`;
    const form = 'application/x-www-form-urlencoded';
    for (const [status, body, type, says] of [
      [415, '{"identifier":"alice"}', 'application/json', /That did not work/],
      [415, 'a=b', `${form}; charset=utf-16`, /That did not work/],
      [413, `a=${'b'.repeat(40_000)}`, form, /That was too much/],
      [400, 'a=1&a=2', form, /That request could not be understood/],
      [400, 'a=%zz', form, /That request could not be understood/],
    ] as const) {
      const response = await fetch(url, {
        method: 'POST',
        body,
        headers: { 'content-type': type },
      });
      assert.equal(response.status, status, body.slice(0, 40));
      assert.match(response.headers.get('content-type') ?? '', /^text\/html/);
      assert.equal(response.headers.get('cache-control'), 'no-store');
      assert.match(await response.text(), says);
    }
  });
});
