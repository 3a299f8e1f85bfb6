import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { StorageUnavailableError } from '../errors.ts';
import { createAccountWorld } from '../testing/account-world.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { signOutEverybody } from './sign-out-everybody.ts';

describe('signing everybody of a tenant out', () => {
  let database: TestDatabase;
  before(async () => {
    database = await createTestDatabase();
  });
  after(() => database.drop());

  it('is in the audit log before anybody is signed out, and again when all are', async () => {
    const { tenant, accountId, events, ended, deps } = await createAccountWorld(database.db);
    const actor = { type: 'operator', id: 'op' } as const;
    const away = async () => {
      throw new StorageUnavailableError('redis');
    };
    await assert.rejects(
      signOutEverybody({ ...deps, endAccountSessions: away }, tenant, { actor }),
      StorageUnavailableError,
    );
    const [begun, ...more] = events;
    assert.equal(begun?.kind, 'tenant.sign_out_begun');
    assert.deepEqual(begun.actor, actor);
    assert.deepEqual(more, []);

    assert.equal(await signOutEverybody(deps, tenant, { actor }), 1);
    assert.deepEqual(ended, [accountId]);
    assert.deepEqual(
      events.map(({ kind, detail }) => [kind, detail?.accounts]),
      [
        ['tenant.sign_out_begun', undefined],
        ['tenant.sign_out_begun', undefined],
        ['tenant.signed_out', 1],
      ],
    );
  });
});
