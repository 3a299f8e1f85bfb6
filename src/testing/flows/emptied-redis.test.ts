import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as client from 'openid-client';
import { answerAt, demoParty, visitor } from '../demo-clients.ts';
import { ALICE, startDeployment, type TestDeployment } from '../gatehouse.ts';
import { type RelyingParty, signIn, walkThrough } from '../relying-party.ts';

describe('after Redis was emptied', () => {
  let deployment: TestDeployment;
  let notes: RelyingParty;
  before(async () => {
    deployment = await startDeployment({ store: 'redis', replicas: 2 });
    notes = await demoParty(deployment, 'notes-web');
  });
  after(() => deployment.stop());

  /** What a replica would be that starts now: nothing of a tenant in memory. */
  const emptyRedis = async () => {
    await deployment.backends.redis?.flushall();
    for (const { gatehouse } of deployment.replicas) gatehouse.providers.retireAll();
  };
  const kids = async () => {
    const answer = await fetch(`${deployment.publicUrl}/jwks`);
    const { keys }: { keys: { kid: string }[] } = await answer.json();
    return keys.map(({ kid }) => kid).sort();
  };

  it('people sign in again, refresh tokens go on, and the keys are the same', async () => {
    const browser = visitor(deployment);
    const tokens = await signIn(browser, notes, ALICE);
    const published = await kids();
    await emptyRedis();

    const { active } = await client.tokenIntrospection(notes.config, tokens.access_token);
    assert.equal(active, false);
    const refreshed = await notes.refresh(tokens.refresh_token ?? '');
    const fresh = await client.tokenIntrospection(notes.config, refreshed.access_token);
    assert.equal(fresh.active, true);
    await client.fetchUserInfo(notes.config, refreshed.access_token, tokens.claims()?.sub ?? '');

    assert.deepEqual(await kids(), published);
    await notes.verify(refreshed.id_token ?? '', 'notes-web');

    const silent = await notes.begin({ prompt: 'none' });
    const refusal = await browser.open(silent.url.href);
    assert.equal(answerAt(refusal, notes).error, 'login_required');
    const page = await browser.open((await notes.begin()).url.href);
    assert.ok(page.document.querySelector('input[name=password]'));
    const again = await signIn(browser, notes, ALICE);
    assert.equal(again.claims()?.sub, tokens.claims()?.sub);
  });

  it('a sign-in that was in progress begins again, and says so', async () => {
    const browser = visitor(deployment);
    const page = await browser.open((await notes.begin()).url.href);
    await emptyRedis();
    const expired = await browser.submit(page, { ...ALICE }, { action: '/sign-in' });
    assert.equal(expired.status, 400, expired.text);
    assert.match(expired.text, /expired/i);

    const request = await notes.begin();
    const arrived = await walkThrough(browser, request.url, ALICE);
    await request.redeem(arrived.url);
  });

  it('a code and what was revoked are what they were', async () => {
    const browser = visitor(deployment);
    const revoked = await signIn(browser, notes, ALICE, { resource: 'https://api.notes.example' });
    await client.tokenRevocation(notes.config, revoked.access_token);
    const request = await notes.begin();
    const arrived = await walkThrough(browser, request.url, ALICE);
    await emptyRedis();

    await request.redeem(arrived.url);
    await assert.rejects(request.redeem(arrived.url), { error: 'invalid_grant' });
    const { active } = await client.tokenIntrospection(notes.config, revoked.access_token);
    assert.equal(active, false);
  });

  it('what Redis held of the keys is there again', async () => {
    const { tenants, keyCache } = deployment.backends;
    const tenant = await tenants.findBySlug('default');
    assert.ok(tenant && keyCache);
    await emptyRedis();
    assert.equal(await keyCache.get(tenant.id), undefined);
    const published = await kids();
    const copy = await keyCache.get(tenant.id);
    assert.deepEqual(copy?.keys.map(({ kid }) => kid).sort(), published);
  });
});
