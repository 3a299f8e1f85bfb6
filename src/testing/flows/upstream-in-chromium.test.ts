import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { gatherComplaints, launchChromium } from '../chromium.ts';
import { ALICE, startDeployment, type TestDeployment } from '../gatehouse.ts';
import { seedMore } from '../seed-more.ts';
import { startWebApplication, type WebApplication } from '../web-application.ts';

const PASSWORD = 'seven quiet herons at dusk';
const CORP_ALICE = { identifier: 'alice@corp.example', password: PASSWORD };
const NEWCOMERS = {
  'with JavaScript': { identifier: 'nadia@corp.example', password: PASSWORD },
  'without JavaScript': { identifier: 'noah@corp.example', password: PASSWORD },
} as const;
const SECRET = 'the secret of one gatehouse at another, of 32 characters';

/**
 * Two Gatehouses: people of the tenant `corp` of one sign in to an application of the other. Each
 * holds its forms to a policy, and Chromium holds every redirect after a form to it too.
 */
describe('signing in with another Gatehouse, in Chromium', () => {
  let browser: Browser;
  let upstream: TestDeployment;
  let deployment: TestDeployment;
  let app: WebApplication;

  before(async () => {
    [browser, upstream, deployment, app] = await Promise.all([
      launchChromium(),
      startDeployment(),
      startDeployment(),
      startWebApplication(),
    ]);
    await seedMore(upstream, {
      slug: 'corp',
      name: 'Corp',
      applications: [
        {
          key: 'gatehouse',
          name: 'The other Gatehouse',
          clients: [
            {
              client_id: 'gatehouse',
              client_name: 'The other Gatehouse',
              client_secret: { value: SECRET },
              redirect_uris: [`${deployment.publicUrl}/upstream/corp/callback`],
            },
          ],
        },
      ],
      accounts: [CORP_ALICE, ...Object.values(NEWCOMERS)].map(({ identifier, password }) => ({
        username: identifier,
        email: identifier,
        emailVerified: true,
        name: identifier.split('@')[0],
        password: { value: password },
      })),
    });
    await app.register(deployment, {
      slug: 'default',
      name: 'Gatehouse Demo',
      settings: { registration: 'open' },
      upstreams: [
        {
          key: 'corp',
          name: 'Corp',
          issuer: `${upstream.publicUrl}/t/corp`,
          client_id: 'gatehouse',
          client_secret: { value: SECRET },
          trustEmail: true,
          registration: 'allow',
        },
      ],
    });
  });
  after(async () => {
    await browser.close();
    await app.close();
    await deployment.stop();
    await upstream.stop();
  });

  const heading = (page: Page, name: string | RegExp) =>
    page.getByRole('heading', { level: 1, name }).waitFor();

  async function open(javaScriptEnabled: boolean): Promise<{ page: Page; complaints: string[] }> {
    const context = await browser.newContext({ javaScriptEnabled });
    context.setDefaultTimeout(10_000);
    const complaints: string[] = [];
    context.on('console', gatherComplaints(complaints));
    return { page: await context.newPage(), complaints };
  }

  /** From our sign-in page through theirs. */
  async function continueWithCorp(page: Page, person: typeof CORP_ALICE): Promise<void> {
    await page.getByRole('button', { name: 'Continue with Corp' }).click();
    await page.waitForURL(`${upstream.publicUrl}/**`);
    await page.fill('[name=identifier]', person.identifier);
    await page.fill('[name=password]', person.password);
    await page.locator('button[type=submit]').click();
    await heading(page, /The other Gatehouse/);
    await page.getByRole('button', { name: 'Allow', exact: true }).click();
  }

  for (const [how, newcomer] of Object.entries(NEWCOMERS)) {
    it(`leads there and back, and to the application: ${how}`, async () => {
      const { page, complaints } = await open(how === 'with JavaScript');
      await page.goto(app.origin);
      await heading(page, 'Sign in');
      await continueWithCorp(page, newcomer);
      await page.waitForURL(`${deployment.publicUrl}/interaction/**`);
      await heading(page, /Web application/);
      await page.getByRole('button', { name: 'Allow', exact: true }).click();
      await heading(page, 'arrived');
      assert.deepEqual(complaints, []);
      await page.context().close();
    });
  }

  it('asks the owner of an account before it connects another way in', async () => {
    const { db } = deployment.backends;
    // There is an alice in another tenant, too.
    const alice = () =>
      db('accounts')
        .where({ username: 'alice' })
        .whereIn('tenant_id', db('tenants').where({ slug: 'default' }).select('id'));
    await alice().update({ email: CORP_ALICE.identifier, email_key: CORP_ALICE.identifier });
    const { page, complaints } = await open(true);
    await page.goto(app.origin);
    await continueWithCorp(page, CORP_ALICE);
    await page.getByText('You have signed in with Corp as alice@corp.example').waitFor();
    assert.equal(await page.inputValue('[name=identifier]'), CORP_ALICE.identifier);
    // The cursor is where it is needed, and the keyboard alone is enough.
    await page.keyboard.type(ALICE.password);
    await page.keyboard.press('Enter');
    await heading(page, 'Connect Corp?');
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await heading(page, /Web application/);
    await page.getByRole('button', { name: 'Allow', exact: true }).click();
    await heading(page, 'arrived');
    const links = await db('upstream_links').whereIn('account_id', alice().select('id'));
    assert.equal(links.length, 1);
    assert.deepEqual(complaints, []);
    await page.context().close();
  });
});
