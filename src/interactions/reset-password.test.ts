import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { PASSWORD, RESET_TOKEN } from '../testing/hosted-pages-app.ts';
import { hostedPagesHouses, newBrowser, textOf, titleOf } from '../testing/hosted-pages-visit.ts';
import type { PlainPage } from '../testing/plain-browser.ts';

const { start, closeAll } = hostedPagesHouses();
after(closeAll);

describe('a link to set a new password', () => {
  const path = '/account/reset-password';

  it('opens as often as it is opened, and works once', async () => {
    const app = await start();
    const url = `${app.issuer}${path}?token=${RESET_TOKEN}`;
    const browser = newBrowser();
    await browser.open(url);
    const page = await browser.open(url);
    assert.equal(titleOf(page), 'Set a new password · Acme');
    assert.equal(page.headers.get('referrer-policy'), 'strict-origin');
    assert.match(textOf(page), /for alice/);

    const short = await browser.submit(page, { password: 'short', password_again: 'short' });
    assert.equal(short.status, 422);
    assert.match(textOf(short), /Use at least 8 characters/);
    const different = await browser.submit(page, { password: PASSWORD, password_again: 'other' });
    assert.match(textOf(different), /not the same/);
    assert.deepEqual(app.changed, []);

    const done = await browser.submit(different, { password: PASSWORD, password_again: PASSWORD });
    assert.equal(titleOf(done), 'Password changed · Acme');
    assert.match(textOf(done), /signed out everywhere/);
    assert.equal(accountLinkOf(done), '/t/acme/account');
    assert.deepEqual(app.changed, [PASSWORD]);
    assert.deepEqual(app.told, ['alice password_changed']);

    const used = await browser.submit(page, { password: PASSWORD, password_again: PASSWORD });
    assert.equal(used.status, 400);
    assert.equal(titleOf(used), 'This link no longer works · Acme');
    assert.equal((await browser.open(url)).status, 400);
  });

  it('unknown, missing or given twice says the same', async () => {
    const app = await start();
    for (const query of ['', '?token=', '?token=nonsense', '?token=a&token=b']) {
      const page = await newBrowser().open(`${app.issuer}${path}${query}`);
      assert.equal(page.status, 400);
      assert.equal(titleOf(page), 'This link no longer works · Acme');
      assert.equal(accountLinkOf(page), '/t/acme/account', 'another one is asked for there');
    }
  });
});

function accountLinkOf(page: PlainPage): string | undefined {
  return page.document.querySelector('main a.primary')?.getAttribute('href');
}
