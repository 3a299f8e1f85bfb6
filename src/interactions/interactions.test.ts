import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { errors } from 'oidc-provider';
import {
  CALLBACK,
  type HostedPagesApp,
  PASSWORD,
  RESET_TOKEN,
  startHostedPages,
} from '../testing/hosted-pages-app.ts';
import { createPlainBrowser, type PlainBrowser, type PlainPage } from '../testing/plain-browser.ts';
import { HOSTED_ROUTES } from './route-table.ts';

const apps: HostedPagesApp[] = [];

async function start(options?: Parameters<typeof startHostedPages>[0]): Promise<HostedPagesApp> {
  const app = await startHostedPages(options);
  apps.push(app);
  return app;
}

function newBrowser(): PlainBrowser {
  return createPlainBrowser({ stopAt: (url) => !url.startsWith('http://127.0.0.1') });
}

async function signIn(
  browser: PlainBrowser,
  page: PlainPage,
  identifier = 'alice',
  fields: Record<string, string> = {},
): Promise<PlainPage> {
  return browser.submit(page, { identifier, password: PASSWORD, ...fields });
}

function title(page: PlainPage): string | undefined {
  return page.document.querySelector('title')?.text;
}

function text(page: PlainPage): string {
  return (page.document.querySelector('main')?.text ?? '').replace(/\s+/g, ' ').trim();
}

function answer(page: PlainPage): Record<string, string> {
  assert.ok(page.url.startsWith(CALLBACK), `still at ${page.url}: ${text(page)}`);
  return Object.fromEntries(new URL(page.url).searchParams);
}

after(async () => {
  for (const app of apps) await app.close();
});

describe('signing in', () => {
  it('leads from the request over sign-in and consent to the client with a code', async () => {
    const app = await start();
    const browser = newBrowser();
    const first = await browser.open(app.authorizationUrl());
    assert.equal(first.status, 200);
    assert.equal(title(first), 'Sign in · Acme');
    assert.match(text(first), /to continue to Notes/);

    const consent = await signIn(browser, first);
    assert.match(text(consent), /Notes asks for access to your account/);
    assert.match(text(consent), /See your email address/);
    assert.match(text(consent), /Notes is not part of Acme/);
    assert.match(text(consent), /Next you go to notes\.example/);
    assert.equal(consent.document.querySelectorAll('button[type=submit]').length, 1);

    const { code, state } = answer(await browser.submit(consent, {}));
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

  it('asks nothing again in the same session', async () => {
    const app = await start();
    const browser = newBrowser();
    await browser.submit(await signIn(browser, await browser.open(app.authorizationUrl())), {});
    assert.ok(answer(await browser.open(app.authorizationUrl())).code);
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
      assert.equal(title(again), 'Error: Sign in · Acme');
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
    assert.ok(answer(await browser.submit(await signIn(browser, again), {})).code);
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
    assert.match(text(again), /Wait 5 minutes/);
  });

  it('treats a password longer than any as wrong', async () => {
    const app = await start();
    const browser = newBrowser();
    const page = await browser.open(app.authorizationUrl());
    const again = await browser.submit(page, { identifier: 'alice', password: 'x'.repeat(2000) });
    assert.equal(again.status, 422);
    assert.match(text(again), /don’t match/);
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
    assert.equal(session?.acr, 'urn:gatehouse:acr:password');
    assert.deepEqual(session?.amr, ['pwd']);
  });

  it('refuses to go round in circles for an acr that nothing here gives', async () => {
    const app = await start();
    const claims = JSON.stringify({ id_token: { acr: { essential: true, value: 'urn:other' } } });
    const page = await newBrowser().open(app.authorizationUrl({ claims }));
    assert.equal(answer(page).error, 'unmet_authentication_requirements');
  });

  it('tells the client when the person cancels', async () => {
    const app = await start();
    const browser = newBrowser();
    const page = await browser.open(app.authorizationUrl());
    const { error, state } = answer(await browser.submit(page, {}, { action: '/abort' }));
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
    assert.equal(title(page), 'Confirm it’s you · Acme');
    assert.match(text(page), /Alice Example/);
    const field = page.document.querySelector('input[name=identifier]');
    assert.equal(field?.getAttribute('value'), 'alice');
    assert.equal(field?.getAttribute('tabindex'), '-1');
    assert.ok(answer(await browser.submit(page, { password: PASSWORD })).code);
  });

  it('lets another person in by "Not you?", and ends the first session only then', async () => {
    const app = await start();
    const browser = newBrowser();
    await browser.submit(await signIn(browser, await browser.open(app.authorizationUrl())), {});
    const confirm = await browser.open(app.authorizationUrl({ max_age: '0', prompt: 'login' }));
    const other = await browser.submit(confirm, {}, { action: '/switch' });
    assert.equal(title(other), 'Sign in · Acme');
    assert.equal(other.document.querySelector('#identifier')?.getAttribute('value'), '');

    const stillAlice = await browser.open(app.authorizationUrl());
    assert.ok(answer(stillAlice).code);

    const consent = await signIn(browser, other, 'bob');
    assert.match(text(consent), /Bob Example/);
    assert.ok(answer(await browser.submit(consent, {})).code);
    assert.equal(app.granted.at(-1)?.accountId, 'bob');
  });
});

describe('consent', () => {
  it('is remembered only for what the page showed, whatever the form says', async () => {
    const app = await start();
    const browser = newBrowser();
    const consent = await signIn(browser, await browser.open(app.authorizationUrl()));
    await browser.submit(consent, { scope: 'openid email profile offline_access' });
    assert.deepEqual(app.granted[0]?.asked.scopes, ['openid', 'email']);
  });

  it('asks later for what is new alone', async () => {
    const app = await start();
    const browser = newBrowser();
    await browser.submit(await signIn(browser, await browser.open(app.authorizationUrl())), {});
    const more = await browser.open(app.authorizationUrl({ scope: 'openid email profile' }));
    assert.match(text(more), /See your profile/);
    assert.doesNotMatch(text(more), /email/);
  });

  it('refused, tells the client and the audit log, and records nothing', async () => {
    const app = await start();
    const browser = newBrowser();
    const consent = await signIn(browser, await browser.open(app.authorizationUrl()));
    const page = await browser.submit(consent, {}, { action: '/abort' });
    assert.equal(answer(page).error, 'access_denied');
    assert.deepEqual(app.granted, []);
    const refused = app.audited.filter((event) => event.kind === 'consent.refused');
    assert.equal(refused.length, 1);
    assert.equal(refused[0]?.actor.id, 'alice');
    assert.equal(refused[0]?.clientId, 'notes-web');
    assert.deepEqual(refused[0]?.detail?.scopes, ['openid', 'email']);
  });

  it('repeats what was allowed when the client asks for the page', async () => {
    const app = await start();
    const browser = newBrowser();
    await browser.submit(await signIn(browser, await browser.open(app.authorizationUrl())), {});
    const page = await browser.open(app.authorizationUrl({ prompt: 'consent' }));
    assert.match(text(page), /You have already allowed it to: Recognise you/);
    assert.ok(answer(await browser.submit(page, {})).code);
    assert.equal(app.granted.length, 1);
  });

  it('cannot be given before anybody has signed in', async () => {
    const app = await start();
    const browser = newBrowser();
    const page = await browser.open(app.authorizationUrl());
    const csrf = page.document.querySelector('input[name=csrf]')?.getAttribute('value') ?? '';
    const response = await browser.request(`${page.url}/consent`, {
      method: 'POST',
      body: new URLSearchParams({ csrf }),
    });
    assert.equal(response.status, 303);
    assert.equal(response.headers.get('location'), new URL(page.url).pathname);
    assert.deepEqual(app.granted, []);
  });

  it('is not asked twice from a native app in which the person has just signed in', async () => {
    const redirectUri = 'com.example.notes:/callback';
    const app = await start({
      metadata: { application_type: 'native', redirect_uris: [redirectUri] },
    });
    const request = app.authorizationUrl({ redirect_uri: redirectUri });
    const first = newBrowser();
    const page = await first.open(request);
    assert.match(
      page.headers.get('content-security-policy') ?? '',
      /form-action 'self' com\.example\.notes: https:\/\/notes\.example$/,
    );
    const consent = await signIn(first, page);
    assert.match(text(consent), /Next you go back to an app on this device/);
    await first.submit(consent, {});

    const second = newBrowser();
    const done = await signIn(second, await second.open(request));
    assert.ok(done.url.startsWith(`${redirectUri}?code=`), done.url);
    // Without a sign-in just now a person still has to be there. RFC 8252, section 8.6
    const silent = await second.open(request);
    assert.match(text(silent), /Notes wants to continue with your account/);
  });
});

describe('the application gate', () => {
  it('says who has no access to what, and goes back with access_denied', async () => {
    const app = await start({ gate: ['alice'] });
    const browser = newBrowser();
    const gate = await signIn(browser, await browser.open(app.authorizationUrl()));
    assert.equal(gate.status, 403);
    assert.equal(title(gate), 'No access to Notes · Acme');
    assert.match(text(gate), /Alice Example/);
    const denied = app.audited.filter((event) => event.kind === 'application.access_denied');
    assert.deepEqual(
      denied.map(({ actor, subject }) => ({ actor, subject })),
      [
        {
          actor: { type: 'account', id: 'alice' },
          subject: { type: 'application', id: 'notes' },
        },
      ],
    );
    assert.equal(answer(await browser.submit(gate, {})).error, 'access_denied');
  });

  it('lets somebody else sign in and go on', async () => {
    const app = await start({ gate: ['alice'] });
    const browser = newBrowser();
    const gate = await signIn(browser, await browser.open(app.authorizationUrl()));
    const other = await browser.submit(gate, {}, { action: '/switch' });
    assert.equal(title(other), 'Sign in · Acme');
    const same = await signIn(browser, other, 'alice');
    assert.equal(title(same), 'No access to Notes · Acme');

    const again = await browser.submit(same, {}, { action: '/switch' });
    const consent = await signIn(browser, again, 'bob');
    assert.ok(answer(await browser.submit(consent, {})).code);
    assert.equal(app.granted.at(-1)?.accountId, 'bob');
  });

  it('cannot be walked around by posting consent', async () => {
    const app = await start({ gate: ['alice'] });
    const browser = newBrowser();
    const gate = await signIn(browser, await browser.open(app.authorizationUrl()));
    const csrf = gate.document.querySelector('input[name=csrf]')?.getAttribute('value') ?? '';
    for (const step of ['consent', 'sign-in']) {
      const response = await browser.request(`${gate.url}/${step}`, {
        method: 'POST',
        body: new URLSearchParams({ csrf, identifier: 'alice', password: PASSWORD }),
      });
      assert.equal(response.headers.get('location'), new URL(gate.url).pathname);
    }
    assert.deepEqual(app.granted, []);
  });
});

describe('an interaction that is over', () => {
  it('says so with a way back when only the cookie is lost', async () => {
    const app = await start();
    const page = await newBrowser().open(app.authorizationUrl());
    const elsewhere = await newBrowser().open(page.url);
    assert.equal(elsewhere.status, 400);
    assert.equal(title(elsewhere), 'This sign-in has expired · Acme');
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
    assert.match(text(back), /Go back to the application and start again/);
    for (const { action } of [{ action: '/sign-in' }, { action: '/abort' }]) {
      const gone = await browser.submit(
        page,
        { identifier: 'alice', password: PASSWORD },
        { action },
      );
      assert.equal(gone.status, 400);
      assert.equal(title(gone), 'This sign-in has expired · Acme');
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
    assert.equal(title(gone), 'This sign-in has expired · Acme');
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
      assert.equal(route.csrf, route.method !== 'GET', `${route.method} ${route.path}`);
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

    for (const route of HOSTED_ROUTES.filter((one) => one.csrf)) {
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
    for (const [status, body, type] of [
      [415, '{"identifier":"alice"}', 'application/json'],
      [415, 'a=b', 'application/x-www-form-urlencoded; charset=utf-16'],
      [413, `a=${'b'.repeat(40_000)}`, 'application/x-www-form-urlencoded'],
      [400, 'a=1&a=2', 'application/x-www-form-urlencoded'],
      [400, 'a=%zz', 'application/x-www-form-urlencoded'],
    ] as const) {
      const response = await fetch(url, {
        method: 'POST',
        body,
        headers: { 'content-type': type },
      });
      assert.equal(response.status, status, body.slice(0, 40));
      assert.match(response.headers.get('content-type') ?? '', /^text\/html/);
      assert.equal(response.headers.get('cache-control'), 'no-store');
    }
  });
});

describe('a link to set a new password', () => {
  const path = '/account/reset-password';

  it('opens as often as it is opened, and works once', async () => {
    const app = await start();
    const url = `${app.issuer}${path}?token=${RESET_TOKEN}`;
    const browser = newBrowser();
    await browser.open(url);
    const page = await browser.open(url);
    assert.equal(title(page), 'Set a new password · Acme');
    assert.equal(page.headers.get('referrer-policy'), 'strict-origin');
    assert.match(text(page), /for alice/);

    const short = await browser.submit(page, { password: 'short', password_again: 'short' });
    assert.equal(short.status, 422);
    assert.match(text(short), /Use at least 8 characters/);
    const different = await browser.submit(page, { password: PASSWORD, password_again: 'other' });
    assert.match(text(different), /not the same/);
    assert.deepEqual(app.changed, []);

    const done = await browser.submit(different, { password: PASSWORD, password_again: PASSWORD });
    assert.equal(title(done), 'Password changed · Acme');
    assert.match(text(done), /signed out everywhere/);
    assert.deepEqual(app.changed, [PASSWORD]);

    const used = await browser.submit(page, { password: PASSWORD, password_again: PASSWORD });
    assert.equal(used.status, 400);
    assert.equal(title(used), 'This link no longer works · Acme');
    assert.equal((await browser.open(url)).status, 400);
  });

  it('unknown, missing or given twice says the same', async () => {
    const app = await start();
    for (const query of ['', '?token=', '?token=nonsense', '?token=a&token=b']) {
      const page = await newBrowser().open(`${app.issuer}${path}${query}`);
      assert.equal(page.status, 400);
      assert.equal(title(page), 'This link no longer works · Acme');
    }
  });
});

describe('signing out', () => {
  it('asks, and a person without scripts is signed out', async () => {
    const app = await start();
    const browser = newBrowser();
    await signIn(browser, await browser.open(app.authorizationUrl()));
    const ask = await browser.open(
      `${app.issuer}/session/end?client_id=notes-web&post_logout_redirect_uri=https://notes.example/bye`,
    );
    assert.match(text(ask), /Sign out of Acme\? Notes asked to sign you out/);
    assert.match(
      ask.headers.get('content-security-policy') ?? '',
      /form-action 'self' https:\/\/notes\.example$/,
    );
    const stay = ask.document.querySelectorAll('form')[1];
    assert.equal(stay?.querySelector('input[name=logout]'), null);
    const bye = await browser.submit(ask, {});
    assert.equal(bye.url, 'https://notes.example/bye');
    assert.equal(title(await browser.open(app.authorizationUrl())), 'Sign in · Acme');
  });

  it('says that it is done', async () => {
    const app = await start();
    const browser = newBrowser();
    await signIn(browser, await browser.open(app.authorizationUrl()));
    const done = await browser.submit(await browser.open(`${app.issuer}/session/end`), {});
    assert.equal(title(done), 'Signed out · Acme');
    assert.equal(
      title(await browser.open(`${app.issuer}/session/end/success?client_id=notes-web`)),
      'Signed out · Acme',
    );
  });
});

describe('errors of the protocol', () => {
  it('are pages in plain words, with the protocol’s own for developers', async () => {
    const app = await start();
    const page = await newBrowser().open(
      app.authorizationUrl({ redirect_uri: 'https://evil.example/"><script>alert(1)</script>' }),
    );
    assert.equal(page.status, 400);
    assert.equal(title(page), 'This application is not set up correctly · Acme');
    assert.equal(page.document.querySelector('details code')?.text, 'invalid_redirect_uri');
    assert.equal(page.document.querySelector('script'), null);
    const unknown = await newBrowser().open(app.authorizationUrl({ client_id: '<i>x' }));
    assert.equal(title(unknown), 'This application is not known here · Acme');
  });

  it('and of addresses that nobody has, look the same', async () => {
    const app = await start();
    const page = await newBrowser().open(`${app.issuer}/nothing/here`);
    assert.equal(page.status, 404);
  });
});
