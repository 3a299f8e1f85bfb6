import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import {
  answerOf,
  hostedPagesHouses,
  newBrowser,
  signIn,
  textOf,
} from '../testing/hosted-pages-visit.ts';

const { start, closeAll } = hostedPagesHouses();
after(closeAll);

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
    assert.match(textOf(more), /See your profile/);
    assert.doesNotMatch(textOf(more), /email/);
  });

  it('refused, tells the client and the audit log, and records nothing', async () => {
    const app = await start();
    const browser = newBrowser();
    const consent = await signIn(browser, await browser.open(app.authorizationUrl()));
    const page = await browser.submit(consent, {}, { action: '/abort' });
    assert.equal(answerOf(page).error, 'access_denied');
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
    assert.match(textOf(page), /You have already allowed it to: Recognise you/);
    assert.ok(answerOf(await browser.submit(page, {})).code);
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
    assert.match(textOf(consent), /Next you go back to an app on this device/);
    await first.submit(consent, {});

    const second = newBrowser();
    const done = await signIn(second, await second.open(request));
    assert.ok(done.url.startsWith(`${redirectUri}?code=`), done.url);
    // Without a sign-in just now a person still has to be there. RFC 8252, section 8.6
    const silent = await second.open(request);
    assert.match(textOf(silent), /Notes wants to continue with your account/);
  });
});
