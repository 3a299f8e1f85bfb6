import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createTestCli, type TestCli } from '../cli.ts';
import { ACME_ALICE, answerAt, demoParty, visitor } from '../demo-clients.ts';
import { ALICE, BOB, startDeployment, type TestDeployment } from '../gatehouse.ts';
import type { PlainBrowser } from '../plain-browser.ts';
import { type Person, type RelyingParty, signIn } from '../relying-party.ts';

describe('gatehouse tenant sign-out', () => {
  let deployment: TestDeployment;
  let cli: TestCli;
  before(async () => {
    deployment = await startDeployment({ store: 'redis', replicas: 2 });
    const { databaseUrl, environment } = deployment;
    cli = createTestCli({ databaseUrl, environment });
  });
  after(() => deployment.stop());

  const arrive = async (party: RelyingParty, person: Person) => {
    const browser = visitor(deployment);
    const { refresh_token: token = '' } = await signIn(browser, party, person, {
      scope: 'openid offline_access',
      prompt: 'consent',
    });
    return { browser, token };
  };
  const silently = async (party: RelyingParty, browser: PlainBrowser) => {
    const request = await party.begin({ prompt: 'none' });
    return answerAt(await browser.open(request.url.href), party).error;
  };

  it('ends sessions and refresh tokens of everybody of that tenant, who then sign in again', async () => {
    const notes = await demoParty(deployment, 'notes-web');
    const portal = await demoParty(deployment, 'portal-web');
    const alice = await arrive(notes, ALICE);
    const bob = await arrive(notes, BOB);
    const other = await arrive(portal, ACME_ALICE);

    const { accounts } = await cli.json('tenant', 'sign-out', 'default', '--yes');
    assert.equal(accounts, 2);

    for (const { browser, token } of [alice, bob]) {
      await assert.rejects(notes.refresh(token), { error: 'invalid_grant' });
      assert.equal(await silently(notes, browser), 'login_required');
    }
    assert.ok((await portal.refresh(other.token)).access_token);
    assert.equal(await silently(portal, other.browser), undefined);
    assert.ok((await arrive(notes, ALICE)).token);

    const [event] = await cli.json('audit', 'list', '--kind', 'tenant.signed_out');
    assert.deepEqual(event.detail, { accounts: 2 });
    assert.deepEqual(event.actor, { type: 'operator', id: 'tester' });
    const [begun] = await cli.json('audit', 'list', '--kind', 'tenant.sign_out_begun');
    assert.ok(begun.at < event.at);
  });

  it('asks whether that is meant', async () => {
    const { code, stderr } = await cli.run('tenant', 'sign-out', 'default');
    assert.equal(code, 64);
    assert.match(stderr, /^error: everybody has to sign in again: say --yes to sign them out/);
  });
});
