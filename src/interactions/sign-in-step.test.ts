import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { PASSWORD } from '../testing/hosted-pages-app.ts';
import {
  answerOf,
  hostedPagesHouses,
  newBrowser,
  signIn,
  textOf,
  titleOf,
} from '../testing/hosted-pages-visit.ts';

const { start, closeAll } = hostedPagesHouses();
after(closeAll);

describe('signing in', () => {
  it('leads from the request over sign-in and consent to the client with a code', async () => {
    const app = await start();
    const browser = newBrowser();
    const first = await browser.open(app.authorizationUrl());
    assert.equal(first.status, 200);
    assert.equal(titleOf(first), 'Sign in · Acme');
    assert.match(textOf(first), /to continue to Notes/);

    const consent = await signIn(browser, first);
    assert.match(textOf(consent), /Notes asks for access to your account/);
    assert.match(textOf(consent), /See your email address/);
    assert.match(textOf(consent), /Notes is not part of Acme/);
    assert.match(textOf(consent), /Next you go to notes\.example/);
    assert.equal(consent.document.querySelectorAll('button[type=submit]').length, 1);

    const { code, state } = answerOf(await browser.submit(consent, {}));
    assert.ok(code);
    assert.equal(state, 'a-state');
    assert.deepEqual(
      app.granted.map(({ accountId, clientId, asked }) => ({ accountId, clientId, asked })),
      [
        {
          accountId: 'alice',
          clientId: 'notes-web',
          asked: { scopes: ['openid', 'email'], claims: [], resourceScopes: {} },
        },
      ],
    );
  });

  it('shows the tenant’s own words and logo, in the page’s language and as data', async () => {
    const logo = 'data:image/png;base64,iVBORw0KGgo=';
    const welcomeText = { default: 'Staff <b>only</b>.', de: 'Nur für Angestellte.' };
    const app = await start({ branding: { logo, welcomeText } });
    const page = await newBrowser().open(app.authorizationUrl());
    assert.match(textOf(page), /Staff <b>only<\/b>\./);
    const image = page.document.querySelector('header img');
    assert.equal(image?.getAttribute('src'), logo);
    assert.equal(image?.getAttribute('alt'), '');
    assert.match(page.headers.get('content-security-policy') ?? '', /img-src 'self' data:/);
  });

  it('asks nothing again in the same session', async () => {
    const app = await start();
    const browser = newBrowser();
    await browser.submit(await signIn(browser, await browser.open(app.authorizationUrl())), {});
    assert.ok(answerOf(await browser.open(app.authorizationUrl())).code);
    assert.equal(app.granted.length, 1);
  });

  it('tells a wrong password and an unknown name apart in nothing', async () => {
    const app = await start();
    const seen: string[] = [];
    for (const identifier of ['alice', 'nobody']) {
      const browser = newBrowser();
      const page = await browser.open(app.authorizationUrl());
      const again = await browser.submit(page, { identifier, password: 'wrong' });
      assert.equal(again.status, 422);
      assert.equal(titleOf(again), 'Error: Sign in · Acme');
      const field = again.document.querySelector('#identifier');
      assert.equal(field?.getAttribute('value'), identifier);
      assert.equal(field?.getAttribute('aria-describedby'), 'problem');
      assert.equal(again.document.querySelector('#password')?.getAttribute('value'), undefined);
      seen.push(
        again.text.replaceAll(identifier, '').replace(/interaction\/[\w-]+|value="[\w-]{43}"/g, ''),
      );
    }
    assert.equal(seen[0], seen[1]);
  });

  it('names each empty field at the field', async () => {
    const app = await start();
    const browser = newBrowser();
    const page = await browser.open(app.authorizationUrl());
    const again = await browser.submit(page, { identifier: ' ', password: '' });
    assert.equal(again.status, 422);
    for (const name of ['identifier', 'password']) {
      const field = again.document.querySelector(`#${name}`);
      assert.equal(field?.getAttribute('aria-invalid'), 'true');
      const described = again.document.querySelector(`#${field?.getAttribute('aria-describedby')}`);
      assert.match(described?.text ?? '', /^Enter your/);
    }
    assert.ok(answerOf(await browser.submit(await signIn(browser, again), {})).code);
  });

  it('answers 429 with Retry-After and a readable time while an account is locked', async () => {
    const app = await start({
      answer: (identifier) =>
        identifier === 'alice' ? { outcome: 'locked', retryAfterSeconds: 290 } : undefined,
    });
    const browser = newBrowser();
    const again = await signIn(browser, await browser.open(app.authorizationUrl()));
    assert.equal(again.status, 429);
    assert.equal(again.headers.get('retry-after'), '290');
    assert.match(textOf(again), /Wait 5 minutes/);
  });

  it('treats a password longer than any as wrong', async () => {
    const app = await start();
    const browser = newBrowser();
    const page = await browser.open(app.authorizationUrl());
    const again = await browser.submit(page, { identifier: 'alice', password: 'x'.repeat(2000) });
    assert.equal(again.status, 422);
    assert.match(textOf(again), /don’t match/);
  });

  it('fills in the login hint', async () => {
    const app = await start();
    const page = await newBrowser().open(app.authorizationUrl({ login_hint: '"><b>bob' }));
    assert.equal(page.document.querySelector('#identifier')?.getAttribute('value'), '"><b>bob');
  });

  it('keeps the session beyond the browser only when the person says so', async () => {
    const app = await start();
    for (const [fields, persistent] of [
      [{}, false],
      [{ remember: 'yes' }, true],
    ] as const) {
      const browser = newBrowser();
      await signIn(browser, await browser.open(app.authorizationUrl()), 'alice', fields);
      const cookies = await browser.jar.getCookies(app.issuer);
      const session = cookies.find((cookie) => cookie.key === '_session');
      assert.equal(session?.expires instanceof Date, persistent, JSON.stringify(fields));
    }
  });

  it('tells the client what was proved and how', async () => {
    const app = await start();
    const browser = newBrowser();
    await signIn(browser, await browser.open(app.authorizationUrl()));
    const cookies = await browser.jar.getCookies(app.issuer);
    const id = cookies.find((cookie) => cookie.key === '_session')?.value ?? '';
    const session = await app.provider.Session.find(id);
    assert.equal(session?.acr, 'urn:gatehouse:acr:single-factor');
    assert.deepEqual(session?.amr, ['pwd']);
  });

  it('refuses to go round in circles for an acr that nothing here gives', async () => {
    const app = await start();
    const claims = JSON.stringify({ id_token: { acr: { essential: true, value: 'urn:other' } } });
    const page = await newBrowser().open(app.authorizationUrl({ claims }));
    assert.equal(answerOf(page).error, 'unmet_authentication_requirements');
  });

  it('tells the client when the person cancels', async () => {
    const app = await start();
    const browser = newBrowser();
    const page = await browser.open(app.authorizationUrl());
    const { error, state } = answerOf(await browser.submit(page, {}, { action: '/abort' }));
    assert.equal(error, 'access_denied');
    assert.equal(state, 'a-state');
  });
});

describe('proving it again', () => {
  it('asks the person who is signed in for the password alone', async () => {
    const app = await start();
    const browser = newBrowser();
    await browser.submit(await signIn(browser, await browser.open(app.authorizationUrl())), {});
    const page = await browser.open(app.authorizationUrl({ prompt: 'login' }));
    assert.equal(titleOf(page), 'Confirm it’s you · Acme');
    assert.match(textOf(page), /Alice Example/);
    const field = page.document.querySelector('input[name=identifier]');
    assert.equal(field?.getAttribute('value'), 'alice');
    assert.equal(field?.getAttribute('tabindex'), '-1');
    assert.ok(answerOf(await browser.submit(page, { password: PASSWORD })).code);
  });

  it('lets another person in by "Not you?", and ends the first session only then', async () => {
    const app = await start();
    const browser = newBrowser();
    await browser.submit(await signIn(browser, await browser.open(app.authorizationUrl())), {});
    const confirm = await browser.open(app.authorizationUrl({ max_age: '0', prompt: 'login' }));
    const other = await browser.submit(confirm, {}, { action: '/switch' });
    assert.equal(titleOf(other), 'Sign in · Acme');
    assert.equal(other.document.querySelector('#identifier')?.getAttribute('value'), '');

    const stillAlice = await browser.open(app.authorizationUrl());
    assert.ok(answerOf(stillAlice).code);

    const consent = await signIn(browser, other, 'bob');
    assert.match(textOf(consent), /Bob Example/);
    assert.ok(answerOf(await browser.submit(consent, {})).code);
    assert.equal(app.granted.at(-1)?.accountId, 'bob');
  });
});
