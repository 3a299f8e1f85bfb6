import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createTestCli, type TestCli } from '../cli.ts';
import { answerAt, demoParty, visitor } from '../demo-clients.ts';
import { ALICE, DEMO_SEED, STORES } from '../gatehouse.ts';
import { type RelyingParty, signIn, walkThrough } from '../relying-party.ts';
import { rowsOfTenant } from '../tenant-rows.ts';
import { startTokenWorld, type TokenWorld } from '../token-world.ts';

const OFFLINE = { scope: 'openid email offline_access', prompt: 'consent' };

/** Tables that may still name the account, and why. */
const REMEMBERS = [
  // What happened, by its id alone.
  'audit_events',
  // The goodbye, for thirty days.
  'mail_outbox',
  // What refuses requests that are still in flight, for two days.
  'tombstones',
];

for (const store of STORES) {
  describe(`a deleted account, artifacts in ${store}`, () => {
    let world: TokenWorld;
    let notes: RelyingParty;
    let cli: TestCli;
    before(async () => {
      world = await startTokenWorld({ store, replicas: 2 });
      notes = await demoParty(world.deployment, 'notes-web');
      const { databaseUrl, environment } = world.deployment;
      cli = createTestCli({ databaseUrl, environment });
    });
    after(() => world.stop());

    const userinfoStatus = async (tokens: { access_token: string }): Promise<number> => {
      const headers = { authorization: `Bearer ${tokens.access_token}` };
      return (await fetch(`${world.deployment.publicUrl}/me`, { headers })).status;
    };
    const subOf = async (): Promise<string> => (await cli.json('account', 'show', 'alice')).id;

    it('leaves nothing that works, on either replica, and nothing to read but its id', async () => {
      const browser = visitor(world.deployment);
      const online = await signIn(browser, notes, ALICE);
      const offline = await signIn(visitor(world.deployment), notes, ALICE, OFFLINE);
      const sub = await subOf();

      const refused = await cli.run('account', 'delete', 'alice');
      assert.equal(refused.code, 64);
      assert.match(refused.stderr, /--yes/);
      assert.equal(await subOf(), sub);
      const done = await cli.run('account', 'delete', 'alice', '--yes');
      assert.equal(done.stdout, 'Account alice of tenant default is deleted.\n');

      for (const at of [0, 1]) {
        for (const { refresh_token: token } of [online, offline]) {
          const { status, json } = await world.refresh(at, token);
          assert.deepEqual([status, json.error], [400, 'invalid_grant']);
        }
      }
      assert.equal(await world.isActive(offline.access_token), false);
      assert.equal(await userinfoStatus(online), 401);
      const silent = await notes.begin({ prompt: 'none' });
      const { error } = answerAt(await browser.open(silent.url.href), notes);
      assert.equal(error, 'login_required');
      const page = await walkThrough(browser, (await notes.begin()).url, ALICE);
      assert.match(page.text, /don’t match/);

      const { backends } = world.deployment;
      const tenant = await backends.tenants.findBySlug('default');
      assert.ok(tenant);
      const rows = Object.entries(await rowsOfTenant(backends.db, tenant.id));
      const naming = rows.filter(([, found]) => JSON.stringify(found).includes(sub));
      for (const [table] of naming) assert.ok(REMEMBERS.includes(table), table);
      const written = rows.filter(([table, found]) => {
        return table !== 'mail_outbox' && /alice@/i.test(JSON.stringify(found));
      });
      assert.deepEqual(written, []);
      const [deleted] = await world.audited('account.deleted');
      assert.deepEqual(deleted?.subject, { type: 'account', id: sub });
    });

    it('gives its names back, and its id to nobody', async () => {
      await world.deployment.seed(DEMO_SEED);
      const before = await subOf();
      await cli.json('account', 'delete', 'alice', '--yes');
      await world.deployment.seed(DEMO_SEED);
      const tokens = await signIn(visitor(world.deployment), notes, ALICE);
      const sub = await subOf();
      assert.notEqual(sub, before);
      assert.equal(tokens.claims()?.sub, sub);
    });

    it('refreshes nothing, even if its row is all that is gone', async () => {
      const tokens = await signIn(visitor(world.deployment), notes, ALICE, OFFLINE);
      const { accounts, tenants } = world.deployment.backends;
      const tenant = await tenants.findBySlug('default');
      await accounts.remove(tenant?.id ?? '', await subOf());
      const { status, json } = await world.refresh(1, tokens.refresh_token);
      assert.deepEqual([status, json.error], [400, 'invalid_grant']);
      assert.equal(await userinfoStatus(tokens), 401);
    });
  });
}
