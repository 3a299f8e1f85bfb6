import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { TOTP } from 'otpauth';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { gatherComplaints, launchChromium } from '../chromium.ts';
import { startDeployment, type TestDeployment } from '../gatehouse.ts';
import { codeIn, linkIn } from '../mail.ts';
import { seedMore } from '../seed-more.ts';
import { addVirtualAuthenticator, type VirtualAuthenticator } from '../virtual-authenticator.ts';
import { startWebApplication, type WebApplication } from '../web-application.ts';

const PASSWORD = 'violet umbrella at noon';
const STEP_MS = 30_000;
const OFFLINE = 'scope=openid%20profile%20email%20offline_access&prompt=consent';

/** What somebody has after the beginning of the journey. */
interface Traveller {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly email: string;
}

describe('the whole journey of an account', () => {
  let browser: Browser;
  let deployment: TestDeployment;
  let app: WebApplication;
  let ahead = 0;
  let password = PASSWORD;
  const now = () => new Date(Date.now() + ahead);
  /** What browsers complained of, such as a page against its own policy. */
  const complaints: string[] = [];
  afterEach(() => assert.deepEqual(complaints.splice(0), []));

  before(async () => {
    [browser, deployment, app] = await Promise.all([
      launchChromium(),
      startDeployment({ mail: true, now }),
      startWebApplication(),
    ]);
    await app.register(deployment);
    await seedMore(deployment, {
      slug: 'default',
      name: 'Gatehouse Demo',
      settings: { registration: 'open' },
    });
  });
  after(async () => {
    await browser?.close();
    await app?.close();
    await deployment?.stop();
  });

  const openContext = async (javaScriptEnabled: boolean): Promise<BrowserContext> => {
    const context = await browser.newContext({ javaScriptEnabled });
    context.setDefaultTimeout(15_000);
    await context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        reportError(new Error(`violated ${event.effectiveDirective}: ${event.blockedURI}`));
      });
    });
    context.on('console', gatherComplaints(complaints));
    context.on('weberror', (error) => complaints.push(String(error.error())));
    return context;
  };
  const heading = (page: Page, name: string | RegExp) =>
    page.getByRole('heading', { level: 1, name }).waitFor();
  /** Sends the form whose action ends so, with what is typed into its fields. */
  const send = async (page: Page, action: string, fields: Record<string, string> = {}) => {
    const form = page.locator(`form[action$="${action}"]`).first();
    for (const [name, value] of Object.entries(fields)) {
      await form.locator(`[name=${name}]`).fill(value);
    }
    await form.locator('button').first().click();
  };
  const account = (page: Page, path = '') => page.goto(`${deployment.publicUrl}/account${path}`);
  const signOut = async (page: Page) => {
    await page.goto(`${app.origin}/logout`);
    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await heading(page, 'gone');
  };
  /** Types name and password where the application leads to; a second factor is asked for then. */
  const signInAs = async (page: Page, email: string) => {
    await page.goto(app.origin);
    await send(page, '/sign-in', { identifier: email, password });
    await page.locator('button[name=factor][value=recovery_code]').waitFor();
  };
  /** Another factor than the one that the page asks for, unless it asks for this one. */
  const choose = async (page: Page, factor: 'totp' | 'recovery_code') => {
    const other = page.locator(`button[name=factor][value=${factor}]`);
    if ((await other.count()) > 0) await other.click();
    await page.locator(`input[name=factor][value=${factor}]`).waitFor({ state: 'attached' });
  };
  const useRecoveryCode = async (page: Page, code: string) => {
    await choose(page, 'recovery_code');
    await send(page, '/second-factor', { code });
    await heading(page, 'arrived');
  };

  for (const javaScriptEnabled of [true, false]) {
    describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
      const email = `carol-${javaScriptEnabled}@acme.example`;
      let traveller: Traveller;
      let secret: string;
      let recoveryCodes: string[];
      let device: VirtualAuthenticator;
      before(async () => {
        const context = await openContext(javaScriptEnabled);
        traveller = { context, page: await context.newPage(), email };
        password = PASSWORD;
        // Nobody touches it until it is meant to answer: what a field offers would be taken at once.
        device = await addVirtualAuthenticator(traveller.page, { present: false });
      });
      after(() => traveller.context.close());
      const appCode = () => new TOTP({ secret }).generate({ timestamp: now().getTime() });

      it('begins with an address that a code has confirmed', async () => {
        const { page } = traveller;
        await page.goto(`${app.origin}/?${OFFLINE}`);
        await page.locator('button[name=way][value=register]').click();
        await send(page, '/register', { email, name: 'Carol Example', password: PASSWORD });
        const mail = await deployment.mail.waitForMail({ to: email, kind: 'verify_email_code' });
        await send(page, '/register-code', { code: codeIn(mail) });
        await heading(page, /Web application/);
        await send(page, '/consent');
        await heading(page, 'arrived');
        assert.equal(await app.refreshes(), true);
      });

      it('shows the account to its owner', async () => {
        const { page } = traveller;
        await account(page);
        await heading(page, 'Your account');
        await page.getByText('Carol Example').waitFor();
        await account(page, '/email');
        await page.getByText(email).first().waitFor();
      });

      if (javaScriptEnabled) {
        it('adds a passkey, which brings recovery codes, and signs in with it alone', async () => {
          const { page } = traveller;
          await account(page, '/methods/passkeys/add');
          await heading(page, 'Add a passkey');
          await device.setPresent(true);
          await page.getByLabel('Name').fill('Phone');
          await page.getByRole('button', { name: 'Add a passkey' }).click();
          await heading(page, 'Save your recovery codes');
          await device.setPresent(false);
          await send(page, '/recovery-codes/saved');
          const notice = { to: email, kind: 'security_notice.passkey_added' };
          await deployment.mail.waitForMail(notice);

          await signOut(page);
          await page.goto(app.origin);
          await page.locator('form[action$="/sign-in"]').waitFor();
          await device.setPresent(true);
          await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
          await heading(page, 'arrived');
          await device.setPresent(false);
        });
      }

      it('sets an authenticator app up, by the key in letters', async () => {
        const { page } = traveller;
        await account(page, '/methods/app/add');
        await page.locator('.steps summary').click();
        secret = (await page.locator('code.key').textContent())?.replaceAll(/\s/g, '') ?? '';
        assert.match(secret, /^[A-Z2-7]{32}$/);
        await send(page, '/methods/app/add', { code: appCode() });
        await page.locator('main [role=status]').waitFor();
        const notice = { to: email, kind: 'security_notice.second_factor_added' };
        await deployment.mail.waitForMail(notice);
      });

      it('makes recovery codes that are shown once', async () => {
        const { page } = traveller;
        // Whoever had no factor before has just been shown some; new ones take their place.
        await account(page, '/methods/recovery-codes');
        if ((await page.locator('.recovery-codes code').count()) === 0) {
          await send(page, '/methods/recovery-codes');
        }
        await heading(page, 'Save your recovery codes');
        recoveryCodes = await page.locator('.recovery-codes code').allTextContents();
        assert.equal(recoveryCodes.length, 10);
        await send(page, '/recovery-codes/saved');
        await account(page, '/methods/recovery-codes');
        await heading(page, 'Recovery codes');
        assert.equal(await page.locator('.recovery-codes code').count(), 0);
      });

      it('signs in with password and app from then on', async () => {
        const { page } = traveller;
        await signOut(page);
        ahead += STEP_MS;
        await signInAs(page, email);
        await choose(page, 'totp');
        await send(page, '/second-factor', { code: appCode() });
        await heading(page, 'arrived');
      });

      it('is not lost with app and passkey: a recovery code opens it, once', async () => {
        const { page } = traveller;
        await device.clear();
        await signOut(page);
        const [code = ''] = recoveryCodes;
        await signInAs(page, email);
        await useRecoveryCode(page, code);
        await signOut(page);
        await signInAs(page, email);
        await choose(page, 'recovery_code');
        await send(page, '/second-factor', { code });
        await page.locator('#code-problem').waitFor();
        await send(page, '/second-factor', { code: recoveryCodes[1] ?? '' });
        await heading(page, 'arrived');
      });

      it('is not lost with the password: a link by mail sets a new one', async () => {
        const { page } = traveller;
        await signOut(page);
        await page.goto(app.origin);
        await page.locator('button[name=way][value=recover]').click();
        await send(page, '/recover', { identifier: email });
        const mail = await deployment.mail.waitForMail({ to: email, kind: 'reset_password_link' });
        password = `${PASSWORD} again`;
        await page.goto(linkIn(mail));
        await send(page, '/reset-password', { password, password_again: password });
        await heading(page, 'Your password is changed');
        const notice = { to: email, kind: 'security_notice.password_changed' };
        await deployment.mail.waitForMail(notice);
        await signInAs(page, email);
        await useRecoveryCode(page, recoveryCodes[3] ?? '');
      });

      it('ends its other sessions: another browser is out', async () => {
        const { page } = traveller;
        const elsewhere = await openContext(javaScriptEnabled);
        const other = await elsewhere.newPage();
        await signInAs(other, email);
        await useRecoveryCode(other, recoveryCodes[2] ?? '');
        await account(other);
        await heading(other, 'Your account');

        await account(page, '/sessions');
        await send(page, '/sessions/end-others');
        await page.getByRole('status').waitFor();
        await account(other);
        await heading(other, 'Sign in');
        await account(page);
        await heading(page, 'Your account');
        await elsewhere.close();
      });

      it('takes access back from an application: its refresh token is dead', async () => {
        const { page } = traveller;
        await page.goto(`${app.origin}/?${OFFLINE}`);
        await send(page, '/consent');
        await heading(page, 'arrived');
        assert.equal(await app.refreshes(), true);
        await account(page, '/applications');
        await page.getByText('Web application').first().waitFor();
        await send(page, '/applications/withdraw');
        await page.getByRole('status').waitFor();
        assert.equal(await app.refreshes(), false);
        await page.goto(app.origin);
        await heading(page, /Web application/);
      });

      it('ends when its owner says so, with a last message', async () => {
        const { page } = traveller;
        await signOut(page);
        await account(page, '/data/delete');
        await send(page, '/sign-in', { identifier: email, password });
        await page.locator('button[name=factor][value=recovery_code]').waitFor();
        await choose(page, 'recovery_code');
        await send(page, '/second-factor', { code: recoveryCodes[4] ?? '' });
        await heading(page, 'Delete your account');
        await page.getByLabel('I know that this cannot be undone').check();
        await send(page, '/data/delete');
        await heading(page, 'Your account is deleted');
        await deployment.mail.waitForMail({ to: email, kind: 'security_notice.account_deleted' });
        await page.goto(app.origin);
        await send(page, '/sign-in', { identifier: email, password });
        await page.getByRole('alert').waitFor();
      });
    });
  }
});
