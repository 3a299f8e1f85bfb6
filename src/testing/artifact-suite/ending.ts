import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ArtifactModel, ArtifactWrite } from '../../provider/artifact-store.ts';
import type { SuiteContext } from '../artifact-store-suite.ts';

/** More than any implementation ends in one step. */
const THOUSANDS = 2100;

const ISSUED_MODELS: readonly ArtifactModel[] = [
  'AccessToken',
  'AuthorizationCode',
  'BackchannelAuthenticationRequest',
  'DeviceCode',
  'RefreshToken',
];

/** `revokeGrant`, `endSession` and `endAccount`, one after the other. */
export function testEnding(given: () => SuiteContext): void {
  test('revoking a grant deletes it with everything issued under it, and nothing else', async () => {
    const { store, harness, samples } = given();
    const tenant = await harness.newTenant();
    const own = issueAll(given(), tenant, samples.key());
    const other = issueAll(given(), tenant, samples.key());
    await saveAll(given(), [...own.all, ...other.all]);
    await store.revokeGrant(tenant, own.grantKey, samples.forADay());
    assert.deepEqual(await aliveOf(given(), own.all), []);
    assert.deepEqual(await aliveOf(given(), other.all), namesOf(other.all));
    assert.equal(await store.isDenied(tenant, samples.key(), own.grantKey), true);
    assert.equal(await store.isDenied(tenant, samples.key(), other.grantKey), false);
  });

  test('what a revoked grant is still being issued is refused, until its tombstone goes', async () => {
    const { store, harness, samples } = given();
    const tenant = await harness.newTenant();
    const { all, grantKey } = issueAll(given(), tenant, samples.key());
    await store.revokeGrant(tenant, grantKey, { tombstoneUntil: samples.in(600) });
    for (const write of all) {
      assert.equal(await store.save(write), 'ended', write.model);
      assert.equal(await store.insertOnce(write), false, write.model);
    }
    assert.deepEqual(await aliveOf(given(), all), []);
    await store.revokeGrant(tenant, grantKey, { tombstoneUntil: samples.in(60) });
    samples.advance(599.999);
    const again = { ...samples.write(tenant, 'AccessToken'), grantKey };
    assert.equal(await store.save(again), 'ended', 'a second revocation does not shorten it');
    samples.advance(0.001);
    assert.equal(await store.save(again), 'saved');
  });

  test('revoking twice, or what was never there, is no error', async () => {
    const { store, harness, samples } = given();
    const tenant = await harness.newTenant();
    const grantKey = samples.key();
    await store.revokeGrant(tenant, grantKey, samples.forADay());
    await store.revokeGrant(tenant, grantKey, samples.forADay());
    assert.deepEqual(await store.endSession(tenant, samples.key(), [], samples.forADay()), []);
    await store.endAccount(tenant, 'nobody', samples.forADay());
  });

  test('a grant, a session and an account that issued thousands of tokens end whole', async () => {
    const { store, harness, samples } = given();
    const tenant = await harness.newTenant();
    const own = { grantKey: samples.key(), sessionKey: samples.key(), accountId: 'alice' };
    const until = samples.forADay();
    const many = (details: Partial<ArtifactWrite>) =>
      Array.from({ length: THOUSANDS }, () => samples.write(tenant, 'AccessToken', details));
    const cases = [
      {
        tokens: many({ grantKey: own.grantKey }),
        end: () => store.revokeGrant(tenant, own.grantKey, until),
      },
      {
        tokens: many({ sessionKey: own.sessionKey, endsWithSession: true }),
        end: () => store.endSession(tenant, own.sessionKey, [samples.key()], until),
      },
      {
        tokens: many({ accountId: own.accountId }),
        end: () => store.endAccount(tenant, own.accountId, until),
      },
    ];
    for (const { tokens, end } of cases) {
      for (let i = 0; i < THOUSANDS; i += 300) await saveAll(given(), tokens.slice(i, i + 300));
      await end();
      const sampled = tokens.filter((_, i) => i % 20 === 0);
      assert.deepEqual(await aliveOf(given(), sampled), []);
    }
  });

  test('ending a session ends what ends with it; offline tokens survive with their grant', async () => {
    const { store, harness, samples } = given();
    const tenant = await harness.newTenant();
    const sessionKey = samples.key();
    const online = issueAll(given(), tenant, samples.key(), { sessionKey, endsWithSession: true });
    const offline = issueAll(given(), tenant, samples.key(), { sessionKey });
    const session = samples.write(tenant, 'Session', { sessionKey, accountId: 'alice' });
    const elsewhere = issueAll(given(), tenant, samples.key(), {
      sessionKey: samples.key(),
      endsWithSession: true,
    });
    await saveAll(given(), [session, ...online.all, ...offline.all, ...elsewhere.all]);

    const grants = [online.grantKey, offline.grantKey];
    const revoked = await store.endSession(tenant, sessionKey, grants, samples.forADay());
    assert.deepEqual(revoked, [online.grantKey]);
    assert.deepEqual(await aliveOf(given(), [session, ...online.all]), []);
    assert.deepEqual(await aliveOf(given(), offline.all), namesOf(offline.all));
    assert.deepEqual(await aliveOf(given(), elsewhere.all), namesOf(elsewhere.all));
    assert.equal(await store.findSessionByUid(tenant, sessionKey), undefined);
    assert.equal(await store.isDenied(tenant, samples.key(), online.grantKey), true);
    assert.equal(await store.isDenied(tenant, samples.key(), offline.grantKey), false);
    // Asked again, as after a failure half-way, the answer is the same.
    assert.deepEqual(
      await store.endSession(tenant, sessionKey, grants, samples.forADay()),
      revoked,
    );
  });

  test('a refresh token that expired, or was destroyed, keeps no grant; a rotated one does', async () => {
    const { store, harness, samples } = given();
    const tenant = await harness.newTenant();
    const grants = [samples.key(), samples.key(), samples.key()] as const;
    const tokens = grants.map((grantKey) => samples.write(tenant, 'RefreshToken', { grantKey }));
    const [expired, destroyed, rotated] = tokens as [ArtifactWrite, ArtifactWrite, ArtifactWrite];
    await saveAll(given(), [{ ...expired, expiresAt: samples.in(60) }, destroyed, rotated]);
    samples.advance(60);
    await store.destroy(tenant, 'RefreshToken', destroyed.key);
    await store.consume(tenant, 'RefreshToken', rotated.key, { retryWindowSeconds: 0 });
    assert.deepEqual(
      (await store.endSession(tenant, samples.key(), grants, samples.forADay())).toSorted(),
      grants.slice(0, 2).toSorted(),
    );
    const successor = { grantKey: grants[2], parentKey: rotated.key };
    const write = samples.write(tenant, 'RefreshToken', successor);
    assert.equal(await store.save(write), 'saved', 'the answer that was on its way arrives');
  });

  test('what an ended session is still writing is refused, but for what outlives it', async () => {
    const { store, harness, samples } = given();
    const tenant = await harness.newTenant();
    const sessionKey = samples.key();
    await store.endSession(tenant, sessionKey, [], { tombstoneUntil: samples.in(600) });
    const session = samples.write(tenant, 'Session', { sessionKey });
    const online = samples.write(tenant, 'RefreshToken', { sessionKey, endsWithSession: true });
    const offline = samples.write(tenant, 'RefreshToken', { sessionKey });
    assert.equal(await store.save(session), 'ended');
    assert.equal(await store.save(online), 'ended');
    assert.equal(await store.save(offline), 'saved');
    samples.advance(600);
    assert.equal(await store.save(session), 'saved');
  });

  test('ending an account deletes all that is its own, and nothing of another', async () => {
    const { store, harness, samples } = given();
    const tenant = await harness.newTenant();
    const own = issueAll(given(), tenant, samples.key(), { accountId: 'alice' });
    const other = issueAll(given(), tenant, samples.key(), { accountId: 'bob' });
    const sessionKey = samples.key();
    const browser = [
      samples.write(tenant, 'Session', { sessionKey, accountId: 'alice' }),
      samples.write(tenant, 'Interaction', { accountId: 'alice' }),
    ];
    const anonymous = samples.write(tenant, 'Session', { sessionKey: samples.key() });
    await saveAll(given(), [...own.all, ...other.all, ...browser, anonymous]);
    await store.endAccount(tenant, 'alice', samples.forADay());
    assert.deepEqual(await aliveOf(given(), [...own.all, ...browser]), []);
    const kept = [...other.all, anonymous];
    assert.deepEqual(await aliveOf(given(), kept), namesOf(kept));
    assert.equal(await store.isDenied(tenant, samples.key(), own.grantKey), true);
    assert.equal(await store.isDenied(tenant, samples.key(), other.grantKey), false);
  });

  test('an ended account refuses requests that began before, and none that begin later', async () => {
    const { store, harness, samples } = given();
    const tenant = await harness.newTenant();
    const before = samples.write(tenant, 'Session', { accountId: 'alice' });
    samples.advance(1);
    await store.endAccount(tenant, 'alice', samples.forADay());
    const during = samples.write(tenant, 'Session', { accountId: 'alice' });
    samples.advance(0.001);
    const later = samples.write(tenant, 'Session', { accountId: 'alice' });
    assert.equal(await store.save(before), 'ended');
    assert.equal(await store.save(during), 'ended');
    assert.equal(await store.save(later), 'saved');
    assert.equal(await store.save({ ...before, accountId: 'bob' }), 'saved');
    assert.ok(await store.find(tenant, 'Session', later.key));
  });

  test('an account ended twice refuses what began before the second time', async () => {
    const { store, harness, samples } = given();
    const tenant = await harness.newTenant();
    await store.endAccount(tenant, 'alice', samples.forADay());
    samples.advance(1);
    const between = samples.write(tenant, 'AccessToken', { accountId: 'alice' });
    await store.save(between);
    samples.advance(1);
    await store.endAccount(tenant, 'alice', samples.forADay());
    assert.equal(await store.save(between), 'ended');
    assert.equal(await store.find(tenant, 'AccessToken', between.key), undefined);
  });
}

/** One of each model under a grant, the Grant first. */
export function issueAll(
  { samples }: Pick<SuiteContext, 'samples'>,
  tenant: string,
  grantKey: string,
  details: Partial<Omit<ArtifactWrite, 'tenantId' | 'model' | 'key'>> = {},
): { grantKey: string; all: ArtifactWrite[] } {
  const { sessionKey: _session, endsWithSession: _ends, ...ofGrant } = details;
  const grant = samples.write(tenant, 'Grant', { ...ofGrant, key: grantKey, grantKey });
  const issued = ISSUED_MODELS.map((model) =>
    samples.write(tenant, model, { ...details, grantKey }),
  );
  return { grantKey, all: [grant, ...issued] };
}

async function saveAll({ harness }: SuiteContext, writes: readonly ArtifactWrite[]): Promise<void> {
  const { replicas } = harness;
  const outcomes = await Promise.all(
    writes.map((write, i) => (replicas[i % replicas.length] ?? replicas[0]).save(write)),
  );
  assert.deepEqual([...new Set(outcomes)], ['saved']);
}

/** The models of those that can still be found. */
async function aliveOf(
  { store }: SuiteContext,
  writes: readonly ArtifactWrite[],
): Promise<string[]> {
  const found = await Promise.all(
    writes.map(({ tenantId, model, key }) => store.find(tenantId, model, key)),
  );
  return namesOf(writes.filter((_, i) => found[i] !== undefined));
}

function namesOf(writes: readonly ArtifactWrite[]): string[] {
  return writes.map(({ model, key }) => `${model} ${key}`);
}
