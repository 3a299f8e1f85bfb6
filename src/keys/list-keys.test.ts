import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { TenantId } from '../tenants/tenant.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { insertTenant } from '../testing/fixtures.ts';
import {
  createKeyReplica,
  createTestClock,
  type KeyReplica,
  randomSealingKey,
  SHORT_POLICY,
} from '../testing/key-replica.ts';
import { listKeys } from './list-keys.ts';
import { loadKeySet } from './load-key-set.ts';
import { rotateSigningKeys } from './rotate-signing-keys.ts';
import type { KeySet } from './signing-key.ts';

const clock = createTestClock();
const sealingKeys = [randomSealingKey()];

let database: TestDatabase;
let tenantId: TenantId;
let one: KeyReplica;

before(async () => {
  database = await createTestDatabase();
});

after(() => database.drop());

beforeEach(async () => {
  tenantId = await insertTenant(database.db);
  one = replica();
  await load(tenantId);
  one.events.length = 0;
});

function replica(): KeyReplica {
  return createKeyReplica({ db: database.db, redis: undefined, clock, sealingKeys });
}

async function load(id: TenantId): Promise<KeySet> {
  return loadKeySet(one.deps, await one.tenant(id));
}

async function stage(id: TenantId): Promise<readonly string[]> {
  const rotation = { mode: 'staged', actor: { type: 'operator' } } as const;
  const { published } = await rotateSigningKeys(one.deps, await one.tenant(id), rotation);
  return published;
}

describe('listKeys', () => {
  test('tells stage, times and sealing key of every key, and no secret', async () => {
    const published = await stage(tenantId);
    const keys = await listKeys(one.deps, { id: tenantId });
    assert.equal(keys.length, 4);
    assert.deepEqual(
      keys.map((key) => [key.algorithm, key.stage]),
      [
        ['ES256', 'active'],
        ['ES256', 'next'],
        ['RS256', 'active'],
        ['RS256', 'next'],
      ],
    );
    for (const key of keys) {
      assert.equal(key.sealingKeyId, sealingKeys[0]?.id);
      assert.equal(key.goneAt, undefined);
      const waits = published.includes(key.kid) ? SHORT_POLICY.publishSeconds * 1000 : 0;
      assert.equal(key.since.getTime(), clock.now().getTime() + waits);
    }
    assert.doesNotMatch(JSON.stringify(keys), /v1\.|"d"/);
  });

  test('answers when no sealing key is at hand, and marks damaged records', async () => {
    await database
      .db('signing_keys')
      .where({ tenant_id: tenantId, algorithm: 'ES256' })
      .update({ sealed_private_jwk: 'damaged' });
    const stranger = createKeyReplica({
      db: database.db,
      redis: undefined,
      clock,
      sealingKeys: [randomSealingKey()],
    });
    const keys = await listKeys(stranger.deps, { id: tenantId });
    assert.deepEqual(
      keys.map((key) => key.sealingKeyId),
      [undefined, sealingKeys[0]?.id],
    );
  });

  test('is empty for a tenant that nobody has used yet', async () => {
    assert.deepEqual(await listKeys(one.deps, { id: await insertTenant(database.db) }), []);
  });
});
