import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { randomId } from '../../crypto/random-id.ts';
import { ConflictError } from '../../errors.ts';
import type { KeyStore } from '../../keys/key-store.ts';
import type { SealedSigningKey } from '../../keys/signing-key.ts';
import type { SigningAlgorithm, TenantId } from '../../tenants/tenant.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts';
import { insertTenant } from '../../testing/fixtures.ts';
import { testTenantIsolation } from '../../testing/tenant-isolation.ts';
import { createPostgresKeyStore } from './key-store.ts';
import { keysDueSince } from './signing-key-ages.ts';
import { createPostgresTenantStore } from './tenant-store.ts';

const CREATED = new Date('2030-01-01T00:00:00Z');
const STAGED = new Date('2030-01-02T00:00:00Z');
const GONE = new Date('2030-02-01T00:00:00Z');

let database: TestDatabase;
let store: KeyStore;
let tenantId: TenantId;

before(async () => {
  database = await createTestDatabase();
  store = createPostgresKeyStore(database.db);
});

beforeEach(async () => {
  tenantId = await insertTenant(database.db);
});

after(() => database.drop());

function sealedKey(change: Partial<SealedSigningKey> = {}): SealedSigningKey {
  const kid = change.kid ?? randomId();
  return {
    tenantId,
    kid,
    algorithm: 'ES256',
    stage: 'active',
    publicJwk: { kty: 'EC', crv: 'P-256', x: 'x', y: 'y', kid },
    sealedPrivateJwk: `sealed ${kid}`,
    createdAt: CREATED,
    stageSince: STAGED,
    goneAt: undefined,
    ...change,
  };
}

async function versionOfTenant(): Promise<number | undefined> {
  return (await createPostgresTenantStore(database.db).findById(tenantId))?.version;
}

describe('a key set', () => {
  test('of a tenant without keys is empty and at version 0', async () => {
    assert.deepEqual(await store.load(tenantId), { tenantId, version: 0, keys: [] });
  });

  test('comes back as it was stored, and moves the version of its tenant', async () => {
    const keys = [
      sealedKey({ kid: 'a', stage: 'active', algorithm: 'RS256' }),
      sealedKey({ kid: 'b', stage: 'next', createdAt: STAGED }),
      sealedKey({ kid: 'c', stage: 'retiring', createdAt: GONE, goneAt: GONE }),
    ];
    assert.equal(await store.replace(tenantId, 0, keys), true);
    assert.deepEqual(await store.load(tenantId), { tenantId, version: 1, keys });
    assert.equal(await versionOfTenant(), 2);
  });

  test('is replaced as a whole: keys that are not named any more are gone', async () => {
    const kept = sealedKey({ kid: 'kept', stage: 'next' });
    await store.replace(tenantId, 0, [kept, sealedKey()]);
    const moved = { ...kept, stage: 'active' as const, stageSince: GONE };
    assert.equal(await store.replace(tenantId, 1, [moved]), true);
    assert.deepEqual(await store.load(tenantId), { tenantId, version: 2, keys: [moved] });
  });

  test('is not replaced by somebody who saw an older version', async () => {
    const first = sealedKey();
    await store.replace(tenantId, 0, [first]);
    const version = await versionOfTenant();
    for (const stale of [0, 2, 7]) {
      assert.equal(await store.replace(tenantId, stale, [sealedKey()]), false);
    }
    assert.deepEqual((await store.load(tenantId)).keys, [first]);
    assert.equal(await versionOfTenant(), version);
  });

  test('is made once when many replicas make the first one', async () => {
    const keys = Array.from({ length: 8 }, () => sealedKey());
    const answers = await Promise.all(keys.map((key) => store.replace(tenantId, 0, [key])));
    assert.equal(answers.filter(Boolean).length, 1);
    const winner = keys[answers.indexOf(true)];
    assert.deepEqual(await store.load(tenantId), { tenantId, version: 1, keys: [winner] });
    assert.equal(await versionOfTenant(), 2);
  });

  test('of a tenant that is not there is not made', async () => {
    const nobody = '00000000-0000-4000-8000-000000000000';
    assert.equal(await store.replace(nobody, 0, []), false);
  });

  test('never holds a key of another tenant', async () => {
    const other = await insertTenant(database.db);
    await assert.rejects(
      store.replace(tenantId, 0, [sealedKey({ tenantId: other })]),
      ConflictError,
    );
  });

  test('that cannot be stored whole leaves the one before it', async () => {
    const first = sealedKey();
    await store.replace(tenantId, 0, [first]);
    const twice = sealedKey();
    await assert.rejects(store.replace(tenantId, 1, [twice, twice]));
    assert.deepEqual(await store.load(tenantId), { tenantId, version: 1, keys: [first] });
  });
});

const at = (day: number) => new Date(Date.UTC(2001, 0, day));

/** A new tenant with keys. */
async function set(...keys: Partial<SealedSigningKey>[]): Promise<TenantId> {
  tenantId = await insertTenant(database.db);
  await store.replace(
    tenantId,
    0,
    keys.map((key) => sealedKey(key)),
  );
  return tenantId;
}

test('tenants are due when a stage ended, the longest waiting first', async () => {
  const next = await set({ stage: 'next', stageSince: at(5) });
  const retiring = await set(
    { stage: 'retiring', stageSince: at(1), goneAt: at(3) },
    { stage: 'next', stageSince: at(4) },
  );
  await set({ stage: 'active', stageSince: at(1) });

  assert.deepEqual(await store.tenantsDue(at(2), 10), []);
  assert.deepEqual(await store.tenantsDue(at(3), 10), [retiring]);
  assert.deepEqual(await store.tenantsDue(at(5), 10), [retiring, next]);
  assert.deepEqual(await store.tenantsDue(at(5), 1), [retiring]);
  assert.deepEqual(await store.tenantsDue(at(5), 10, [retiring]), [next]);
});

test('keys of an algorithm that only a newer release knows are due for that one', async () => {
  const at = (day: number) => new Date(Date.UTC(1998, 0, day));
  const mine = await set(
    { stage: 'active', stageSince: at(2) },
    { stage: 'next', stageSince: at(2) },
  );
  const novel = 'ML-DSA-65' as SigningAlgorithm;
  await set(
    { algorithm: novel, stage: 'active', stageSince: at(1) },
    { algorithm: novel, stage: 'next', stageSince: at(1) },
  );
  await set({ algorithm: novel, stage: 'active', stageSince: at(1) });
  assert.deepEqual(await store.tenantsDue(at(3), 10), [mine]);
  assert.deepEqual(await store.tenantsWithoutSuccessor(at(3), 10), []);
  assert.equal(await keysDueSince(database.db, { now: at(1), successorSeconds: 0 }), undefined);
  const gone = await set({ algorithm: novel, stage: 'retiring', stageSince: at(1), goneAt: at(4) });
  assert.deepEqual(await store.tenantsDue(at(4), 10), [mine, gone]);
});

test('tenants are without a successor when none waits for a key that has signed since', async () => {
  // Earlier than any key of the other tests.
  const at = (day: number) => new Date(Date.UTC(1999, 0, day));
  const rsa = { algorithm: 'RS256', stage: 'active' } as const;
  const recent = await set({ ...rsa, stageSince: at(5) });
  const long = await set({ ...rsa, stageSince: at(3) }, { stage: 'active', stageSince: at(6) });
  await set({ ...rsa, stageSince: at(1) }, { ...rsa, stage: 'next', stageSince: at(9) });
  const half = await set(
    { ...rsa, stageSince: at(1) },
    { ...rsa, stage: 'next', stageSince: at(9) },
    { algorithm: 'ES256', stage: 'active', stageSince: at(4) },
  );
  await set({ ...rsa, stage: 'retiring', stageSince: at(1), goneAt: at(9) });

  assert.deepEqual(await store.tenantsWithoutSuccessor(at(2), 10), []);
  assert.deepEqual(await store.tenantsWithoutSuccessor(at(3), 10), [long]);
  assert.deepEqual(await store.tenantsWithoutSuccessor(at(5), 10), [long, half, recent]);
  assert.deepEqual(await store.tenantsWithoutSuccessor(at(5), 1), [long]);
  assert.deepEqual(await store.tenantsWithoutSuccessor(at(5), 10, [long, half]), [recent]);
});

testTenantIsolation<KeyStore>(
  {
    async load(keys, mine) {
      const set = await keys.load(mine.tenantId);
      assert.deepEqual(
        set.keys.map(({ kid }) => kid),
        [mine.kid],
      );
    },
    async replace(keys, mine, theirs) {
      const key = { ...sealedKey({ kid: theirs.kid }), tenantId: mine.tenantId };
      assert.equal(await keys.replace(mine.tenantId, 1, [key]), true);
    },
    async tenantsDue(keys, mine, theirs) {
      await keys.replace(mine.tenantId, 1, []);
      const due = await keys.tenantsDue(new Date(), 1000);
      assert.ok(due.includes(theirs.tenantId));
      assert.ok(!due.includes(mine.tenantId));
    },
    async tenantsWithoutSuccessor(keys, mine, theirs) {
      const signing = { stage: 'active', stageSince: at(1) } as const;
      const { tenantId: mineId } = mine;
      await keys.replace(mineId, 1, [
        { ...sealedKey(signing), tenantId: mineId },
        { ...sealedKey({ stage: 'next' }), tenantId: mineId },
      ]);
      // The key of another tenant that waits is no successor here, nor the other way round.
      const alone = await set(signing);
      const found = await keys.tenantsWithoutSuccessor(at(1), 1000);
      assert.ok(found.includes(alone));
      assert.ok(!found.includes(mineId) && !found.includes(theirs.tenantId));
    },
  },
  () => ({ db: database.db, store }),
);
