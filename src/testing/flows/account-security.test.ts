import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ACR_MULTI_FACTOR, ACR_REMEMBERED_BROWSER } from '../../accounts/acr.ts';
import {
  type AccountGuest,
  accountGuest,
  ageSignIns,
  fieldOf,
  headingOf,
  pathOf,
  statusOf,
} from '../account-visit.ts';
import { demoParty, visitor } from '../demo-clients.ts';
import { insertSecondFactors } from '../factor-rows.ts';
import { ALICE, BOB, STORES, startDeployment, type TestDeployment } from '../gatehouse.ts';
import { createPlainBrowser, type PlainPage } from '../plain-browser.ts';
import { signIn, walkThrough } from '../relying-party.ts';

const NEW_PASSWORD = 'the password of tomorrow';
const SAFARI =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15';

/** Mail is on, but nothing takes it: what is queued can be looked at. */
const MAIL = { SMTP_URL: 'smtp://127.0.0.1:1', MAIL_FROM: 'no-reply@login.example' };

async function queued(deployment: TestDeployment, recipient: string): Promise<string[]> {
  const rows = await deployment.backends.db('mail_outbox').where({ recipient });
  return rows.map(({ kind }) => String(kind)).sort();
}

/** A relying party's browser, with tokens of a person. */
async function connected(
  deployment: TestDeployment,
  person = ALICE,
  scope = 'openid profile offline_access',
) {
  const party = await demoParty(deployment, 'notes-web');
  const browser = visitor(deployment);
  const tokens = await signIn(browser, party, person, { scope, prompt: 'consent' });
  const refreshes = () =>
    party.refresh(tokens.refresh_token ?? '').then(
      () => true,
      () => false,
    );
  const isSignedIn = async () => {
    const { url } = await party.begin({ prompt: 'none' });
    return (await browser.open(url.href)).url.includes('code=');
  };
  return { party, browser, tokens, refreshes, isSignedIn };
}

/** Which browsers a page of sessions names, this one first. */
const browsersOn = (page: PlainPage) =>
  page.document.querySelectorAll('.items h2').map(({ text }) => text.replace(/\s+/g, ' ').trim());

for (const store of STORES) {
  describe(`a new password (${store})`, () => {
    let deployment: TestDeployment;
    before(async () => {
      deployment = await startDeployment({ store, env: MAIL });
    });
    after(() => deployment.stop());

    it('signs out everybody else, for good, and goes on here', async () => {
      const elsewhere = await connected(deployment);
      const guest = accountGuest(deployment);
      const form = await guest.open('/password');
      assert.equal(headingOf(form), 'Password');
      const copied = await guest.browser.jar.getCookieString(`${deployment.publicUrl}/account`);
      assert.deepEqual(
        form.document.querySelectorAll('input[type=password]').map((f) => f.getAttribute('name')),
        ['password', 'password_again'],
      );

      const done = await guest.browser.submit(form, {
        password: NEW_PASSWORD,
        password_again: NEW_PASSWORD,
      });
      assert.equal(pathOf(done), '/account/password');
      assert.match(statusOf(done) ?? '', /is changed, and every other browser is signed out/);
      assert.equal(await elsewhere.refreshes(), false);
      assert.equal(await elsewhere.isSignedIn(), false);
      const thief = await fetch(`${deployment.publicUrl}/account`, {
        headers: { cookie: copied },
        redirect: 'manual',
      });
      assert.equal(thief.status, 303);
      await thief.body?.cancel();
      assert.equal(headingOf(await guest.visit('/account')), 'Your account');
      assert.deepEqual(await queued(deployment, 'alice@example.com'), [
        'security_notice.password_changed',
      ]);

      const again = accountGuest(deployment, { ...ALICE, password: NEW_PASSWORD });
      assert.equal(headingOf(await again.open()), 'Your account');
      const refused = await walkThrough(
        createPlainBrowser(),
        `${deployment.publicUrl}/account`,
        ALICE,
      );
      assert.equal(refused.status, 422);
    });
  });
}

describe('the page for a new password', () => {
  let deployment: TestDeployment;
  before(async () => {
    deployment = await startDeployment();
  });
  after(() => deployment.stop());

  it('says at the field what is wrong, and gives no password back', async () => {
    const guest = accountGuest(deployment);
    const form = await guest.open('/password');
    for (const [password, again, problem] of [
      ['', '', 'Enter a new password.'],
      ['short', 'short', 'Use at least 8 characters.'],
      ['one of these two', 'the other of these', 'The two passwords are not the same.'],
      ['alice@example.com', 'alice@example.com', 'That is little more than your own data'],
      ['long '.repeat(300), 'long '.repeat(300), 'That is too long.'],
    ] as const) {
      const page = await guest.browser.submit(form, { password, password_again: again });
      assert.equal(page.status, 422, problem);
      const said = page.document.querySelector('.field-problem')?.text ?? '';
      assert.ok(said.startsWith(problem), said);
      assert.equal(fieldOf(page, 'password'), undefined);
      assert.ok(password === '' || !page.text.includes(password));
    }
    assert.equal(headingOf(await accountGuest(deployment).open()), 'Your account');
  });

  it('asks who it is after a while, and keeps nothing of a form that came too late', async () => {
    const guest = accountGuest(deployment, BOB);
    const form = await guest.open('/password');
    await ageSignIns(deployment, 6 * 60);
    const asked = await guest.visit('/account/password');
    assert.equal(headingOf(asked), 'Confirm it’s you');
    // The form that is open may still be sent.
    const late = { password: NEW_PASSWORD, password_again: 'another one' };
    assert.equal((await guest.browser.submit(form, late)).status, 422);
    await ageSignIns(deployment, 10 * 60);
    const tooLate = await guest.browser.submit(form, {
      password: NEW_PASSWORD,
      password_again: NEW_PASSWORD,
    });
    assert.equal(headingOf(tooLate), 'Confirm it’s you');
    const page = await guest.browser.submit(tooLate, { ...BOB }, { action: '/sign-in' });
    assert.equal(pathOf(page), '/account/password');
    assert.equal(statusOf(page), undefined);
  });
});

describe('where a person is signed in', () => {
  let deployment: TestDeployment;
  before(async () => {
    deployment = await startDeployment({ env: MAIL });
    // Nobody here is on the way to confirm an address.
    await deployment.backends.db('accounts').update({ email_verified: true });
  });
  after(() => deployment.stop());

  /** Somebody in another browser, with an application open. */
  async function elsewhere(userAgent: string) {
    const party = await demoParty(deployment, 'payroll-web');
    const browser = createPlainBrowser({
      stopAt: (url) => url.startsWith(party.redirectUri),
      fetch: (input, init = {}) => {
        const headers = new Headers(init.headers);
        headers.set('user-agent', userAgent);
        return fetch(input, { ...init, headers });
      },
    });
    await signIn(browser, party, ALICE);
    return async () => {
      const { url } = await party.begin({ prompt: 'none' });
      return (await browser.open(url.href)).url.includes('code=');
    };
  }

  it('is listed by browser, time and place, this one first', async () => {
    await elsewhere(SAFARI);
    const guest = accountGuest(deployment);
    const page = await guest.open('/sessions');
    assert.deepEqual(browsersOn(page), ['Unknown browser This browser', 'Safari on macOS']);
    const [, other] = page.document.querySelectorAll('.items li');
    assert.match(other?.text ?? '', /Last used .*, from (127\.0\.0\.1|::1)/);
    assert.match(other?.text ?? '', /Used for Payroll/);
    assert.doesNotMatch(page.text, /gatehouse-account/);
    assert.equal(page.document.querySelectorAll('.items form').length, 1);
  });

  it('can be ended one by one, and all others at once', async () => {
    const guest = accountGuest(deployment);
    await guest.browser.submit(await guest.open('/sessions'), {}, { action: '/end-others' });
    const [one, two] = [await elsewhere(SAFARI), await elsewhere('Another/1.0')];
    const page = await guest.open('/sessions');
    assert.equal(browsersOn(page).length, 3);
    const handle = page.document
      .querySelectorAll('.items li')
      .find((item) => item.text.includes('Safari'))
      ?.querySelector('input[name=session]')
      ?.getAttribute('value');
    const ended = await guest.browser.submit(page, { session: handle ?? '' }, { action: '/end' });
    assert.equal(statusOf(ended), 'That browser is signed out.');
    assert.deepEqual([await one(), await two()], [false, true]);
    // Once more does no harm, and neither does what nobody has.
    for (const session of [handle ?? '', 'x'.repeat(43), '']) {
      const again = await guest.browser.submit(page, { session }, { action: '/end' });
      assert.equal(again.status, 200);
    }
    const last = await guest.browser.submit(ended, {}, { action: '/end-others' });
    assert.equal(statusOf(last), 'Every other browser is signed out.');
    assert.deepEqual(browsersOn(last), ['Unknown browser This browser']);
    assert.equal(await two(), false);
    const mail = await queued(deployment, 'alice@example.com');
    assert.ok(mail.includes('security_notice.sessions_ended'));
  });

  it('is nobody else’s to end', async () => {
    const isIn = await elsewhere(SAFARI);
    const alices = await accountGuest(deployment).open('/sessions');
    const handles = alices.document
      .querySelectorAll('input[name=session]')
      .map((input) => input.getAttribute('value') ?? '');
    assert.ok(handles.length > 0);
    const bob = accountGuest(deployment, BOB);
    const other = accountGuest(deployment, BOB);
    await other.open();
    const page = await bob.open('/sessions');
    for (const session of handles) {
      await bob.browser.submit(page, { session }, { action: '/end' });
    }
    await bob.browser.submit(page, {}, { action: '/end-others' });
    assert.equal(await isIn(), true);
    assert.match(pathOf(await other.visit('/account')), /^\/interaction\//);
  });
});

for (const store of STORES) {
  describe(`applications with access (${store})`, () => {
    let deployment: TestDeployment;
    before(async () => {
      deployment = await startDeployment({ store });
    });
    after(() => deployment.stop());

    it('are shown with what they can do, and lose it when it is taken back', async () => {
      const guest = accountGuest(deployment);
      assert.match((await guest.open('/applications')).text, /No application has access/);
      const notes = await connected(deployment);
      const page = await guest.open('/applications');
      assert.match(page.text, /Notes/);
      const allowed = page.document.querySelectorAll('.permission').map(({ text }) => text);
      assert.deepEqual(allowed.sort(), [
        'Recognise you',
        'See your profile',
        'Stay connected while you are away',
      ]);
      assert.equal(await notes.refreshes(), true);

      const done = await guest.browser.submit(page, {}, { action: '/withdraw' });
      assert.match(statusOf(done) ?? '', /has no access to your account any more/);
      assert.match(done.text, /No application has access/);
      assert.equal(await notes.refreshes(), false);
      const { url } = await notes.party.begin({ scope: 'openid profile' });
      const asked = await notes.browser.open(url.href);
      assert.match(asked.text, /asks for access|wants to/);
    });

    it('are nobody else’s to take access from', async () => {
      const notes = await connected(deployment);
      await connected(deployment, BOB);
      const bob = accountGuest(deployment, BOB);
      await bob.browser.submit(await bob.open('/applications'), {}, { action: '/withdraw' });
      assert.equal(await notes.refreshes(), true);
    });
  });
}

describe('what a page asks of a sign-in', () => {
  let deployment: TestDeployment;
  let guest: AccountGuest;
  let tenantId: string;
  before(async () => {
    deployment = await startDeployment();
    guest = accountGuest(deployment);
    await guest.open();
    const { db, tenants, accounts } = deployment.backends;
    tenantId = (await tenants.findBySlug('default'))?.id ?? '';
    const alice = await accounts.findByIdentifier(tenantId, 'alice');
    await insertSecondFactors(db, tenantId, alice?.account.id ?? '');
  });
  after(() => deployment.stop());

  const asked = async (path: string): Promise<URLSearchParams | undefined> => {
    const response = await guest.browser.request(`${deployment.publicUrl}/account${path}`);
    await response.body?.cancel();
    if (response.status === 200) return undefined;
    return new URL(response.headers.get('location') ?? '', deployment.publicUrl).searchParams;
  };
  const proves = (acr: string) =>
    deployment.backends.db.raw(
      `update artifacts set payload = payload::jsonb || jsonb_build_object('acr', ?::text)
        where model = 'Session'`,
      [acr],
    );

  it('is the second factor of whoever has got one since', async () => {
    assert.equal((await asked(''))?.get('state'), '/account');
    assert.equal((await asked('/profile'))?.get('acr_values'), null);
    await proves(ACR_REMEMBERED_BROWSER);
    assert.equal(await asked(''), undefined);
  });

  it('is the second factor itself before anything dangerous, however fresh the sign-in', async () => {
    await proves(ACR_REMEMBERED_BROWSER);
    assert.equal((await asked('/password'))?.get('acr_values'), ACR_MULTI_FACTOR);
    await proves(ACR_MULTI_FACTOR);
    assert.equal(await asked('/password'), undefined);
  });

  it('is nothing of the kind where a tenant has no second factors', async () => {
    const { db } = deployment.backends;
    await db.raw(`update tenants set settings = settings || '{"mfa":"off"}' where id = ?`, [
      tenantId,
    ]);
    await deployment.backends.tenants.touch(tenantId);
    await deployment.replicas[0]?.gatehouse.feed.lookNow();
    await proves('urn:gatehouse:acr:single-factor');
    assert.equal(await asked('/password'), undefined);
  });
});
