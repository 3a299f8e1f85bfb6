import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  accountGuest,
  ageSignIns,
  fieldOf,
  headingOf,
  pathOf,
  statusOf,
} from '../account-visit.ts';
import { ACME_ALICE, demoParty } from '../demo-clients.ts';
import { ALICE, BOB, STORES, startDeployment, type TestDeployment } from '../gatehouse.ts';
import { createPlainBrowser } from '../plain-browser.ts';
import { signIn } from '../relying-party.ts';

for (const store of STORES) {
  describe(`signing in to the account page (${store})`, () => {
    let deployment: TestDeployment;
    before(async () => {
      deployment = await startDeployment({ store });
    });
    after(() => deployment.stop());

    it('is a sign-in like any other, and leads to the page that was wanted', async () => {
      const guest = accountGuest(deployment);
      const asked = await guest.visit('/account/profile');
      assert.match(pathOf(asked), /^\/interaction\//);
      assert.match(asked.text, /Your account/);
      const page = await guest.open('/profile');
      assert.equal(pathOf(page), '/account/profile');
      assert.equal(headingOf(page), 'Profile');
      assert.equal(fieldOf(page, 'name'), 'Alice Example');
    });

    it('is not needed by whoever has signed in to an application', async () => {
      const party = await demoParty(deployment, 'notes-web');
      const stopAt = (url: string) => url.startsWith(party.redirectUri);
      const browser = createPlainBrowser({ stopAt });
      await signIn(browser, party, BOB);
      const page = await browser.open(`${deployment.publicUrl}/account`);
      assert.equal(headingOf(page), 'Your account');
      assert.match(page.text, /Bob Example/);
    });

    it('signs in to applications, too, and out of them', async () => {
      const guest = accountGuest(deployment);
      await guest.open();
      const party = await demoParty(deployment, 'payroll-web');
      const { url } = await party.begin({ prompt: 'none' });
      const answer = await guest.browser.request(url.href);
      assert.match(answer.headers.get('location') ?? '', /[?&]code=/);

      const asked = await guest.visit('/session/end');
      await guest.browser.submit(asked, {});
      assert.match(pathOf(await guest.visit('/account')), /^\/interaction\//);
    });
  });
}

describe('the account page', () => {
  let deployment: TestDeployment;
  before(async () => {
    deployment = await startDeployment();
  });
  after(() => deployment.stop());

  it('says so when the sign-in is given up, and offers it again', async () => {
    const guest = accountGuest(deployment);
    const asked = await guest.visit('/account');
    const page = await guest.browser.submit(asked, {}, { action: '/abort' });
    assert.equal(page.status, 400);
    assert.equal(headingOf(page), 'You are not signed in');
    const again = page.document.querySelector('main a')?.getAttribute('href');
    assert.equal(again, '/account');
  });

  it('does not send a browser round in circles that keeps no cookies', async () => {
    const page = await createPlainBrowser().open(`${deployment.publicUrl}/account/signed-in`);
    assert.equal(page.status, 400);
    assert.match(headingOf(page), /no cookies/);
  });

  it('goes on to pages of its own, and nowhere else', async () => {
    const guest = accountGuest(deployment);
    await guest.open();
    for (const [state, path] of [
      ['/account/profile', '/account/profile'],
      ['/account/signed-in', '/account'],
      ['https://evil.example/', '/account'],
      ['//evil.example', '/account'],
      ['/account/profile/../../t/acme/account', '/account'],
      ['/auth', '/account'],
      ['', '/account'],
    ] as const) {
      const query = new URLSearchParams({ state });
      const response = await guest.browser.request(
        `${deployment.publicUrl}/account/signed-in?${query}`,
      );
      assert.equal(response.status, 303);
      assert.equal(response.headers.get('location'), path, state);
    }
  });

  it('believes no link that claims that something was done', async () => {
    const guest = accountGuest(deployment);
    const saved = await guest.browser.submit(await guest.open('/profile'), {});
    const done = new URL(saved.url).searchParams.get('done') ?? '';
    assert.match(done, /^profile_saved\../);
    const bob = accountGuest(deployment, BOB);
    await bob.open();
    for (const forged of ['profile_saved', 'profile_saved.', done, '__proto__', done.slice(1)]) {
      const page = await bob.visit(`/account/profile?done=${encodeURIComponent(forged)}`);
      assert.equal(statusOf(page), undefined, forged);
    }
    assert.equal(statusOf(await guest.visit(`/account/profile?done=${done}`)), statusOf(saved));
  });

  it('asks a session again whose account was disabled, and lets nobody in', async () => {
    const { tenants, accounts } = deployment.backends;
    const tenant = await tenants.findBySlug('default');
    const bob = await accounts.findByIdentifier(tenant?.id ?? '', 'bob');
    const guest = accountGuest(deployment, BOB);
    const form = await guest.open('/profile');
    // Without ending its sessions: the page looks for itself.
    await accounts.setDisabled(tenant?.id ?? '', bob?.account.id ?? '', true);
    const sent = await guest.browser.submit(form, { name: 'Robert' });
    assert.match(pathOf(sent), /^\/interaction\//);
    assert.match(pathOf(await guest.visit('/account')), /^\/interaction\//);
    await accounts.setDisabled(tenant?.id ?? '', bob?.account.id ?? '', false);
    assert.equal(fieldOf(await guest.open('/profile'), 'name'), 'Bob Example');
  });

  it('speaks the language that a link asks for, and passes it on', async () => {
    const guest = accountGuest(deployment);
    const response = await guest.browser.request(
      `${deployment.publicUrl}/account?ui_locales=de%20en`,
    );
    const location = new URL(response.headers.get('location') ?? '', deployment.publicUrl);
    assert.equal(location.searchParams.get('ui_locales'), 'de en');
    const odd = await guest.browser.request(
      `${deployment.publicUrl}/account?ui_locales=%22%3E%3Cb%3E`,
    );
    assert.doesNotMatch(odd.headers.get('location') ?? '', /ui_locales/);
  });

  it('is of one tenant', async () => {
    const acme = accountGuest(deployment, ACME_ALICE, { tenantPath: '/t/acme' });
    const page = await acme.open('/profile');
    assert.equal(pathOf(page), '/t/acme/account/profile');
    assert.equal(fieldOf(page, 'name'), 'Alice of Acme');
    // Its cookies do not even go to the other one.
    const elsewhere = await acme.browser.open(`${deployment.publicUrl}/account`);
    assert.match(pathOf(elsewhere), /^\/interaction\//);
  });

  it('takes only the methods that it has', async () => {
    const response = await fetch(`${deployment.publicUrl}/account`, { method: 'DELETE' });
    assert.equal(response.status, 405);
    assert.equal(response.headers.get('allow'), 'HEAD, GET');
    await response.body?.cancel();
  });
});

describe('the profile', () => {
  let deployment: TestDeployment;
  before(async () => {
    deployment = await startDeployment();
  });
  after(() => deployment.stop());

  it('shows what is known, and saves what is changed', async () => {
    const guest = accountGuest(deployment);
    const form = await guest.open('/profile');
    assert.deepEqual(
      ['birthdate', 'locale', 'zoneinfo', 'street_address', 'postal_code'].map((name) =>
        fieldOf(form, name),
      ),
      ['1990-04-01', 'en-GB', 'Europe/Berlin', 'Gate Street 1', '10115'],
    );
    const saved = await guest.browser.submit(form, {
      name: '  Alice Liddell ',
      nickname: '',
      locale: 'en',
      zoneinfo: 'America/New York',
      street_address: '1 Gate Street\r\nBack entrance',
    });
    assert.equal(pathOf(saved), '/account/profile');
    assert.equal(statusOf(saved), 'Your profile is saved.');
    assert.equal(fieldOf(saved, 'street_address'), '1 Gate Street\nBack entrance');

    const party = await demoParty(deployment, 'payroll-web');
    const scope = 'openid profile address phone';
    const stopAt = (url: string) => url.startsWith(party.redirectUri);
    const tokens = await signIn(createPlainBrowser({ stopAt }), party, ALICE, { scope });
    const userinfo = await fetch(`${deployment.publicUrl}/me`, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    });
    const claims = (await userinfo.json()) as Record<string, unknown>;
    assert.equal(claims.name, 'Alice Liddell');
    assert.equal(claims.nickname, undefined);
    assert.equal(claims.zoneinfo, 'America/New_York');
    assert.equal(claims.phone_number_verified, true);
    assert.deepEqual(claims.address, {
      street_address: '1 Gate Street\nBack entrance',
      postal_code: '10115',
      locality: 'Berlin',
      country: 'Germany',
    });
  });

  it('takes these pages along to another language, whatever they were in before', async () => {
    const guest = accountGuest(deployment, BOB);
    await guest.browser.submit(await guest.open('/profile'), { locale: 'en' });
    const cookies = await guest.browser.jar.getCookieString(`${deployment.publicUrl}/account`);
    assert.match(cookies, /gatehouse_language_default=en\.account/);
  });

  it('comes back with everything that was typed when something is wrong', async () => {
    const guest = accountGuest(deployment, BOB);
    const typed = {
      name: '"><script>alert(1)</script>',
      website: 'javascript:alert(1)',
      zoneinfo: 'Nowhere/Else',
      country: 'x'.repeat(2000),
      street_address: '</textarea><img src=x>',
    };
    const refused = await guest.browser.submit(await guest.open('/profile'), typed);
    assert.equal(refused.status, 422);
    assert.match(refused.document.querySelector('title')?.text ?? '', /^Error: Profile/);
    for (const [name, value] of Object.entries({ ...typed, zoneinfo: 'Nowhere/Else' })) {
      assert.equal(fieldOf(refused, name), value, name);
    }
    const wrong = refused.document.querySelectorAll('[aria-invalid]');
    assert.deepEqual(
      wrong.map((field) => field.getAttribute('name')),
      ['zoneinfo', 'website', 'country'],
    );
    assert.equal(wrong[0]?.hasAttribute('autofocus'), true);
    assert.equal(fieldOf(await guest.open('/profile'), 'name'), 'Bob Example');
  });

  it('shows a name that would be markup as the name that it is, everywhere', async () => {
    const guest = accountGuest(deployment, ACME_ALICE, { tenantPath: '/t/acme' });
    const name = '<img src=x onerror=alert(1)>';
    await guest.browser.submit(await guest.open('/profile'), {
      name,
      picture: 'https://a.example',
    });
    const overview = await guest.open();
    assert.equal(overview.document.querySelectorAll('img').length, 0);
    assert.equal(overview.document.querySelector('.account-name')?.text, name);
  });

  it('needs no sign-in that is only minutes old', async () => {
    const guest = accountGuest(deployment);
    await guest.open();
    await ageSignIns(deployment, 3600);
    assert.equal(headingOf(await guest.visit('/account/profile')), 'Profile');
  });

  it('keeps an address in one piece for as long as nobody changes a part of it', async () => {
    const { tenants, accounts } = deployment.backends;
    const tenant = await tenants.findBySlug('default');
    const bob = await accounts.findByIdentifier(tenant?.id ?? '', 'bob');
    const address = { formatted: '1 Gate Street\nLondon' };
    await accounts.changeClaims(tenant?.id ?? '', bob?.account.id ?? '', {
      set: { address },
      removed: [],
    });
    const stored = async () =>
      (await accounts.findById(tenant?.id ?? '', bob?.account.id ?? ''))?.claims.address;
    const guest = accountGuest(deployment, BOB);
    const form = await guest.open('/profile');
    assert.equal(fieldOf(form, 'street_address'), address.formatted);
    const saved = await guest.browser.submit(form, { nickname: 'Bobby' });
    assert.deepEqual(await stored(), address);
    await guest.browser.submit(saved, { country: 'UK' });
    assert.deepEqual(await stored(), { street_address: address.formatted, country: 'UK' });
    await guest.browser.submit(await guest.open('/profile'), { street_address: '', country: '' });
    assert.equal(await stored(), undefined);
  });

  it('ends up as one of two changes that are sent at once', async () => {
    const guest = accountGuest(deployment, BOB);
    const form = await guest.open('/profile');
    const sent = ['Ann', 'Ben'].map((name) =>
      guest.browser.submit(form, { name, given_name: name, family_name: name }),
    );
    for (const page of await Promise.all(sent)) assert.equal(page.status, 200);
    const page = await guest.open('/profile');
    const names = ['name', 'given_name', 'family_name'].map((name) => fieldOf(page, name));
    assert.equal(new Set(names).size, 1);
  });
});
