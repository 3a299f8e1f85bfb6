import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import {
  type AccountGuest,
  accountGuest,
  ageSignIns,
  headingOf,
  pathOf,
  statusOf,
} from '../account-visit.ts';
import { demoParty, visitor } from '../demo-clients.ts';
import { insertAccount } from '../fixtures.ts';
import { ALICE, BOB, startDeployment, type TestDeployment } from '../gatehouse.ts';
import { createPlainBrowser, type PlainPage } from '../plain-browser.ts';
import { type Person, signIn, walkThrough } from '../relying-party.ts';

/** Mail is on, but nothing takes it: what is queued can be looked at. */
const MAIL = { SMTP_URL: 'smtp://127.0.0.1:1', MAIL_FROM: 'no-reply@login.example' };
const QUARTER_HOUR_SECONDS = 16 * 60;

describe('what an account leaves behind, on its page', () => {
  let deployment: TestDeployment;
  let tenantId: string;
  let people = 0;
  let owner: Person & { readonly id: string; readonly email: string };
  let guest: AccountGuest;

  before(async () => {
    deployment = await startDeployment({ env: MAIL });
    const { db, tenants } = deployment.backends;
    tenantId = (await tenants.findBySlug('default'))?.id ?? '';
    // Nobody here is on the way to confirm an address.
    await db('accounts').update({ email_verified: true });
  });
  beforeEach(async () => {
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
    owner = { identifier, email, password: ALICE.password, id };
    guest = accountGuest(deployment, owner);
  });
  after(() => deployment.stop());

  const textOf = (page: PlainPage) =>
    (page.document.querySelector('main')?.text ?? '').replace(/\s+/g, ' ').trim();
  const happened = (page: PlainPage) =>
    page.document.querySelectorAll('.items .what').map(({ text }) => text.trim());
  const exists = async () =>
    (await deployment.backends.accounts.findById(tenantId, owner.id)) !== undefined;
  const goodbyes = () =>
    deployment.backends
      .db('mail_outbox')
      .where({ recipient: owner.email, kind: 'security_notice.account_deleted' });

  describe('its activity', () => {
    it('is what happened to it, the newest first, with where it came from', async () => {
      const wrong = { ...owner, password: 'not the password' };
      await walkThrough(createPlainBrowser(), `${deployment.publicUrl}/account`, wrong);
      await signIn(visitor(deployment), await demoParty(deployment, 'notes-web'), owner);
      await guest.browser.submit(await guest.open('/profile'), { nickname: 'Pat' });
      const page = await guest.open('/activity');
      assert.equal(headingOf(page), 'Recent activity');
      assert.deepEqual(happened(page), [
        'Profile changed',
        'Signed in',
        'Application allowed',
        'Signed in',
        'A sign-in failed',
      ]);
      assert.match(textOf(page), /Application allowed .*, from .*127\.0\.0\.1.* For .*Notes/);
      assert.doesNotMatch(page.text, /gatehouse-account/);
      assert.equal(page.document.querySelectorAll('.failed').length, 1);
    });

    it('is shown by the page, as far back as it goes', async () => {
      await guest.open();
      const { audit } = deployment.backends;
      const by = { type: 'account', id: owner.id } as const;
      for (let n = 0; n < 65; n += 1) {
        const event = { kind: 'passkey.renamed', tenantId, outcome: 'success', actor: by } as const;
        await audit.record(event);
      }
      const pages = [await guest.open('/activity')];
      for (;;) {
        const older = pages.at(-1)?.document.querySelector('.go a')?.getAttribute('href');
        if (older === undefined) break;
        pages.push(await guest.visit(older));
      }
      assert.deepEqual(
        pages.map((page) => happened(page).length),
        [30, 30, 6],
      );
      assert.equal(happened(pages[2] as PlainPage).at(-1), 'Signed in');
      const odd = await guest.visit('/account/activity?before=nonsense');
      assert.equal(odd.status, 400);
    });

    it('names no operator, and tells nobody else’s', async () => {
      const { audit } = deployment.backends;
      await audit.record({
        kind: 'second_factor.reset',
        tenantId,
        outcome: 'success',
        actor: { type: 'operator', id: 'olga' },
        subject: { type: 'account', id: owner.id },
        address: '203.0.113.9',
      });
      const page = await guest.open('/activity');
      assert.match(textOf(page), /All second steps removed .* By the people who run this site/);
      assert.doesNotMatch(page.text, /olga|203\.0\.113\.9/);
      const bob = accountGuest(deployment, BOB);
      assert.ok(!happened(await bob.open('/activity')).includes('All second steps removed'));
    });
  });

  describe('a copy of its data', () => {
    it('is one file of everything, and its making is on record', async () => {
      const page = await guest.open('/data');
      const file = await guest.browser.submit(page, {});
      assert.equal(file.status, 200);
      assert.match(file.headers.get('content-type') ?? '', /^application\/json/);
      assert.match(
        file.headers.get('content-disposition') ?? '',
        /^attachment; filename="[\w.-]+"$/,
      );
      assert.equal(file.headers.get('cache-control'), 'no-store');
      const data = JSON.parse(file.text);
      assert.equal(data.format, 'gatehouse-account/1');
      assert.equal(data.account.id, owner.id);
      assert.equal(data.sessions.length, 1);
      const [{ hash }] = await deployment.backends
        .db('passwords')
        .where({ account_id: owner.id })
        .select('hash');
      assert.ok(!file.text.includes(hash));
      assert.equal(happened(await guest.open('/activity'))[0], 'Data downloaded');
    });

    it('is for whoever has signed in a moment ago', async () => {
      const page = await guest.open('/data');
      await ageSignIns(deployment, QUARTER_HOUR_SECONDS);
      const asked = await guest.browser.submit(page, {});
      assert.equal(headingOf(asked), 'Confirm it’s you');
      const back = await guest.browser.submit(asked, { ...owner }, { action: '/sign-in' });
      assert.equal(pathOf(back), '/account/data');
      assert.ok(!happened(await guest.open('/activity')).includes('Data downloaded'));
    });
  });

  describe('its end', () => {
    it('is asked for twice, and then final', async () => {
      const party = await demoParty(deployment, 'notes-web');
      const browser = visitor(deployment);
      const tokens = await signIn(browser, party, owner, {
        scope: 'openid offline_access',
        prompt: 'consent',
      });
      const form = await guest.open('/data/delete');
      assert.equal(headingOf(form), 'Delete your account');
      const unsure = await guest.browser.submit(form, {}, { action: '/delete' });
      assert.equal(unsure.status, 422);
      assert.match(textOf(unsure), /Confirm that you know this cannot be undone\./);
      assert.equal(await exists(), true);

      const gone = await guest.browser.submit(unsure, { sure: 'yes' }, { action: '/delete' });
      assert.equal(gone.status, 200);
      assert.equal(headingOf(gone), 'Your account is deleted');
      assert.equal(await exists(), false);
      assert.equal((await goodbyes()).length, 1);
      assert.match(pathOf(await guest.visit('/account')), /^\/interaction\//);
      await assert.rejects(party.refresh(tokens.refresh_token ?? ''));
      const refused = await walkThrough(
        createPlainBrowser(),
        `${deployment.publicUrl}/account`,
        owner,
      );
      assert.equal(refused.status, 422);
    });

    it('comes once, of two forms that are sent at once', async () => {
      const form = await guest.open('/data/delete');
      const pages = await Promise.all(
        [1, 2].map(() => guest.browser.submit(form, { sure: 'yes' }, { action: '/delete' })),
      );
      assert.ok(pages.some((page) => headingOf(page) === 'Your account is deleted'));
      for (const page of pages) assert.ok(page.status < 500, textOf(page));
      assert.equal(await exists(), false);
      assert.equal((await goodbyes()).length, 1);
    });

    it('is for whoever has signed in a moment ago, and for nobody else', async () => {
      const form = await guest.open('/data/delete');
      await ageSignIns(deployment, QUARTER_HOUR_SECONDS);
      const asked = await guest.browser.submit(form, { sure: 'yes' }, { action: '/delete' });
      assert.equal(headingOf(asked), 'Confirm it’s you');
      const back = await guest.browser.submit(asked, { ...owner }, { action: '/sign-in' });
      assert.equal(pathOf(back), '/account/data/delete');
      assert.equal(statusOf(back), undefined);
      assert.equal(await exists(), true);
      // With the form of somebody else's page.
      const bob = accountGuest(deployment, BOB);
      await bob.open('/data/delete');
      const url = `${deployment.publicUrl}/account/data/delete`;
      const csrf = form.document.querySelector('input[name=csrf]')?.getAttribute('value') ?? '';
      const stolen = await bob.browser.request(url, {
        method: 'POST',
        headers: { origin: deployment.publicUrl },
        body: new URLSearchParams({ csrf, sure: 'yes' }),
      });
      assert.equal(stolen.status, 403);
      await stolen.body?.cancel();
    });
  });
});
