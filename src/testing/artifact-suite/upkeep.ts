import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SuiteContext } from '../artifact-store-suite.ts';

/** `countSessions` and `sweep`. */
export function testUpkeep(given: () => SuiteContext): void {
  test('sessions alive now are counted, over all tenants, each once', async () => {
    const { store, harness, samples } = given();
    const before = await store.countSessions();
    const tenants = [await harness.newTenant(), await harness.newTenant()];
    const sessions = tenants.flatMap((tenant) =>
      [60, 120, 180].map((seconds) =>
        samples.write(tenant, 'Session', {
          sessionKey: samples.key(),
          accountId: 'alice',
          expiresAt: samples.in(seconds),
        }),
      ),
    );
    for (const session of sessions) await store.save(session);
    assert.equal(await store.countSessions(), before + 6);
    for (const session of sessions) await store.save(session);
    await store.save(samples.write(tenants[0] ?? '', 'Interaction'));
    assert.equal(await store.countSessions(), before + 6, 'replaced, a session is still one');

    const [first, second] = sessions;
    assert.ok(first && second);
    await store.destroy(first.tenantId, 'Session', first.key);
    assert.equal(await store.countSessions(), before + 5);
    await store.endSession(second.tenantId, second.sessionKey ?? '', [], samples.forADay());
    assert.equal(await store.countSessions(), before + 4);
    await store.endAccount(tenants[1] ?? '', 'alice', samples.forADay());
    assert.equal(await store.countSessions(), before + 1);
  });

  test('a session that expired is not counted, swept or not', async () => {
    const { store, harness, samples } = given();
    const tenant = await harness.newTenant();
    const session = samples.write(tenant, 'Session', { sessionKey: samples.key() });
    // All that other tests saved has expired by then.
    samples.advance(365 * 86_400);
    assert.equal(await store.countSessions(), 0);
    await store.save({ ...session, expiresAt: samples.in(60) });
    assert.equal(await store.countSessions(), 1);
    samples.advance(60);
    assert.equal(await store.countSessions(), 0);
  });

  test('sweeping removes what expired, at most as much as it is told, and nothing else', async () => {
    const { store, harness, samples } = given();
    const tenant = await harness.newTenant();
    while ((await store.sweep(1000)) > 0);
    const grantKey = samples.key();
    const of = (seconds: number) =>
      samples.write(tenant, 'AccessToken', {
        grantKey,
        accountId: 'alice',
        expiresAt: samples.in(seconds),
      });
    const [dead, alive] = [Array.from({ length: 25 }, () => of(60)), [of(120), of(180)]];
    for (const write of [...dead, ...alive]) await store.save(write);
    assert.equal(await store.sweep(10), 0, 'nothing has expired yet');

    samples.advance(60);
    const waiting = await harness.leftovers();
    assert.ok(waiting >= 25);
    assert.equal(await store.sweep(10), 10);
    assert.equal(await harness.leftovers(), waiting - 10);
    let swept = 10;
    for (let more = -1; more !== 0; swept += more) more = await store.sweep(1000);
    assert.equal(swept, waiting);
    assert.equal(await harness.leftovers(), 0);
    for (const { model, key } of alive) assert.ok(await store.find(tenant, model, key));
    await store.revokeGrant(tenant, grantKey, samples.forADay());
    for (const { model, key } of alive) {
      assert.equal(await store.find(tenant, model, key), undefined, 'still known to its grant');
    }
  });

  test('replicas that sweep at once share the work', async () => {
    const { store, harness, samples } = given();
    const tenant = await harness.newTenant();
    while ((await store.sweep(1000)) > 0);
    const live = samples.write(tenant, 'Session', { sessionKey: samples.key() });
    for (let i = 0; i < 40; i += 1) {
      const write = { expiresAt: samples.in(1), accountId: 'alice' };
      await store.save(samples.write(tenant, 'Interaction', write));
    }
    await store.save({ ...live, accountId: 'alice' });
    samples.advance(1);
    const waiting = await harness.leftovers();
    let swept = 0;
    while ((await harness.leftovers()) > 0) {
      const counts = await Promise.all(harness.replicas.map((replica) => replica.sweep(10)));
      swept += counts.reduce((sum, count) => sum + count, 0);
    }
    assert.equal(swept, waiting);
    assert.ok(await store.find(tenant, 'Session', live.key));
  });
}
