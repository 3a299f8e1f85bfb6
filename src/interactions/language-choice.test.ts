import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { LANGUAGES } from '../languages/languages.ts';
import { RESET_TOKEN } from '../testing/hosted-pages-app.ts';
import { hostedPagesHouses, newBrowser, signIn } from '../testing/hosted-pages-visit.ts';
import type { PlainBrowser, PlainPage } from '../testing/plain-browser.ts';
import { type LanguageWishes, preferredLanguages } from './language-choice.ts';

const { start, closeAll } = hostedPagesHouses();
after(closeAll);

/** What a request with these headers, at this path of the tenant acme, asks for. */
function asks(path: string, headers: Record<string, string>, wishes?: LanguageWishes): string[] {
  const state = { tenant: { slug: 'acme' }, tenantPath: path };
  return preferredLanguages({ get: (name) => headers[name] ?? '', state }, wishes);
}

describe('the language of a request', () => {
  const headers = {
    Cookie: 'other=xx; gatehouse_language_acme=ja; gatehouse_language_default=ar',
    'Accept-Language': 'fr;q=0.5, es',
  };
  const here = { ...headers, Cookie: 'gatehouse_language_acme=ja.abc_-1' };
  const account = { ...headers, Cookie: 'gatehouse_language_acme=ja.account' };
  const wishes = { uiLocales: 'de pt', accountLocale: 'zh-CN' };

  for (const [says, path, sent, wished, asked] of [
    ['nothing at all', '/interaction/abc_-1', {}, {}, ''],
    ['the browser', '/interaction/abc_-1', { 'Accept-Language': 'fr;q=0.5, es' }, {}, 'es fr'],
    ['this browser’s choice before it', '/interaction/abc_-1', headers, {}, 'ja es fr'],
    ['the account’s before that', '/x', headers, { accountLocale: 'zh-CN' }, 'zh-CN ja es fr'],
    ['the application’s before all', '/x', headers, wishes, 'de pt zh-CN ja es fr'],
    ['a choice made here', '/interaction/abc_-1', here, wishes, 'ja de pt zh-CN ja es fr'],
    ['no choice made elsewhere', '/interaction/abc_-2', here, wishes, 'de pt zh-CN ja es fr'],
    [
      'a choice made on the account’s pages',
      '/account/x',
      account,
      wishes,
      'ja de pt zh-CN ja es fr',
    ],
    ['none where only the name begins so', '/accounting', account, wishes, 'de pt zh-CN ja es fr'],
    ['nothing of another type', '/x', {}, { uiLocales: ['de'], accountLocale: 7 }, ''],
  ] as const) {
    it(`takes ${says}`, () => {
      assert.equal(asks(path, sent, wished).join(' '), asked);
    });
  }

  it('takes no more of a parameter than a person can mean', () => {
    assert.equal(asks('/x', {}, { uiLocales: 'de '.repeat(5_000) }).length, 20);
  });
});

describe('the choice of a language', () => {
  async function house() {
    const app = await start();
    const browser = newBrowser();
    const choose = (form: Record<string, string>, headers: Record<string, string> = {}) =>
      browser.request(`${app.issuer}/language`, {
        method: 'POST',
        body: new URLSearchParams(form),
        headers: { origin: app.origin, ...headers },
      });
    return { app, browser, choose };
  }

  it('is kept in this browser, for this tenant, and leads back to the page', async () => {
    const { app, choose } = await house();
    const path = `/t/acme/account/reset-password?token=${RESET_TOKEN}`;
    const response = await choose({ language: 'en', return_to: path });
    assert.equal(response.status, 303);
    assert.equal(response.headers.get('location'), app.origin + path);
    assert.equal(response.headers.get('cache-control'), 'no-store');
    assert.deepEqual(response.headers.getSetCookie(), [
      'gatehouse_language_acme=en.account; Path=/t/acme; Max-Age=31536000; HttpOnly; SameSite=Lax',
    ]);
  });

  it('does not ask for the application’s language again', async () => {
    const { app, choose } = await house();
    const path = '/t/acme/session/end?ui_locales=de&client_id=notes';
    const response = await choose({ language: 'en', return_to: path });
    assert.equal(response.headers.get('location'), `${app.issuer}/session/end?client_id=notes`);
  });

  it('leads nowhere else', async () => {
    const { app, choose } = await house();
    for (const address of [
      '',
      'https://evil.example/t/acme/x',
      '//evil.example/t/acme/x',
      '/\\evil.example/t/acme/x',
      '\\\\evil.example',
      '/\t/evil.example/t/acme/x',
      '/t/acme/..//evil.example',
      '/t/acme//evil.example',
      '/t/acme/../other/x',
      '/t/acme',
      '/t/acme-other/x',
      '/t/other/account',
      '/.//evil.example/x',
      '@evil.example/x',
      'javascript:alert(1)',
      `${app.issuer}/x`,
    ]) {
      const response = await choose({ language: 'en', return_to: address });
      assert.equal(response.status, 400, address);
      assert.equal(response.headers.get('location'), null);
      assert.deepEqual(response.headers.getSetCookie(), []);
      assert.match(response.headers.get('content-type') ?? '', /^text\/html/);
    }
  });

  it('is one that there is', async () => {
    const { choose } = await house();
    for (const language of ['', 'xx', 'EN', 'en.x', 'en; Path=/', 'constructor']) {
      const response = await choose({ language, return_to: '/t/acme/x' });
      assert.equal(response.status, 400, language);
      assert.deepEqual(response.headers.getSetCookie(), []);
    }
  });

  it('is nobody else’s to make', async () => {
    const { choose } = await house();
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site', origin: 'null' },
    ]) {
      const response = await choose({ language: 'en', return_to: '/t/acme/x' }, headers);
      assert.equal(response.status, 403);
      assert.deepEqual(response.headers.getSetCookie(), []);
    }
  });
});

describe('the menu of languages', () => {
  const langOf = (page: PlainPage) => page.document.querySelector('html')?.getAttribute('lang');
  const choose = (browser: PlainBrowser, page: PlainPage, tag: string) =>
    browser.submit(page, {}, { action: '/language', button: tag });

  it('shows every language under its own name, and which one the page is in', async () => {
    const app = await start();
    const page = await newBrowser().open(app.authorizationUrl({ ui_locales: 'ar' }));
    const menu = page.document.querySelector('footer form');
    const buttons = menu?.querySelectorAll('button') ?? [];
    assert.deepEqual(
      buttons.map((button) => [button.getAttribute('lang'), button.text]),
      Object.values(LANGUAGES).map(({ tag, name }) => [tag, name]),
    );
    assert.equal(menu?.querySelector('summary')?.text, 'اللغة: العربية');
    assert.equal(menu?.querySelector('[aria-current]')?.getAttribute('value'), 'ar');
    assert.equal(page.document.querySelector('html')?.getAttribute('dir'), 'rtl');
    assert.equal(page.headers.get('content-language'), 'ar');
  });

  it('wins over the application here, and is remembered for when it asks for nothing', async () => {
    const app = await start();
    const browser = newBrowser();
    const page = await browser.open(app.authorizationUrl({ ui_locales: 'ja' }));
    assert.equal(langOf(page), 'ja');
    const german = await choose(browser, page, 'de');
    assert.equal(german.url, page.url);
    assert.equal(langOf(german), 'de');
    assert.equal(langOf(await browser.open(app.authorizationUrl({ ui_locales: 'ja' }))), 'ja');
    assert.equal(langOf(await browser.open(app.authorizationUrl())), 'de');
  });

  it('wins over the account here, whose language is the page’s otherwise', async () => {
    const app = await start({ claims: { locale: 'fr_CA' } });
    const browser = newBrowser();
    const consent = await signIn(browser, await browser.open(app.authorizationUrl()));
    assert.equal(langOf(consent), 'fr');
    assert.equal(langOf(await choose(browser, consent, 'zh-Hans')), 'zh-Hans');
    const confirm = await browser.open(app.authorizationUrl({ prompt: 'login' }));
    assert.equal(langOf(confirm), 'fr');
    const spanish = await browser.open(app.authorizationUrl({ prompt: 'login', ui_locales: 'es' }));
    assert.equal(langOf(spanish), 'es');
  });

  it('leads from a form’s answer to the page of the form', async () => {
    const app = await start();
    const browser = newBrowser();
    const page = await browser.open(app.authorizationUrl());
    const problem = await browser.submit(page, { identifier: '', password: '' });
    assert.equal(problem.status, 422);
    const again = await choose(browser, problem, 'pt');
    assert.deepEqual([again.url, again.status, langOf(again)], [page.url, 200, 'pt']);

    const link = `${app.issuer}/account/reset-password?token=${RESET_TOKEN}`;
    const short = await browser.submit(await browser.open(link), { password: 'x' });
    assert.equal(short.status, 422);
    const opened = await choose(browser, short, 'es');
    assert.deepEqual([opened.url, opened.status, langOf(opened)], [link, 200, 'es']);
    assert.deepEqual(app.changed, []);
  });

  it('leads back to pages of the protocol', async () => {
    const app = await start();
    const browser = newBrowser();
    const refused = await browser.open(
      app.authorizationUrl({ redirect_uri: 'https://evil.example/' }),
    );
    const again = await choose(browser, refused, 'de');
    assert.deepEqual([again.url, again.status, langOf(again)], [refused.url, 400, 'de']);
    await signIn(browser, await browser.open(app.authorizationUrl()));
    const leave = await browser.open(`${app.issuer}/session/end?ui_locales=fr`);
    assert.equal(langOf(leave), 'fr');
    assert.equal(langOf(await choose(browser, leave, 'ja')), 'ja');
  });

  it('is not on a page that nothing leads back to', async () => {
    const app = await start();
    const response = await fetch(`${app.issuer}/token`, {
      method: 'POST',
      headers: { accept: 'text/html' },
    });
    assert.doesNotMatch(await response.text(), /return_to/);
    const long = await newBrowser().open(`${app.issuer}/auth?state=${'a'.repeat(5_000)}`);
    assert.equal(long.document.querySelector('footer form'), null);
  });
});
