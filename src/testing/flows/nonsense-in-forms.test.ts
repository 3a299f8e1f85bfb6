import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ACCOUNT_ROUTES } from '../../account-page/route-table.ts';
import { ACR_MULTI_FACTOR } from '../../accounts/acr.ts';
import { accountGuest } from '../account-visit.ts';
import { ALICE, BOB } from '../gatehouse.ts';
import { createPlainBrowser, type PlainBrowser, type PlainPage } from '../plain-browser.ts';
import {
  DEFAULT_TENANT,
  type SecondFactorWorld,
  startSecondFactorWorld,
} from '../second-factor-world.ts';
import { seedMore } from '../seed-more.ts';

/** Texts that have broken somebody's server before, and can stand in a form. */
const TEXTS: Readonly<Record<string, string>> = {
  nothing: '',
  'white space': ' \t\r\n\u00a0\u3000',
  'ten kilobytes': 'x'.repeat(10_000),
  'ten kilobytes of combining marks': 'a\u0301'.repeat(3_300),
  'what becomes longer when it is folded': '\ufdfa'.repeat(500),
  'what nobody sees': '\u200b\u200e\u202e\u2066\ufeff\u{e0001}',
  'no characters': '\uffff\ufdd0\u{10ffff}',
  'line separators': 'a\u2028b\u2029c\u0085d\u000be',
  'control characters': '\u0001\u001b[31m\u007f',
  markup: '"><script>alert(1)</script>',
  'a quote and a comment': "' or 1=1 --",
  'a template': '{{7*7}} <%= 7*7 %> #{7*7} %s %n',
  'a path': '../../../../etc/passwd',
  'an object': '[object Object]',
  'a prototype': '{"__proto__":{"x":1}}',
  'deep JSON': `${'['.repeat(5_000)}${']'.repeat(5_000)}`,
  'a passkey of nothing': '{"id":"AA","type":"public-key","response":{}}',
  'a number': '-1e309',
  'a digit of every script': '٣३௩๓𝟛③³',
  'an address': `${'a@'.repeat(200)}b`,
  'a date that is none': '2023-02-31',
};

describe('nonsense in a form', () => {
  let world: SecondFactorWorld;
  before(async () => {
    world = await startSecondFactorWorld({
      mail: true,
      env: { TRUSTED_PROXIES: '127.0.0.1/32,::1/128' },
    });
    await seedMore(world.deployment, {
      ...DEFAULT_TENANT,
      settings: { registration: 'open', emailCode: true },
    });
    await world.enrol(ALICE);
  });
  after(() => world.deployment.stop());

  let requests = 0;
  /** Each request from another address: nothing is kept from the form by a limit. */
  const stranger = () =>
    createPlainBrowser({
      fetch: (input, init = {}) => {
        requests += 1;
        const headers = new Headers(init.headers);
        headers.set('x-forwarded-for', `198.51.${(requests >> 8) & 255}.${requests & 255}`);
        return fetch(input, { ...init, headers });
      },
    });
  /** Sends every form of a page with one field after the other replaced, whatever that does. */
  const trouble = async (browser: PlainBrowser, page: PlainPage) => {
    let sent = 0;
    for (const form of page.document.querySelectorAll('form')) {
      const action = form.getAttribute('action') ?? '';
      // What leads elsewhere leaves the page, and is tried at its own.
      if (/\/(abort|switch|end|end-others|withdraw|language)$/.test(action)) continue;
      const named = form.querySelectorAll(
        'input[name], select[name], textarea[name], button[name]',
      );
      const values = new Map(
        named.map((one) => [one.getAttribute('name') ?? '', one.getAttribute('value') ?? '']),
      );
      for (const name of values.keys()) {
        if (name === 'csrf') continue;
        for (const [what, text] of Object.entries(TEXTS)) {
          const response = await browser.request(new URL(action, page.url).href, {
            method: 'POST',
            headers: { origin: world.deployment.publicUrl },
            body: new URLSearchParams([...new Map([...values, [name, text]])]),
          });
          const answer = await response.text();
          assert.ok(response.status < 500, `${action} ${name} ${what}: ${response.status}`);
          assert.doesNotMatch(answer, /<script>alert/, `${action} ${name} ${what}`);
          sent += 1;
        }
      }
    }
    return sent;
  };
  const begin = async (browser: PlainBrowser) => browser.open((await world.desk.begin()).url.href);

  it('on the page that asks for a sign-in is told as what it is', async () => {
    const browser = stranger();
    assert.ok((await trouble(browser, await begin(browser))) > 20);
  });

  for (const way of ['register', 'recover', 'email_code']) {
    it(`on the way "${way}" is told as what it is`, async () => {
      const browser = stranger();
      const start = await begin(browser);
      const form = await browser.submit(start, {}, { action: '/way', button: way });
      assert.ok((await trouble(browser, form)) > 20);
      const again = stranger();
      const next = await again.submit(await begin(again), {}, { action: '/way', button: way });
      const email = `${way}@acme.example`;
      const fields = { identifier: email, email, name: 'Ann', password: 'a plain long umbrella' };
      const sent = await again.submit(next, fields);
      assert.equal(sent.status, 200, sent.text);
      await trouble(again, sent);
    });
  }

  it('where a second factor is asked for is told as what it is', async () => {
    const browser = stranger();
    const { page } = await world.typePassword(browser, ALICE);
    assert.ok((await trouble(browser, page)) > 20);
    const other = { action: '/factor', button: 'recovery_code' };
    const again = stranger();
    const { page: asked } = await world.typePassword(again, ALICE);
    await trouble(again, await again.submit(asked, {}, other));
  });

  it('where a second factor is set up is told as what it is', async () => {
    for (const factor of ['totp', 'passkey']) {
      const browser = stranger();
      const { page } = await world.typePassword(browser, BOB, { acr_values: ACR_MULTI_FACTOR });
      const chosen = await browser.submit(page, {}, { action: '/factor', button: factor });
      assert.ok((await trouble(browser, chosen)) > 20);
    }
  });

  it('on every page of an account is told as what it is', async () => {
    const { browser, open } = accountGuest(world.deployment, BOB);
    const pages = ACCOUNT_ROUTES.filter(
      ({ method, access }) => method === 'GET' && access === 'session',
    );
    let sent = 0;
    for (const { path } of pages) {
      let page = await open(path.slice('/account'.length));
      const later = page.document.querySelector('form[action$="/verify-email-later"]');
      if (later !== null) page = await browser.submit(page, {}, { action: '/verify-email-later' });
      assert.ok(page.status < 500, path);
      sent += await trouble(browser, page);
    }
    assert.ok(sent > 100, `${sent}`);
  });
});
