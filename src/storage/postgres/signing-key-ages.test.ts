import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { SealedSigningKey } from '../../keys/signing-key.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts';
import { insertTenant } from '../../testing/fixtures.ts';
import { createPostgresKeyStore } from './key-store.ts';
import { keysDueSince, oldestSigningKeys } from './signing-key-ages.ts';

const OLDEST = new Date('2030-01-01T00:00:00Z');
const OLD = new Date('2030-01-02T00:00:00Z');
const STAGED = new Date('2030-06-01T00:00:00Z');

describe('the ages of signing keys', () => {
  let database: TestDatabase;
  before(async () => {
    database = await createTestDatabase();
  });
  after(() => database.drop());

  it('are those of the oldest key of each stage, one that waits to sign included', async () => {
    const store = createPostgresKeyStore(database.db);
    for (const createdAt of [OLD, OLDEST]) {
      const tenantId = await insertTenant(database.db);
      const key = (stage: SealedSigningKey['stage']): SealedSigningKey => {
        const kid = `${stage} ${createdAt.toISOString()}`;
        return {
          tenantId,
          kid,
          algorithm: 'ES256',
          stage,
          publicJwk: { kty: 'EC', kid },
          sealedPrivateJwk: 'sealed',
          createdAt,
          stageSince: STAGED,
          goneAt: undefined,
        };
      };
      assert.ok(await store.replace(tenantId, 0, [key('active'), key('next')]));
    }
    const ages = await oldestSigningKeys(database.db);
    assert.deepEqual(
      ages.toSorted((a, b) => a.stage.localeCompare(b.stage)),
      [
        { algorithm: 'ES256', stage: 'active', createdAt: OLDEST },
        { algorithm: 'ES256', stage: 'next', createdAt: OLDEST },
      ],
    );
  });
});

describe('the step of a signing key that waits longest', () => {
  const at = (minute: number) => new Date(Date.UTC(2030, 0, 1, 0, minute));
  const successorSeconds = 600;
  let database: TestDatabase;
  before(async () => {
    database = await createTestDatabase();
  });
  after(() => database.drop());

  const store = async (...keys: Pick<SealedSigningKey, 'stage' | 'stageSince' | 'goneAt'>[]) => {
    const tenantId = await insertTenant(database.db);
    const sealed = keys.map((key, index) => ({
      ...key,
      tenantId,
      kid: `${index}`,
      algorithm: 'ES256' as const,
      publicJwk: { kty: 'EC' },
      sealedPrivateJwk: 'sealed',
      createdAt: at(0),
    }));
    assert.ok(await createPostgresKeyStore(database.db).replace(tenantId, 0, sealed));
  };

  it('is a successor that is missing, a key that is to sign, or one that is to go', async () => {
    const since = (now: Date, seconds: number | undefined = successorSeconds) =>
      keysDueSince(database.db, { now, successorSeconds: seconds });
    const next = { stage: 'next', stageSince: at(40), goneAt: undefined } as const;
    await store({ stage: 'active', stageSince: at(0), goneAt: undefined }, next);
    assert.equal(await since(at(39)), undefined);
    assert.deepEqual(await since(at(40)), at(40));
    await store({ stage: 'retiring', stageSince: at(0), goneAt: at(30) });
    assert.deepEqual(await since(at(50)), at(30));
    await store({ stage: 'active', stageSince: at(10), goneAt: undefined });
    assert.deepEqual(await since(at(20)), at(20));
    assert.deepEqual(await since(at(50)), at(20));
    assert.deepEqual(
      await keysDueSince(database.db, { now: at(50), successorSeconds: undefined }),
      at(30),
    );
  });
});
