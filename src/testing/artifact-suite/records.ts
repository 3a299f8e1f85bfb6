import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ArtifactModel } from '../../provider/artifact-store.ts';
import type { SuiteContext } from '../artifact-store-suite.ts';

const RACERS = 100;
const ONCE = { retryWindowSeconds: 0 };

const SINGLE_USE_MODELS: readonly ArtifactModel[] = [
  'AuthorizationCode',
  'BackchannelAuthenticationRequest',
  'DeviceCode',
  'PushedAuthorizationRequest',
  'RefreshToken',
];

/** Saving, finding, expiry, single use and what is denied. */
export function testRecords(given: () => SuiteContext): void {
  test('an artifact is found as it was saved, until the millisecond it expires', async () => {
    const { store, harness, samples } = given();
    const tenant = await harness.newTenant();
    const write = samples.write(tenant, 'Session', { sessionKey: samples.key() });
    assert.equal(await store.save(write), 'saved');
    const expected = {
      payload: write.payload,
      expiresAt: write.expiresAt,
      use: 'unused',
      consumedAt: undefined,
    };
    assert.deepEqual(await store.find(tenant, 'Session', write.key), expected);
    harness.setNow(new Date(write.expiresAt.getTime() - 1));
    assert.deepEqual(await store.find(tenant, 'Session', write.key), expected);
    harness.setNow(write.expiresAt);
    assert.equal(await store.find(tenant, 'Session', write.key), undefined);
    assert.equal(await store.findSessionByUid(tenant, write.sessionKey ?? ''), undefined);
  });

  test('a payload may hold any text that JSON can', async () => {
    const { store, harness, samples } = given();
    const tenant = await harness.newTenant();
    const payload = { 'a\u0000b': ['\u0000', '\ud800', '𝄞', { deep: [null, true, 1e300] }] };
    const write = samples.write(tenant, 'Interaction', { payload });
    await store.save(write);
    assert.deepEqual((await store.find(tenant, 'Interaction', write.key))?.payload, payload);
  });

  test('one key under two models is two artifacts', async () => {
    const { store, harness, samples } = given();
    const tenant = await harness.newTenant();
    const code = samples.write(tenant, 'AuthorizationCode');
    await store.save(code);
    assert.equal(await store.find(tenant, 'DeviceCode', code.key), undefined);
    assert.equal(await store.consume(tenant, 'DeviceCode', code.key, ONCE), 'lost');
  });

  test('replacing changes payload and expiry and keeps what was recorded of consumption', async () => {
    const { store, harness, samples } = given();
    const tenant = await harness.newTenant();
    const write = samples.write(tenant, 'DeviceCode');
    await store.save(write);
    await store.consume(tenant, 'DeviceCode', write.key, ONCE);
    const consumedAt = harness.now();
    samples.advance(1);
    const later = { ...write, payload: { other: true }, expiresAt: samples.in(7200) };
    assert.equal(await store.save(later), 'saved');
    assert.deepEqual(await store.find(tenant, 'DeviceCode', write.key), {
      payload: later.payload,
      expiresAt: later.expiresAt,
      use: 'used',
      consumedAt,
    });
    assert.equal(await store.consume(tenant, 'DeviceCode', write.key, ONCE), 'lost');
  });

  test('of what expired nothing is kept when its key is written again', async () => {
    const { store, harness, samples } = given();
    const tenant = await harness.newTenant();
    const write = samples.write(tenant, 'DeviceCode');
    await store.save(write);
    await store.consume(tenant, 'DeviceCode', write.key, ONCE);
    harness.setNow(write.expiresAt);
    await store.save({ ...write, expiresAt: samples.in(60) });
    assert.equal((await store.find(tenant, 'DeviceCode', write.key))?.use, 'unused');
  });

  test('a write that has expired already leaves nothing to find', async () => {
    const { store, harness, samples } = given();
    const tenant = await harness.newTenant();
    const write = samples.write(tenant, 'Interaction');
    await store.save(write);
    assert.equal(await store.save({ ...write, expiresAt: harness.now() }), 'saved');
    assert.equal(await store.find(tenant, 'Interaction', write.key), undefined);
  });

  test('destroying deletes one artifact, and what is not there is no error', async () => {
    const { store, harness, samples } = given();
    const tenant = await harness.newTenant();
    const [kept, gone] = [samples.write(tenant, 'Session'), samples.write(tenant, 'Session')];
    await store.save(kept);
    await store.save(gone);
    await store.destroy(tenant, 'Session', gone.key);
    await store.destroy(tenant, 'Session', gone.key);
    assert.equal(await store.find(tenant, 'Session', gone.key), undefined);
    assert.ok(await store.find(tenant, 'Session', kept.key));
  });

  test('a session is found by its uid, under the id that it changed to', async () => {
    const { store, harness, samples } = given();
    const tenant = await harness.newTenant();
    const sessionKey = samples.key();
    const before = samples.write(tenant, 'Session', { sessionKey, payload: { id: 'before' } });
    const token = samples.write(tenant, 'AccessToken', { sessionKey, endsWithSession: true });
    await store.save(before);
    await store.save({ ...token, expiresAt: samples.in(7200) });
    const renewed = samples.write(tenant, 'Session', {
      sessionKey,
      payload: { id: 'after' },
      expiresAt: samples.in(3601),
    });
    await store.save(renewed);
    assert.deepEqual((await store.findSessionByUid(tenant, sessionKey))?.payload, { id: 'after' });
    await store.destroy(tenant, 'Session', before.key);
    assert.deepEqual((await store.findSessionByUid(tenant, sessionKey))?.payload, { id: 'after' });
    await store.destroy(tenant, 'Session', renewed.key);
    assert.equal(await store.findSessionByUid(tenant, sessionKey), undefined);
  });

  test('a device code is found by its user code, with its use', async () => {
    const { store, harness, samples } = given();
    const tenant = await harness.newTenant();
    const userCodeKey = samples.key();
    const write = samples.write(tenant, 'DeviceCode', { userCodeKey });
    await store.save(write);
    assert.deepEqual((await store.findByUserCode(tenant, userCodeKey))?.payload, write.payload);
    await store.consume(tenant, 'DeviceCode', write.key, ONCE);
    assert.equal((await store.findByUserCode(tenant, userCodeKey))?.use, 'used');
    harness.setNow(write.expiresAt);
    assert.equal(await store.findByUserCode(tenant, userCodeKey), undefined);
  });

  for (const model of SINGLE_USE_MODELS) {
    test(`of ${RACERS} that consume one ${model} at once exactly one wins`, async () => {
      const { store, harness, samples } = given();
      const tenant = await harness.newTenant();
      const write = samples.write(tenant, model);
      await store.save(write);
      const outcomes = await raceReplicas(given(), (replica) =>
        replica.consume(tenant, model, write.key, ONCE),
      );
      assert.equal(outcomes.filter((outcome) => outcome === 'consumed').length, 1);
      const found = await store.find(tenant, model, write.key);
      assert.deepEqual([found?.use, found?.consumedAt], ['used', harness.now()]);
    });
  }

  test('what is not there, or has expired, cannot be consumed', async () => {
    const { store, harness, samples } = given();
    const tenant = await harness.newTenant();
    const write = samples.write(tenant, 'AuthorizationCode');
    assert.equal(await store.consume(tenant, write.model, write.key, ONCE), 'lost');
    await store.save(write);
    harness.setNow(write.expiresAt);
    assert.equal(await store.consume(tenant, write.model, write.key, ONCE), 'lost');
  });

  test(`of ${RACERS} that insert one key at once exactly one does, and again once it expired`, async () => {
    const { harness, samples } = given();
    const tenant = await harness.newTenant();
    const write = samples.write(tenant, 'ReplayDetection', { payload: {} });
    for (const round of [write, { ...write, expiresAt: samples.in(9000) }]) {
      const outcomes = await raceReplicas(given(), (replica) => replica.insertOnce(round));
      assert.equal(outcomes.filter(Boolean).length, 1);
      harness.setNow(write.expiresAt);
    }
  });

  test('inserting once leaves what is there as it is', async () => {
    const { store, harness, samples } = given();
    const tenant = await harness.newTenant();
    const write = samples.write(tenant, 'ReplayDetection', { payload: { first: true } });
    assert.equal(await store.insertOnce(write), true);
    assert.equal(await store.insertOnce({ ...write, payload: { first: false } }), false);
    const found = await store.find(tenant, 'ReplayDetection', write.key);
    assert.deepEqual(found?.payload, { first: true });
  });

  test('a refresh token extends its grant, and replacing the grant never shortens it', async () => {
    const { store, harness, samples } = given();
    const tenant = await harness.newTenant();
    const grant = grantOf(given(), tenant);
    await store.save(grant);
    const expiresAt = samples.in(30 * 86_400);
    await store.save(samples.write(tenant, 'RefreshToken', { grantKey: grant.key, expiresAt }));
    const extended = await store.find(tenant, 'Grant', grant.key);
    assert.ok(extended && extended.expiresAt >= expiresAt);
    await store.save({ ...grant, payload: { scope: 'more' } });
    assert.deepEqual(await store.find(tenant, 'Grant', grant.key), {
      ...extended,
      payload: { scope: 'more' },
    });
    harness.setNow(new Date(expiresAt.getTime() - 1));
    assert.ok(await store.find(tenant, 'Grant', grant.key));
    // Extended, it still ends with everything else of its own.
    await store.revokeGrant(tenant, grant.key, samples.forADay());
    assert.equal(await store.find(tenant, 'Grant', grant.key), undefined);
  });

  test('a refresh token does not bring an expired grant back', async () => {
    const { store, harness, samples } = given();
    const tenant = await harness.newTenant();
    const grant = grantOf(given(), tenant);
    await store.save(grant);
    harness.setNow(grant.expiresAt);
    await store.save(samples.write(tenant, 'RefreshToken', { grantKey: grant.key }));
    assert.equal(await store.find(tenant, 'Grant', grant.key), undefined);
  });

  test('a jti is denied until it expires', async () => {
    const { store, harness, samples } = given();
    const tenant = await harness.newTenant();
    const [jti, until] = [samples.key(), samples.in(600)];
    assert.equal(await store.isDenied(tenant, jti, samples.key()), false);
    await store.deny(tenant, jti, until);
    await store.deny(tenant, jti, samples.in(10));
    assert.equal(await store.isDenied(tenant, jti, undefined), true);
    assert.equal(await store.isDenied(tenant, samples.key(), undefined), false);
    harness.setNow(until);
    assert.equal(await store.isDenied(tenant, jti, undefined), false);
  });
}

function raceReplicas<T>(
  { harness }: SuiteContext,
  run: (replica: SuiteContext['store']) => Promise<T>,
): Promise<T[]> {
  const { replicas } = harness;
  return Promise.all(
    Array.from({ length: RACERS }, (_, i) => run(replicas[i % replicas.length] ?? replicas[0])),
  );
}

function grantOf({ samples }: SuiteContext, tenant: string) {
  const key = samples.key();
  return samples.write(tenant, 'Grant', { key, grantKey: key, accountId: 'alice' });
}
