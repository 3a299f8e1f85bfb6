import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import {
  hostedPagesHouses,
  newBrowser,
  signIn,
  textOf,
  titleOf,
} from '../testing/hosted-pages-visit.ts';

const { start, closeAll } = hostedPagesHouses();
after(closeAll);

describe('signing out', () => {
  it('asks, and a person without scripts is signed out', async () => {
    const app = await start();
    const browser = newBrowser();
    await signIn(browser, await browser.open(app.authorizationUrl()));
    const ask = await browser.open(
      `${app.issuer}/session/end?client_id=notes-web&post_logout_redirect_uri=https://notes.example/bye`,
    );
    assert.match(textOf(ask), /Sign out of Acme\? Notes asked to sign you out/);
    assert.match(
      ask.headers.get('content-security-policy') ?? '',
      /form-action 'self' https:\/\/notes\.example$/,
    );
    const stay = ask.document.querySelectorAll('form')[1];
    assert.equal(stay?.querySelector('input[name=logout]'), null);
    const bye = await browser.submit(ask, {});
    assert.equal(bye.url, 'https://notes.example/bye');
    assert.equal(titleOf(await browser.open(app.authorizationUrl())), 'Sign in · Acme');
  });

  it('says that it is done', async () => {
    const app = await start();
    const browser = newBrowser();
    await signIn(browser, await browser.open(app.authorizationUrl()));
    const done = await browser.submit(await browser.open(`${app.issuer}/session/end`), {});
    assert.equal(titleOf(done), 'Signed out · Acme');
    assert.equal(
      titleOf(await browser.open(`${app.issuer}/session/end/success?client_id=notes-web`)),
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
    assert.equal(titleOf(page), 'This application is not set up correctly · Acme');
    assert.equal(page.document.querySelector('details code')?.text, 'invalid_redirect_uri');
    assert.equal(page.document.querySelector('script'), null);
    const unknown = await newBrowser().open(app.authorizationUrl({ client_id: '<i>x' }));
    assert.equal(titleOf(unknown), 'This application is not known here · Acme');
  });

  it('and of addresses that nobody has, look the same', async () => {
    const app = await start();
    const page = await newBrowser().open(`${app.issuer}/nothing/here`);
    assert.equal(page.status, 404);
  });
});
