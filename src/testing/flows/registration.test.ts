import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createTestCli } from '../cli.ts';
import { demoParty, visitor } from '../demo-clients.ts';
import { STORES, startDeployment, type TestDeployment } from '../gatehouse.ts';
import { codeIn, linkIn } from '../mail.ts';
import type { PlainBrowser, PlainPage } from '../plain-browser.ts';
import type { RelyingParty } from '../relying-party.ts';
import { seedMore } from '../seed-more.ts';

const PASSWORD = 'violet umbrella at noon';

for (const store of STORES) {
  describe(`an account of one's own, with sessions in ${store}`, () => {
    let deployment: TestDeployment;
    let party: RelyingParty;
    before(async () => {
      deployment = await startDeployment({ store, replicas: 2, mail: true });
      await seedMore(deployment, {
        slug: 'default',
        name: 'Gatehouse Demo',
        settings: { registration: 'open', emailCode: true },
        // No mailbox gets two codes within a minute: each test has people of its own.
        accounts: ['dora', 'erik', 'finn', 'gina', 'gwen'].map((name) => ({
          username: name,
          email: `${name}@acme.example`,
          emailVerified: true,
        })),
      });
      party = await demoParty(deployment, 'notes-web');
    });
    after(() => deployment.stop());

    /** Takes another way from the sign-in page of an application. */
    async function take(way: string): Promise<[PlainBrowser, PlainPage, (at: string) => unknown]> {
      const browser = visitor(deployment);
      const request = await party.begin();
      const page = await browser.open(request.url.href);
      return [
        browser,
        await browser.submit(page, {}, { action: '/way', button: way }),
        request.redeem,
      ];
    }

    it('leads from the form over the mailbox to tokens', async () => {
      const [browser, form, redeem] = await take('register');
      const email = 'carol@acme.example';
      const page = await browser.submit(form, { email, name: 'Carol', password: PASSWORD });
      const mail = await deployment.mail.waitForMail({ to: email, kind: 'verify_email_code' });
      const consent = await browser.submit(page, { code: codeIn(mail) });
      const arrived = await browser.submit(consent, {}, { action: '/consent' });
      const tokens = (await redeem(arrived.url)) as { id_token: string };
      const claims = await party.verify(tokens.id_token, party.clientId);
      assert.ok(claims.sub);
      // The session is there, and the password works elsewhere.
      const again = await party.begin({ prompt: 'none' });
      assert.match((await browser.open(again.url.href)).url, /code=/);
    });

    it('is refused to nobody out loud: who has one hears of it by mail alone', async () => {
      const [browser, form] = await take('register');
      const email = 'DORA@acme.example';
      const page = await browser.submit(form, { email, name: 'Mallory', password: PASSWORD });
      const to = 'dora@acme.example';
      const mail = await deployment.mail.waitForMail({ to, kind: 'address_in_use' });
      assert.match(mail.text, /\/account/);
      const wrong = await browser.submit(page, { code: '123456' });
      assert.equal(wrong.status, 422);
    });

    it('signs in with a code by mail, which works in no other interaction', async () => {
      const [browser, form, redeem] = await take('email_code');
      const page = await browser.submit(form, { identifier: 'erik@acme.example' });
      const mail = await deployment.mail.waitForMail({
        to: 'erik@acme.example',
        kind: 'sign_in_code',
      });
      const [thief, theirForm] = await take('email_code');
      const theirs = await thief.submit(theirForm, { identifier: 'nobody@acme.example' });
      const refused = await thief.submit(theirs, { code: codeIn(mail) });
      assert.equal(refused.status, 422);
      const consent = await browser.submit(page, { code: codeIn(mail) });
      const arrived = await browser.submit(consent, {}, { action: '/consent' });
      const tokens = (await redeem(arrived.url)) as { id_token: string };
      const { amr, acr } = await party.verify(tokens.id_token, party.clientId);
      assert.deepEqual(amr, ['email']);
      assert.equal(acr, 'urn:gatehouse:acr:single-factor');
    });

    it('is recovered by a link that two use at once and one wins', async () => {
      const [browser, form] = await take('recover');
      await browser.submit(form, { identifier: 'finn@acme.example' });
      const mail = await deployment.mail.waitForMail({
        to: 'finn@acme.example',
        kind: 'reset_password_link',
      });
      // A scanner opens every link, more than once.
      for (let look = 0; look < 3; look += 1) await visitor(deployment).open(linkIn(mail));
      const pages = await Promise.all(
        [visitor(deployment), visitor(deployment)].map(async (one, at) => {
          const page = await one.open(linkIn(mail));
          const password = `a new password, number ${at}`;
          return one.submit(page, { password, password_again: password });
        }),
      );
      assert.deepEqual(pages.map(({ status }) => status).toSorted(), [200, 400]);
    });

    it('asks the database the same, whether there is an account or not', async () => {
      const asked = async (way: string, fields: Record<string, string>) => {
        const [browser, form] = await take(way);
        const sent: string[] = [];
        const { replicas } = deployment;
        const watch = ({ sql }: { sql: string }) => void sent.push(sql.slice(0, 60));
        for (const { backends } of replicas) backends.db.on('query', watch);
        const page = await browser.submit(form, fields);
        for (const { backends } of replicas) backends.db.off('query', watch);
        assert.equal(page.status, way === 'password' ? 422 : 200);
        // What the timers of replicas do beside it is not asked by anybody.
        const own = sent.filter((sql) => /accounts|one_time|mail_outbox/.test(sql));
        return own.filter((sql) => /^insert into (one_time_codes|mail_outbox)|^select/.test(sql));
      };
      const wrong = { password: 'a guess' };
      for (const [way, known, unknown] of [
        [
          'password',
          { identifier: 'gina@acme.example', ...wrong },
          { identifier: 'zoe@acme.example', ...wrong },
        ],
        ['email_code', { identifier: 'gina@acme.example' }, { identifier: 'zoe@acme.example' }],
        [
          'register',
          { email: 'gwen@acme.example', name: 'G', password: PASSWORD },
          { email: 'zora@acme.example', name: 'G', password: PASSWORD },
        ],
      ] as const) {
        assert.deepEqual(await asked(way, known), await asked(way, unknown), way);
      }
    });

    it('is made by whoever was invited, for the invited address alone', async () => {
      const cli = createTestCli({
        databaseUrl: deployment.databaseUrl,
        environment: deployment.environment,
      });
      const invited = await cli.json(
        ...['account', 'invite', 'hugo@acme.example', '--role', 'notes:reader'],
      );
      assert.equal(invited.mailed, true);
      assert.equal('link' in invited, false);
      const mail = await deployment.mail.waitForMail({
        to: 'hugo@acme.example',
        kind: 'invitation',
      });
      const browser = visitor(deployment);
      const page = await browser.open(linkIn(mail));
      const sent = { name: 'Hugo', password: PASSWORD, email: 'victim@acme.example' };
      assert.equal((await browser.submit(page, sent)).status, 200);
      const shown = await cli.json('account', 'show', 'hugo@acme.example');
      assert.deepEqual([shown.emailVerified, shown.roles], [true, ['notes:reader']]);
      assert.equal((await cli.run('account', 'show', 'victim@acme.example')).code, 1);
      assert.equal((await browser.open(linkIn(mail))).status, 400);
    });

    it('survives nonsense: huge, hostile and half-sent forms are a 4xx', async () => {
      const [browser, form] = await take('register');
      const base = form.url;
      const csrf = form.document.querySelector('[name=csrf]')?.getAttribute('value') ?? '';
      const send = (fields: Record<string, string>) =>
        browser.request(`${base}/register`, {
          method: 'POST',
          headers: { origin: new URL(base).origin },
          body: new URLSearchParams({ csrf, ...fields }),
        });
      for (const [fields, status] of [
        [{ email: 'a@b.example', name: 'x', password: 'x'.repeat(1_000_000) }, 413],
        [{ email: 'x'.repeat(20_000), name: 'x', password: PASSWORD }, 422],
        [{ email: 'ali\u0441e@acme.example', name: 'x', password: PASSWORD }, 422],
        [{ email: 'a@b.example\r\nBcc: c@d.example', name: 'x', password: PASSWORD }, 422],
        [{}, 422],
      ] as const) {
        assert.equal((await send(fields)).status, status);
      }
    });
  });
}
