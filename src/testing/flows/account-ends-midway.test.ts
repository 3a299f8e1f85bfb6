import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ACR_MULTI_FACTOR } from '../../accounts/acr.ts';
import { chooseApp, scanInto, setUpApp } from '../authenticator-app.ts';
import { demoParty, visitor } from '../demo-clients.ts';
import { codeIn } from '../mail.ts';
import type { PlainBrowser, PlainPage } from '../plain-browser.ts';
import type { Person, RelyingParty } from '../relying-party.ts';
import {
  DEFAULT_TENANT,
  type SecondFactorWorld,
  startSecondFactorWorld,
} from '../second-factor-world.ts';
import { seedMore } from '../seed-more.ts';

const PASSWORD = 'violet umbrella at noon';

/** A step that somebody is at, and what they send there. */
interface At {
  readonly page: PlainPage;
  readonly fields?: Readonly<Record<string, string>>;
  readonly choice: { readonly action: string; readonly button?: string };
}

const ENDINGS = {
  disabled: ['disable'],
  deleted: ['delete', '--yes'],
} as const;

describe('an account that ends in the middle of', () => {
  let world: SecondFactorWorld;
  let notes: RelyingParty;

  const signedIn = async (browser: PlainBrowser, person: Person) => {
    const { page, request } = await world.typePassword(browser, person);
    await request.redeem(page.url);
  };
  const STEPS: Readonly<Record<string, (browser: PlainBrowser, person: Person) => Promise<At>>> = {
    async 'setting up an app'(browser, person) {
      const asked = { acr_values: ACR_MULTI_FACTOR };
      const { page } = await world.typePassword(browser, person, asked);
      const scanned = await chooseApp(browser, page);
      const fields = { code: scanInto(scanned, world.now).code() };
      return { page: scanned, fields, choice: { action: '/new-factor' } };
    },
    async 'being shown recovery codes'(browser, person) {
      const asked = { acr_values: ACR_MULTI_FACTOR };
      const { page } = await world.typePassword(browser, person, asked);
      const scanned = await chooseApp(browser, page);
      const code = scanInto(scanned, world.now).code();
      const codes = await browser.submit(scanned, { code }, { action: '/new-factor' });
      return { page: codes, choice: { action: '/recovery-codes' } };
    },
    async 'using a recovery code'(browser, person) {
      const asked = { acr_values: ACR_MULTI_FACTOR };
      const first = visitor(world.deployment);
      const { page } = await world.typePassword(first, person, asked);
      const { recoveryCodes } = await setUpApp(first, page, world.now);
      const { page: code } = await world.typePassword(browser, person);
      const other = { action: '/factor', button: 'recovery_code' };
      const recovery = await browser.submit(code, {}, other);
      const fields = { code: recoveryCodes[0] ?? '' };
      return { page: recovery, fields, choice: { action: '/second-factor' } };
    },
    async 'confirming its address'(browser, person) {
      const { page } = await world.typePassword(browser, person);
      const sent = await browser.submit(page, {}, { action: '/verify-email-send' });
      const mail = await world.deployment.mail.waitForMail({
        to: `${person.identifier}@acme.example`,
        kind: 'verify_email_code',
      });
      return { page: sent, fields: { code: codeIn(mail) }, choice: { action: '/verify-email' } };
    },
    async 'putting its address off'(browser, person) {
      const { page } = await world.typePassword(browser, person);
      return { page, choice: { action: '/verify-email-later' } };
    },
    async 'signing in with a code by mail'(browser, person) {
      const start = await browser.open((await world.desk.begin()).url.href);
      const form = await browser.submit(start, {}, { action: '/way', button: 'email_code' });
      const page = await browser.submit(form, { identifier: person.identifier });
      const mail = await world.deployment.mail.waitForMail({
        to: `${person.identifier}@acme.example`,
        kind: 'sign_in_code',
      });
      return { page, fields: { code: codeIn(mail) }, choice: { action: '/email-code' } };
    },
    async 'allowing an application'(browser, person) {
      const start = await browser.open((await notes.begin()).url.href);
      const page = await browser.submit(start, { ...person }, { action: '/sign-in' });
      return { page, choice: { action: '/consent' } };
    },
    async 'choosing an account'(browser, person) {
      await signedIn(browser, person);
      const { url } = await world.desk.begin({ prompt: 'select_account' });
      return { page: await browser.open(url.href), choice: { action: '/continue' } };
    },
    async 'confirming who it is'(browser, person) {
      await signedIn(browser, person);
      const { url } = await world.desk.begin({ prompt: 'login' });
      const page = await browser.open(url.href);
      return { page, fields: { ...person }, choice: { action: '/sign-in' } };
    },
    async 'changing its profile'(browser, person) {
      await signedIn(browser, person);
      const page = await browser.open(`${world.deployment.publicUrl}/account/profile`);
      return { page, fields: { name: 'Too Late' }, choice: { action: '/account/profile' } };
    },
    async 'setting a new password'(browser, person) {
      await signedIn(browser, person);
      const page = await browser.open(`${world.deployment.publicUrl}/account/password`);
      const fields = { password: 'too late an umbrella', password_again: 'too late an umbrella' };
      return { page, fields, choice: { action: '/account/password' } };
    },
  };
  const nameOf = (step: string, ending: string) => `p${Object.keys(STEPS).indexOf(step)}-${ending}`;

  before(async () => {
    world = await startSecondFactorWorld({ mail: true });
    await seedMore(world.deployment, {
      ...DEFAULT_TENANT,
      settings: { emailCode: true },
      accounts: Object.keys(STEPS).flatMap((step) =>
        Object.keys(ENDINGS).map((ending) => {
          const username = nameOf(step, ending);
          return {
            username,
            email: `${username}@acme.example`,
            emailVerified: !step.includes('its address'),
            password: { value: PASSWORD },
          };
        }),
      ),
    });
    notes = await demoParty(world.deployment, 'notes-web');
  });
  after(() => world.deployment.stop());

  for (const [step, reach] of Object.entries(STEPS)) {
    for (const [ending, [command, ...options]] of Object.entries(ENDINGS)) {
      it(`${step} gets nobody in, once it is ${ending}`, async () => {
        const browser = visitor(world.deployment);
        const identifier = nameOf(step, ending);
        const {
          page,
          fields = {},
          choice,
        } = await reach(browser, {
          identifier,
          password: PASSWORD,
        });
        assert.ok(page.document.querySelector(`form[action$="${choice.action}"]`), page.text);
        const { code, stderr } = await world.cli.run('account', command, identifier, ...options);
        assert.equal(code, 0, stderr);
        const arrived = await browser.submit(page, fields, choice);
        assert.ok(arrived.status < 500, `${arrived.status} ${arrived.text}`);
        assert.doesNotMatch(arrived.url, /[?&]code=/);
        assert.doesNotMatch(arrived.text, /Too Late/);
        assert.equal((await world.silently(browser)).error, 'login_required');
        // Nothing is left behind that lets them in when it is there again.
        if (ending === 'disabled') await world.cli.run('account', 'enable', identifier);
        assert.equal((await world.silently(browser)).error, 'login_required');
      });
    }
  }
});
