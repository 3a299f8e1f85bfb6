import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { SealedSigningKey } from '../../keys/signing-key.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts';
import { insertTenant } from '../../testing/fixtures.ts';
import { createPostgresKeyStore } from './key-store.ts';
import { oldestSigningKeys } from './signing-key-ages.ts';

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
