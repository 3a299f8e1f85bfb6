import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { AuditEvent } from '../../audit/audit-event.ts';
import { fromStored, toStored } from '../../provider/stored-payload.ts';
import type { TenantId } from '../../tenants/tenant.ts';
import { createTestCli, type TestCli } from '../cli.ts';
import { answerAt, demoParty, visitor } from '../demo-clients.ts';
import { ALICE, DEMO_SEED, startDeployment, type TestDeployment } from '../gatehouse.ts';
import { pollUntil } from '../poll.ts';
import { type RelyingParty, signIn, walkThrough } from '../relying-party.ts';

/** What the release after this one may have written, and this one has never heard of. */
const NEWER_SETTINGS = {
  profile: 'fapi3',
  signingAlgorithms: ['RS256', 'ES256', 'ML-DSA-65'],
  accessTokenAlgorithm: 'ML-DSA-65',
  registration: 'by-appointment',
  emailCode: false,
  lifetimes: { idTokenSeconds: 300, noveltySeconds: 60 },
  branding: { accentColor: '#112233', mood: 'serene' },
  novelty: { deep: [1, 2, 3] },
};
const NEWER_ACR = 'urn:gatehouse:acr:beyond-doubt';
const OFFLINE = { scope: 'openid offline_access', prompt: 'consent' };

describe('what a newer release wrote is read by this one', () => {
  let deployment: TestDeployment;
  let cli: TestCli;
  let tenantId: TenantId;
  let notes: RelyingParty;
  const raw = (sql: string, ...values: string[]) => deployment.backends.db.raw(sql, values);

  before(async () => {
    deployment = await startDeployment();
    const { databaseUrl, environment, backends } = deployment;
    cli = createTestCli({ databaseUrl, environment });
    const tenant = await backends.tenants.findBySlug('default');
    assert.ok(tenant);
    tenantId = tenant.id;
    // Before the first request: nothing is kept of what was there.
    await raw('update tenants set settings = ?', JSON.stringify(NEWER_SETTINGS));
    await raw(
      `update clients set metadata = metadata || '{"novel_member": {"a": 1}}' || jsonb_build_object(
         'grant_types', metadata->'grant_types' || '["urn:example:grant-type:novel"]')
        where client_id = 'notes-web'`,
    );
    notes = await demoParty(deployment, 'notes-web');
  });
  after(() => deployment.stop());

  const audit = (event: object) => deployment.backends.audit.record(event as AuditEvent);

  it('settings: people sign in, by rules that are no weaker than any of ours', async () => {
    const tokens = await signIn(visitor(deployment), notes, ALICE, OFFLINE);
    assert.ok(tokens.id_token && tokens.refresh_token);
    const { exp = 0, iat = 0 } = await notes.verify(tokens.id_token, 'notes-web');
    assert.equal(exp - iat, 300);
    assert.ok((await notes.refresh(tokens.refresh_token)).access_token);

    const withoutPkce = (await notes.begin()).url;
    withoutPkce.searchParams.delete('code_challenge');
    withoutPkce.searchParams.delete('code_challenge_method');
    const refused = await visitor(deployment).open(withoutPkce.href);
    assert.equal(answerAt(refused, notes).error, 'invalid_request');
  });

  it('settings: commands show the tenant, and plan a seed', async () => {
    assert.equal((await cli.run('tenant', 'show', 'default')).code, 0);
    assert.equal((await cli.run('tenant', 'list')).code, 0);
    const plan = await cli.run('seed', 'plan', DEMO_SEED);
    assert.ok(plan.code === 0 || plan.code === 2, plan.stderr);
  });

  it('signing keys: those that it knows sign and rotate, the others stay', async () => {
    await raw(
      `insert into signing_keys (tenant_id, kid, algorithm, stage, public_jwk, sealed_private_jwk,
                                 created_at, stage_since)
       values (?, 'novel', 'ML-DSA-65', 'active', '{"kty": "AKP", "kid": "novel"}', 'v9.novel',
               now() - interval '90 days', now() - interval '90 days')`,
      tenantId,
    );
    await raw('update key_sets set version = version + 1 where tenant_id = ?', tenantId);
    await deployment.backends.tenants.touch(tenantId);
    const rotated = await cli.run('keys', 'rotate');
    assert.equal(rotated.code, 0, rotated.stderr);
    const { rows } = await raw(`select stage from signing_keys where kid = 'novel'`);
    assert.deepEqual(rows, [{ stage: 'active' }]);
    const tokens = await signIn(visitor(deployment), notes, ALICE);
    assert.ok(tokens.id_token);
    await notes.verify(tokens.id_token, 'notes-web');
    assert.equal((await cli.run('keys', 'list')).code, 0);
  });

  it('a session of a level that it does not know goes on, and so does its refresh token', async () => {
    const browser = visitor(deployment);
    const tokens = await signIn(browser, notes, ALICE, OFFLINE);
    const { rowCount } = await raw(
      `update artifacts set payload = (payload::jsonb || jsonb_build_object('acr', ?::text,
         'amr', '["pwd", "mind-reading", "mfa"]'::jsonb, 'novelty', 1))::json
        where model in ('Session', 'Grant', 'RefreshToken', 'AccessToken')`,
      NEWER_ACR,
    );
    assert.ok(rowCount > 0);
    const silent = await browser.open((await notes.begin({ prompt: 'none' })).url.href);
    assert.ok(answerAt(silent, notes).code);
    assert.equal((await browser.open(`${deployment.publicUrl}/account`)).status, 200);
    assert.ok(tokens.refresh_token);
    assert.ok((await notes.refresh(tokens.refresh_token)).access_token);
  });

  it('a prompt that it does not know is not asked here, and the sign-in goes on', async () => {
    const browser = visitor(deployment);
    const page = await browser.open((await notes.begin()).url.href);
    assert.match(page.url, /\/interaction\//);
    const { sealer, db } = deployment.backends;
    const rows = await db('artifacts').where({ model: 'Interaction' });
    assert.ok(rows.length > 0);
    for (const row of rows) {
      const place = { tenantId, model: 'Interaction', key: row.key } as const;
      const payload = fromStored(sealer, place, undefined, row.payload);
      assert.ok(payload);
      const prompt = { name: 'terms_of_the_day', reasons: ['new_terms'], details: {} };
      await db('artifacts')
        .where({ key: row.key })
        .update({ payload: toStored(sealer, place, { ...payload, prompt, novelty: 1 }) });
    }
    const arrived = await walkThrough(browser, page.url, ALICE);
    assert.ok(answerAt(arrived, notes).code);
  });

  it('a form that it does not know leads on to what it asks itself', async () => {
    const browser = visitor(deployment);
    const page = await browser.open((await notes.begin()).url.href);
    const answer = await browser.request(`${page.url}/terms-of-the-day`, {
      method: 'POST',
      headers: { origin: deployment.publicUrl },
      body: new URLSearchParams({ agree: 'yes' }),
    });
    assert.equal(answer.status, 303);
    const next = new URL(answer.headers.get('location') ?? '', page.url);
    assert.equal(next.href, page.url);
    const arrived = await walkThrough(browser, next, ALICE);
    assert.ok(answerAt(arrived, notes).code);
  });

  it('audit events of other kinds are listed, and keep nobody from their activity', async () => {
    const browser = visitor(deployment);
    await signIn(browser, notes, ALICE);
    const alice = await deployment.backends.accounts.findByIdentifier(tenantId, ALICE.identifier);
    assert.ok(alice);
    await audit({
      kind: 'account.teleported',
      tenantId,
      outcome: 'success',
      actor: { type: 'oracle', id: 'delphi' },
      subject: { type: 'account', id: alice.account.id },
      detail: { novelty: { deep: [1] } },
    });
    const { code, stdout, stderr } = await cli.run('audit', 'list');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /account\.teleported/);
    const page = await browser.open(`${deployment.publicUrl}/account/activity`);
    assert.equal(page.status, 200);
    assert.equal((await cli.run('account', 'export', ALICE.identifier)).code, 0);
  });

  it('a second-factor policy that it does not know keeps out whoever has proved one alone', async () => {
    const settings = { ...NEWER_SETTINGS, mfa: 'adaptive' };
    await raw('update tenants set settings = ? where id = ?', JSON.stringify(settings), tenantId);
    await deployment.backends.tenants.touch(tenantId);
    const keptOut = async () => {
      const page = await walkThrough(visitor(deployment), (await notes.begin()).url, ALICE);
      return page.document.querySelector('input[name="factor"]') !== null;
    };
    await pollUntil(keptOut, { deadlineMs: 10_000 });
  });
});
