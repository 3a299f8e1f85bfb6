import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { ACCOUNT_ROUTES } from '../../account-page/route-table.ts';
import type { PasskeyCreationOptions } from '../../accounts/register-passkey.ts';
import {
  type AccountGuest,
  accountGuest,
  ageSignIns,
  headingOf,
  pathOf,
  statusOf,
} from '../account-visit.ts';
import { recoveryCodesOn, scanInto } from '../authenticator-app.ts';
import { insertAccount } from '../fixtures.ts';
import { ALICE, startDeployment, type TestDeployment } from '../gatehouse.ts';
import type { PlainPage } from '../plain-browser.ts';
import type { Person } from '../relying-party.ts';
import { seedMore } from '../seed-more.ts';
import { createSoftAuthenticator, type SoftAuthenticator } from '../soft-authenticator.ts';
import { startUpstreamServer, type UpstreamServer } from '../upstream-server.ts';

/** Mail is on, but nothing takes it: what is queued can be looked at. */
const MAIL = { SMTP_URL: 'smtp://127.0.0.1:1', MAIL_FROM: 'no-reply@login.example' };
const STEP_MS = 30_000;
const DAY_SECONDS = 24 * 60 * 60;

type Owner = Person & { readonly id: string };

describe('what somebody signs in with, on their account page', () => {
  let deployment: TestDeployment;
  let upstream: UpstreamServer;
  let tenantId: string;
  let people = 0;
  let ahead = 0;
  let owner: Owner;
  let guest: AccountGuest;
  const now = () => new Date(Date.now() + ahead);
  const nextCode = () => {
    ahead += STEP_MS;
  };

  before(async () => {
    upstream = await startUpstreamServer();
    deployment = await startDeployment({ env: MAIL, now });
    const { clientId: client_id, clientSecret: value, issuer } = upstream;
    await seedMore(deployment, {
      slug: 'default',
      name: 'Gatehouse Demo',
      upstreams: [{ key: 'up', name: 'Elsewhere', issuer, client_id, client_secret: { value } }],
    });
    tenantId = (await deployment.backends.tenants.findBySlug('default'))?.id ?? '';
    await setTenant({ emailCode: false });
  });
  beforeEach(async () => {
    owner = await newOwner();
    guest = accountGuest(deployment, owner);
    upstream.person = { sub: `at-upstream-${people}`, email: `pat-${people}@up.example` };
  });
  after(async () => {
    await deployment.stop();
    await upstream.close();
  });

  /** Somebody with Alice's password. */
  async function newOwner(): Promise<Owner> {
    people += 1;
    const { db } = deployment.backends;
    const [{ hash }] = await db('passwords')
      .join('accounts', 'accounts.id', 'passwords.account_id')
      .where({ username_key: 'alice', 'accounts.tenant_id': tenantId })
      .select('hash');
    const identifier = `person-${people}`;
    const email = `${identifier}@acme.example`;
    const account = { username: identifier, email, passwordHash: hash };
    const id = await insertAccount(db, tenantId, account);
    await db('accounts').where({ id }).update({ email_verified: true });
    return { identifier, password: ALICE.password, id };
  }
  async function setTenant(settings: Record<string, unknown>): Promise<void> {
    const { db, tenants } = deployment.backends;
    await db.raw('update tenants set settings = settings || ?::jsonb where id = ?', [
      JSON.stringify(settings),
      tenantId,
    ]);
    await tenants.touch(tenantId);
    await deployment.replicas[0]?.gatehouse.feed.lookNow();
  }
  async function mailed(): Promise<string[]> {
    const rows = await deployment.backends
      .db('mail_outbox')
      .where({ account_id: owner.id })
      .orderBy('created_at');
    return rows.map(({ kind }) => String(kind).replace('security_notice.', ''));
  }
  const forgetPassword = () =>
    deployment.backends.db('passwords').where({ account_id: owner.id }).delete();
  const textOf = (page: PlainPage) =>
    (page.document.querySelector('main')?.text ?? '').replace(/\s+/g, ' ').trim();
  const has = (page: PlainPage, action: string) =>
    page.document.querySelector(`form[action$="${action}"]`) !== null;

  async function setUpApp(by = guest) {
    const form = await by.open('/methods/app/add');
    const app = scanInto(form, now);
    const shown = await by.browser.submit(form, { code: app.code() });
    return { app, form, shown, codes: recoveryCodesOn(shown) };
  }
  /** What a new sign-in of the owner stops at. */
  const signInAnew = async () => {
    const other = accountGuest(deployment, owner);
    return { other, page: await other.open() };
  };
  /** Whether a code opens a sign-in of the owner that asks for one. */
  const opens = async (code: string, action = '/second-factor') => {
    const { other, page } = await signInAnew();
    const asked =
      action === '/second-factor'
        ? page
        : await other.browser.submit(page, { factor: 'recovery_code' }, { action: '/factor' });
    return pathOf(await other.browser.submit(asked, { code }, { action: '/second-factor' }));
  };

  const optionsOn = (page: PlainPage): PasskeyCreationOptions =>
    JSON.parse(
      page.document.querySelector('form[data-passkey=create]')?.getAttribute('data-options') ?? '',
    );
  const authenticator = () => createSoftAuthenticator({ origin: deployment.publicUrl });
  async function addPasskey(device: SoftAuthenticator = authenticator(), name = '', by = guest) {
    const form = await by.open('/methods/passkeys/add');
    const passkey = device.create(optionsOn(form));
    return by.browser.submit(form, { passkey, name }, { action: '/add' });
  }
  const listed = (page: PlainPage) =>
    page.document.querySelectorAll('.items h2').map(({ text }) => text.trim());

  async function connect(by = guest) {
    const page = await by.open('/methods/connected');
    return by.browser.submit(page, {}, { action: '/connected/add' });
  }

  describe('an authenticator app', () => {
    it('is set up with its first code, brings recovery codes, and is asked for from then on', async () => {
      assert.match(textOf(await guest.open('/methods')), /Authenticator app Off/);
      const { app, shown, codes } = await setUpApp();
      assert.equal(pathOf(shown), '/account/methods/recovery-codes');
      assert.match(statusOf(shown) ?? '', /^Your app is set up\./);
      assert.equal(codes.length, 10);
      assert.deepEqual(await mailed(), ['second_factor_added', 'recovery_codes_made']);

      const methods = await guest.browser.submit(shown, {}, { action: '/saved' });
      assert.match(textOf(methods), /Authenticator app On Recovery codes 10 left/);
      // What was proved a moment ago is not asked for again.
      assert.equal(headingOf(await guest.open('/password')), 'Password');
      const { page } = await signInAnew();
      assert.match(textOf(page), /authenticator app/);
      nextCode();
      assert.equal(await opens(app.code()), '/account');
    });

    it('takes no code that it does not show, and none that sets it up twice', async () => {
      const form = await guest.open('/methods/app/add');
      const app = scanInto(form, now);
      for (const code of ['', '000000', 'abcdef']) {
        if (code === app.code()) continue;
        const refused = await guest.browser.submit(form, { code });
        assert.equal(refused.status, 422);
        assert.equal(scanInto(refused, now).secret, app.secret);
      }
      const code = app.code();
      const send = () => guest.browser.submit(form, { code });
      await Promise.all([send(), send()]);
      // Whoever sent it once more, when the first answer was long there, is told the same.
      const again = await send();
      assert.match(statusOf(again) ?? '', /^Your app is set up\./, textOf(again));
      assert.match(textOf(await guest.open('/methods')), /Authenticator app On/);
      assert.deepEqual(await mailed(), ['second_factor_added', 'recovery_codes_made']);
    });

    it('takes the place of the one before, whose codes no longer work', async () => {
      const first = await setUpApp();
      nextCode();
      const page = await guest.open('/methods/app');
      assert.match(textOf(page), /Set up another app in its place/);
      const second = await setUpApp();
      // Codes for the case of loss are there already.
      assert.equal(pathOf(second.shown), '/account/methods/app');
      nextCode();
      assert.notEqual(await opens(first.app.code()), '/account');
      assert.equal(await opens(second.app.code()), '/account');
    });

    it('is removed with the recovery codes that stand in for it', async () => {
      const { shown } = await setUpApp();
      await guest.browser.submit(shown, {}, { action: '/saved' });
      const page = await guest.open('/methods/app');
      const done = await guest.browser.submit(page, {}, { action: '/remove' });
      assert.match(statusOf(done) ?? '', /^The app is removed\./);
      assert.equal((await mailed()).at(-1), 'second_factor_removed');
      assert.match(textOf(await guest.open('/methods')), /app Off Recovery codes None/);
      assert.equal(pathOf((await signInAnew()).page), '/account');
      // Once more does no harm, and tells nobody.
      const sent = (await mailed()).length;
      assert.equal((await guest.browser.submit(page, {}, { action: '/remove' })).status, 200);
      assert.equal((await mailed()).length, sent);
    });

    it('stays where the tenant lets nobody be without', async () => {
      await setUpApp();
      const open = await guest.open('/methods/app');
      await setTenant({ mfa: 'required' });
      const page = await guest.open('/methods/app');
      assert.equal(has(page, '/remove'), false);
      assert.match(textOf(page), /This site asks for a second step\./);
      const refused = await guest.browser.submit(open, {}, { action: '/remove' });
      assert.equal(has(refused, '/remove'), false);
      await setTenant({ mfa: 'optional' });
      assert.match(textOf(await guest.open('/methods/app')), /Last used/);
    });

    it('is not there where the tenant has no second factors', async () => {
      const form = await guest.open('/methods/app/add');
      const app = scanInto(form, now);
      await setTenant({ mfa: 'off' });
      for (const path of ['app', 'app/add', 'recovery-codes', 'browsers']) {
        assert.equal(pathOf(await guest.open(`/methods/${path}`)), '/account/methods', path);
      }
      const refused = await guest.browser.submit(form, { code: app.code() });
      assert.equal(pathOf(refused), '/account/methods');
      await setTenant({ mfa: 'optional' });
      assert.match(textOf(await guest.open('/methods')), /Authenticator app Off/);
    });
  });

  describe('recovery codes', () => {
    it('are made anew, and those before stop working', async () => {
      const { shown, codes: before } = await setUpApp();
      const methods = await guest.browser.submit(shown, {}, { action: '/saved' });
      assert.equal(statusOf(methods), 'Keep your recovery codes where only you find them.');
      const page = await guest.open('/methods/recovery-codes');
      assert.match(textOf(page), /10 left/);
      const made = await guest.browser.submit(page, {}, { action: '/recovery-codes' });
      const codes = recoveryCodesOn(made);
      assert.equal(codes.filter((code) => !before.includes(code)).length, 10);
      assert.notEqual(await opens(before[0] ?? '', '/recovery-code'), '/account');
      assert.equal(await opens(codes[0] ?? '', '/recovery-code'), '/account');
      assert.equal((await mailed()).filter((kind) => kind === 'recovery_codes_made').length, 2);
    });

    it('are shown where they were made until they are saved, and nowhere else', async () => {
      const { app, codes } = await setUpApp();
      assert.deepEqual(recoveryCodesOn(await guest.open('/methods/recovery-codes')), codes);
      const cookies = await guest.browser.jar.getCookieString(`${deployment.publicUrl}/account`);
      const [, kept = ''] = /gatehouse_codes_default=([^;]+)/.exec(cookies) ?? [];
      assert.notEqual(kept, '');
      for (const code of codes) assert.ok(!cookies.includes(code));

      // Another session, of the owner or of somebody else, that has got hold of the cookie.
      nextCode();
      const { other, page: asked } = await signInAnew();
      await other.browser.submit(asked, { code: app.code() }, { action: '/second-factor' });
      const stranger = accountGuest(deployment, await newOwner());
      await stranger.open();
      for (const { browser } of [other, stranger]) {
        const cookie = `gatehouse_codes_default=${kept}; Path=/`;
        await browser.jar.setCookie(cookie, deployment.publicUrl);
        const elsewhere = await browser.open(
          `${deployment.publicUrl}/account/methods/recovery-codes`,
        );
        assert.equal(pathOf(elsewhere), '/account/methods/recovery-codes');
        assert.deepEqual(recoveryCodesOn(elsewhere), []);
      }

      const page = await guest.open('/methods/recovery-codes');
      await guest.browser.submit(page, {}, { action: '/saved' });
      assert.deepEqual(recoveryCodesOn(await guest.open('/methods/recovery-codes')), []);
    });

    it('are not shown any more once others have been made', async () => {
      const { shown } = await setUpApp();
      const { jar } = guest.browser;
      const [cookie] = (await jar.getCookies(deployment.publicUrl)).filter(
        ({ key }) => key === 'gatehouse_codes_default',
      );
      assert.ok(cookie);
      const methods = await guest.browser.submit(shown, {}, { action: '/saved' });
      assert.equal(pathOf(methods), '/account/methods');
      const page = await guest.open('/methods/recovery-codes');
      const made = await guest.browser.submit(page, {}, { action: '/recovery-codes' });
      assert.equal(recoveryCodesOn(made).length, 10);
      // As when two answers cross: the browser keeps the older codes.
      await jar.setCookie(cookie, deployment.publicUrl);
      const later = await guest.open('/methods/recovery-codes');
      assert.deepEqual(recoveryCodesOn(later), []);
      assert.match(textOf(later), /10 left/);
    });

    it('are not made for whoever has no second factor', async () => {
      const page = await guest.open('/methods/recovery-codes');
      assert.match(textOf(page), /Set one of these up first/);
      assert.equal(has(page, '/recovery-codes'), false);
    });
  });

  describe('a remembered browser', () => {
    async function rememberOne(app: { code(): string }) {
      nextCode();
      const { other, page } = await signInAnew();
      const fields = { code: app.code(), remember: 'yes' };
      await other.browser.submit(page, fields, { action: '/second-factor' });
      return other;
    }

    it('is listed, and asked for the second factor again once it is forgotten', async () => {
      const { app } = await setUpApp();
      await rememberOne(app);
      await rememberOne(app);
      const page = await guest.open('/methods/browsers');
      assert.equal(listed(page).length, 2);
      assert.match(textOf(page), /Remembered on .*, from .*127\.0\.0\.1/);

      // Somebody else's to forget it is not.
      const stranger = accountGuest(deployment, await newOwner());
      const theirs = await setUpApp(stranger);
      await stranger.browser.submit(theirs.shown, {}, { action: '/saved' });
      const id = page.document.querySelector('input[name=browser]')?.getAttribute('value') ?? '';
      await stranger.visit('/account/methods/browsers');
      const own = await stranger.open('/methods/browsers');
      assert.deepEqual(listed(own), []);

      const one = await guest.browser.submit(page, { browser: id }, { action: '/forget' });
      assert.equal(statusOf(one), 'That browser is forgotten.');
      assert.equal(listed(one).length, 1);
      const nothing = await guest.browser.submit(page, { browser: 'x' }, { action: '/forget' });
      assert.equal(listed(nothing).length, 1);
      const all = await guest.browser.submit(page, {}, { action: '/forget-all' });
      assert.equal(statusOf(all), 'All browsers are forgotten.');
      assert.deepEqual(listed(all), []);
    });
  });

  describe('a passkey', () => {
    it('is added, renamed and removed, with a mail to its owner', async () => {
      const shown = await addPasskey(authenticator(), 'Blue key');
      assert.equal(pathOf(shown), '/account/methods/recovery-codes');
      assert.match(statusOf(shown) ?? '', /^Your passkey is added\./);
      assert.equal(recoveryCodesOn(shown).length, 10);
      assert.deepEqual(await mailed(), ['passkey_added', 'recovery_codes_made']);

      const page = await guest.open('/methods/passkeys');
      assert.deepEqual(listed(page), ['Blue key']);
      const renamed = await guest.browser.submit(
        page,
        { name: '  Red\tkey ' },
        { action: '/rename' },
      );
      assert.equal(statusOf(renamed), 'The name is saved.');
      assert.deepEqual(listed(renamed), ['Red key']);
      const removed = await guest.browser.submit(renamed, {}, { action: '/remove' });
      assert.match(statusOf(removed) ?? '', /^The passkey is removed\./);
      assert.deepEqual(listed(removed), []);
      assert.equal((await mailed()).at(-1), 'passkey_removed');
      assert.match(textOf(await guest.open('/methods')), /Passkeys None .* Recovery codes None/);
      const sent = (await mailed()).length;
      const again = await guest.browser.submit(renamed, {}, { action: '/remove' });
      assert.equal(again.status, 200);
      assert.equal((await mailed()).length, sent);
    });

    it('is asked for at the next sign-in, as a second factor', async () => {
      await addPasskey();
      const { page } = await signInAnew();
      assert.match(pathOf(page), /^\/interaction\//);
      assert.ok(page.document.querySelector('form[data-passkey=get]'), textOf(page));
    });

    it('is not added by what answers another question, or the same one twice', async () => {
      const form = await guest.open('/methods/passkeys/add');
      const stale = authenticator().create(optionsOn(form));
      const fresh = await guest.open('/methods/passkeys/add');
      for (const passkey of ['', 'nonsense', '{}', stale]) {
        const refused = await guest.browser.submit(fresh, { passkey }, { action: '/add' });
        assert.equal(refused.status, 422, passkey);
      }
      assert.deepEqual(listed(await guest.open('/methods/passkeys')), []);
      const last = await guest.open('/methods/passkeys/add');
      const passkey = authenticator().create(optionsOn(last));
      await Promise.all(
        [1, 2].map(() => guest.browser.submit(last, { passkey }, { action: '/add' })),
      );
      assert.deepEqual(await mailed(), ['passkey_added', 'recovery_codes_made']);
      assert.equal(listed(await guest.open('/methods/passkeys')).length, 1);
    });

    it('is nobody else’s to rename or remove', async () => {
      await addPasskey(authenticator(), 'Mine');
      const mine = await guest.open('/methods/passkeys');
      const id = mine.document.querySelector('input[name=id]')?.getAttribute('value') ?? '';
      const stranger = accountGuest(deployment, await newOwner());
      await addPasskey(authenticator(), 'Theirs', stranger);
      const theirs = await stranger.open('/methods/passkeys');
      await stranger.browser.submit(theirs, { id, name: 'Stolen' }, { action: '/rename' });
      await stranger.browser.submit(theirs, { id }, { action: '/remove' });
      assert.deepEqual(listed(await guest.open('/methods/passkeys')), ['Mine']);
      assert.deepEqual(listed(await stranger.open('/methods/passkeys')), ['Theirs']);
    });

    it('stays as the only way in, also of two that are removed at once', async () => {
      await addPasskey(authenticator(), 'One');
      await addPasskey(authenticator(), 'Two');
      await forgetPassword();
      const page = await guest.open('/methods/passkeys');
      const ids = page.document
        .querySelectorAll('form[action$="/remove"] input[name=id]')
        .map((input) => input.getAttribute('value') ?? '');
      assert.equal(ids.length, 2);
      await Promise.all(ids.map((id) => guest.browser.submit(page, { id }, { action: '/remove' })));
      const left = await guest.open('/methods/passkeys');
      assert.equal(listed(left).length, 1);
      assert.match(textOf(left), /This is the only way into your account\./);
      assert.equal(has(left, '/remove'), false);
    });

    it('goes where a code by mail signs in as well', async () => {
      await addPasskey();
      await forgetPassword();
      await setTenant({ emailCode: true });
      const page = await guest.open('/methods/passkeys');
      const removed = await guest.browser.submit(page, {}, { action: '/remove' });
      assert.deepEqual(listed(removed), []);
      await setTenant({ emailCode: false });
    });
  });

  describe('a connected account', () => {
    it('signs in once it is connected, and not once it is not', async () => {
      const done = await connect();
      assert.equal(pathOf(done), '/account/methods/connected');
      assert.match(statusOf(done) ?? '', /^The account is connected\./);
      assert.match(textOf(done), /Elsewhere as .*pat-\d+@up\.example/);
      assert.deepEqual(await mailed(), ['sign_in_method_linked']);

      const other = accountGuest(deployment, owner);
      const asked = await other.visit('/account');
      const inside = await other.browser.submit(asked, {}, { action: '/upstream' });
      assert.equal(pathOf(inside), '/account');

      const page = await guest.open('/methods/connected');
      assert.equal(has(page, '/connected/add'), false);
      const undone = await guest.browser.submit(page, {}, { action: '/remove' });
      assert.equal(statusOf(undone), 'The account is disconnected.');
      assert.deepEqual(listed(undone), []);
      assert.equal((await mailed()).at(-1), 'sign_in_method_unlinked');
    });

    it('stays with whom it belongs to', async () => {
      await connect();
      const thief = accountGuest(deployment, await newOwner());
      const refused = await connect(thief);
      assert.equal(refused.status, 422);
      assert.match(textOf(refused), /is connected with another account here/);
      const mine = await guest.open('/methods/connected');
      const link = mine.document.querySelector('input[name=link]')?.getAttribute('value') ?? '';
      upstream.person = { sub: 'the-thief', email: 'thief@up.example' };
      const theirs = await connect(thief);
      await thief.browser.submit(theirs, { link }, { action: '/remove' });
      assert.equal(listed(await guest.open('/methods/connected')).length, 1);
    });

    it('is connected by no answer that this session did not ask for', async () => {
      const { browser } = guest;
      const begin = async (by: AccountGuest) => {
        const page = await by.open('/methods/connected');
        const form = page.document.querySelector('form[action$="/connected/add"]');
        const fields = form?.querySelectorAll('input').map((input) => {
          return [input.getAttribute('name') ?? '', input.getAttribute('value') ?? ''];
        });
        const response = await by.browser.request(
          `${deployment.publicUrl}${form?.getAttribute('action')}`,
          {
            method: 'POST',
            headers: { origin: deployment.publicUrl },
            body: new URLSearchParams(fields),
          },
        );
        const [, href = ''] = /href="(http[^"]+\/auth[^"]*)"/.exec(await response.text()) ?? [];
        assert.notEqual(href, '');
        return href.replaceAll('&amp;', '&');
      };
      const url = await begin(guest);
      const answer = await upstream.signIn(url);
      answer.set('provider', 'up');
      const there = (query: URLSearchParams) =>
        `${deployment.publicUrl}/account/methods/connected/answer?${query}`;

      // In the browser of somebody whom the link was sent to.
      const victim = accountGuest(deployment, await newOwner());
      await victim.open();
      const tricked = await victim.browser.open(there(answer));
      assert.match(textOf(tricked), /took too long, or was finished before/);
      assert.deepEqual(listed(tricked), []);
      // With a request of their own under way.
      await begin(victim);
      assert.deepEqual(listed(await victim.browser.open(there(answer))), []);

      const done = await browser.open(there(answer));
      assert.match(statusOf(done) ?? '', /^The account is connected\./, textOf(done));
      const replayed = await browser.open(there(answer));
      assert.match(textOf(replayed), /took too long, or was finished before/);
      assert.equal(listed(replayed).length, 1);
      // Whoever is not signed in any more signs in, and begins again.
      const nobody = accountGuest(deployment);
      assert.match(
        pathOf(await nobody.visit(`/account/methods/connected/answer?${answer}`)),
        /^\/interaction\//,
      );
    });

    it('says so when the person does not sign in there', async () => {
      upstream.person = undefined;
      const refused = await connect();
      assert.match(textOf(refused), /You did not sign in with Elsewhere\./);
      assert.deepEqual(listed(refused), []);
      assert.deepEqual(await mailed(), []);
    });

    it('stays as the only way in, and goes with a passkey to sign in with', async () => {
      const page = await connect();
      await forgetPassword();
      const kept = await guest.browser.submit(page, {}, { action: '/remove' });
      assert.match(textOf(kept), /This is the only way into your account\./);
      assert.equal(listed(kept).length, 1);
      assert.equal(has(kept, '/remove'), false);
      await addPasskey();
      const other = await guest.open('/methods/connected');
      assert.deepEqual(listed(await guest.browser.submit(other, {}, { action: '/remove' })), []);
    });
  });

  describe('each of these', () => {
    const dangerous = ACCOUNT_ROUTES.flatMap((route) =>
      route.access === 'session' && route.recent && route.path.includes('/methods/') ? [route] : [],
    );

    it('asks who it is before anything dangerous, and does nothing until then', async () => {
      assert.ok(dangerous.length >= 9);
      const { shown } = await setUpApp();
      await guest.browser.submit(shown, {}, { action: '/saved' });
      await addPasskey(authenticator(), 'Mine');
      const pages = await Promise.all(
        ['app', 'app/add', 'passkeys', 'passkeys/add', 'recovery-codes', 'connected'].map((path) =>
          guest.open(`/methods/${path}`),
        ),
      );
      pages.push(await connect());
      const sent = (await mailed()).length;
      await ageSignIns(deployment, DAY_SECONDS);
      for (const { method, path } of dangerous) {
        const page = method === 'POST' ? pages.find((one) => has(one, path)) : undefined;
        assert.ok(method === 'GET' || page, `${path} has no form`);
        const asked = page
          ? await guest.browser.submit(page, {}, { action: path })
          : await guest.visit(path);
        assert.match(pathOf(asked), /^\/interaction\//, `${method} ${path}`);
      }
      assert.equal((await mailed()).length, sent);
      const links = await deployment.backends.db('upstream_links').where({ account_id: owner.id });
      assert.equal(links.length, 1);
    });
  });
});
