import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ACCOUNT_ROUTES } from '../../account-page/route-table.ts';
import { accountGuest, pathOf } from '../account-visit.ts';
import { ALICE, BOB, startDeployment, type TestDeployment } from '../gatehouse.ts';
import type { PlainBrowser, PlainPage } from '../plain-browser.ts';

/** A form as it stands in a page that somebody left open. */
interface OpenForm {
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** What whoever sends it now would change. */
const CHANGED = {
  name: 'Changed by a stale form',
  password: 'a stale password of mine',
  password_again: 'a stale password of mine',
  email: 'stale@evil.example',
  code: '000000',
};

describe('a form of the account page that was left open', () => {
  let deployment: TestDeployment;
  before(async () => {
    deployment = await startDeployment();
  });
  after(() => deployment.stop());

  const formsOn = (page: PlainPage): OpenForm[] =>
    page.document
      .querySelectorAll('main form, header form')
      .map((form) => ({
        action: form.getAttribute('action') ?? '',
        fields: Object.fromEntries(
          form
            .querySelectorAll('input[type=hidden], button[name]')
            .map((one) => [one.getAttribute('name') ?? '', one.getAttribute('value') ?? '']),
        ),
      }))
      .filter(({ action }) => action.startsWith('/account'));
  /** Every form of every page that there is, as somebody has them open who is signed in. */
  const openForms = async (guest: ReturnType<typeof accountGuest>) => {
    const pages = ACCOUNT_ROUTES.filter(
      ({ method, access }) => method === 'GET' && access === 'session',
    );
    const forms = new Map<string, OpenForm>();
    for (const { path } of pages) {
      const page = await guest.open(path.slice('/account'.length));
      assert.equal(page.status, 200, path);
      for (const form of formsOn(page)) forms.set(form.action, form);
    }
    assert.ok(forms.size >= 4, [...forms.keys()].join());
    return [...forms.values()];
  };
  const send = async (browser: PlainBrowser, { action, fields }: OpenForm) => {
    const response = await browser.request(`${deployment.publicUrl}${action}`, {
      method: 'POST',
      headers: { origin: deployment.publicUrl },
      body: new URLSearchParams({ ...CHANGED, ...fields }),
    });
    const location = response.headers.get('location') ?? '';
    return { status: response.status, location, text: await response.text() };
  };
  /** Who somebody is, and whether their password still works; they are signed in afterwards. */
  const assertUntouched = async (person: typeof ALICE, name: RegExp) => {
    const guest = accountGuest(deployment, person);
    const page = await guest.open();
    assert.equal(pathOf(page), '/account', page.text);
    assert.match(page.text, name);
    assert.doesNotMatch((await guest.open('/profile')).text, /stale/);
  };
  const signOut = async (browser: PlainBrowser) => {
    const leave = await browser.open(`${deployment.publicUrl}/session/end`);
    await browser.submit(leave, { logout: 'yes' }, { action: '/session/end/confirm' });
  };

  it('does nothing once its person has signed out', async () => {
    const guest = accountGuest(deployment, ALICE);
    const forms = await openForms(guest);
    await signOut(guest.browser);
    for (const form of forms) {
      const { status, location } = await send(guest.browser, form);
      assert.equal(status, 303, form.action);
      assert.match(location, /\/auth\?/, form.action);
    }
    await assertUntouched(ALICE, /Alice Example/);
  });

  it('does nothing to who signs in after them in the same browser', async () => {
    const hers = accountGuest(deployment, ALICE);
    const forms = await openForms(hers);
    await signOut(hers.browser);
    const his = { ...accountGuest(deployment, BOB), browser: hers.browser };
    const start = await hers.visit('/account');
    await his.browser.submit(start, { ...BOB }, { action: '/sign-in' });
    for (const form of forms) {
      const { status, text } = await send(hers.browser, form);
      assert.equal(status, 403, form.action);
      assert.match(text, /nothing was done/);
    }
    await assertUntouched(BOB, /Bob Example/);
    await assertUntouched(ALICE, /Alice Example/);
  });

  it('does nothing in another browser, of the same person or another', async () => {
    const forms = await openForms(accountGuest(deployment, ALICE));
    for (const person of [ALICE, BOB]) {
      const elsewhere = accountGuest(deployment, person);
      await elsewhere.open('/password');
      for (const form of forms) {
        const { status, text } = await send(elsewhere.browser, form);
        assert.equal(status, 403, form.action);
        assert.match(text, /nothing was done/);
      }
    }
    await assertUntouched(ALICE, /Alice Example/);
    await assertUntouched(BOB, /Bob Example/);
  });

  it('does nothing where another form’s token is sent', async () => {
    const guest = accountGuest(deployment, ALICE);
    const forms = await openForms(guest);
    for (const [index, form] of forms.entries()) {
      const other = forms[(index + 1) % forms.length];
      const fields = { ...form.fields, csrf: other?.fields.csrf ?? '' };
      assert.equal((await send(guest.browser, { ...form, fields })).status, 403, form.action);
    }
    await assertUntouched(ALICE, /Alice Example/);
  });
});
