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

describe('the application gate', () => {
  it('says who has no access to what, and goes back with access_denied', async () => {
    const app = await start({ gate: ['alice'] });
    const browser = newBrowser();
    const gate = await signIn(browser, await browser.open(app.authorizationUrl()));
    assert.equal(gate.status, 403);
    assert.equal(titleOf(gate), 'No access to Notes · Acme');
    assert.match(textOf(gate), /Alice Example/);
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
    assert.equal(answerOf(await browser.submit(gate, {})).error, 'access_denied');
  });

  it('lets somebody else sign in and go on', async () => {
    const app = await start({ gate: ['alice'] });
    const browser = newBrowser();
    const gate = await signIn(browser, await browser.open(app.authorizationUrl()));
    const other = await browser.submit(gate, {}, { action: '/switch' });
    assert.equal(titleOf(other), 'Sign in · Acme');
    const same = await signIn(browser, other, 'alice');
    assert.equal(titleOf(same), 'No access to Notes · Acme');

    const again = await browser.submit(same, {}, { action: '/switch' });
    const consent = await signIn(browser, again, 'bob');
    assert.ok(answerOf(await browser.submit(consent, {})).code);
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
