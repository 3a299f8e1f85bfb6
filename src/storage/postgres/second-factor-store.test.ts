import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { SecondFactorStore } from '../../accounts/second-factor-store.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts';
import { insertAccount, insertTenant } from '../../testing/fixtures.ts';
import { populateTenant } from '../../testing/populated-tenant.ts';
import { testTenantIsolation } from '../../testing/tenant-isolation.ts';
import { createPostgresSecondFactorStore } from './second-factor-store.ts';

const NONE = { totp: undefined, recoveryCodesLeft: 0, passkeys: 0 };

let database: TestDatabase;
let store: SecondFactorStore;

before(async () => {
  database = await createTestDatabase();
  store = createPostgresSecondFactorStore(database.db);
});

after(() => database.drop());

test('an account without a second factor, or none at all, has none', async () => {
  const tenantId = await insertTenant(database.db);
  const accountId = await insertAccount(database.db, tenantId);
  for (const id of [accountId, 'nobody', 'a\0b']) {
    assert.deepEqual(await store.factorsOf(tenantId, id), NONE);
  }
});

test('the second factors of an account are all there, and one that waits is none', async () => {
  const { tenantId, accountId, totpId } = await populateTenant(database.db);
  const factors = await store.factorsOf(tenantId, accountId);
  assert.ok(factors.totp?.createdAt instanceof Date);
  assert.equal(factors.totp.lastUsedAt, undefined);
  assert.equal(factors.recoveryCodesLeft, 1);
  assert.equal(factors.passkeys, 1);

  const usedAt = new Date('2030-01-01T12:00:00Z');
  await database
    .db('totp_factors')
    .where({ id: totpId })
    .update({ name: 'phone', last_used_at: usedAt });
  const { totp } = await store.factorsOf(tenantId, accountId);
  assert.equal(totp?.name, 'phone');
  assert.deepEqual(totp.lastUsedAt, usedAt);

  await database.db('totp_factors').where({ id: totpId }).delete();
  assert.equal((await store.factorsOf(tenantId, accountId)).totp, undefined);
});

test('all second factors of an account go at once, with what waits and what is remembered', async () => {
  const { tenantId, accountId } = await populateTenant(database.db);
  const removed = await store.removeAll(tenantId, accountId);
  assert.deepEqual(removed, { totp: true, recoveryCodes: 1, passkeys: 1, browsers: 1 });
  for (const table of ['totp_factors', 'recovery_codes', 'passkeys', 'remembered_browsers']) {
    assert.deepEqual(await database.db(table).where({ account_id: accountId }), []);
  }
  assert.deepEqual(await store.factorsOf(tenantId, accountId), NONE);
  const again = await store.removeAll(tenantId, accountId);
  assert.deepEqual(again, { totp: false, recoveryCodes: 0, passkeys: 0, browsers: 0 });
  assert.deepEqual(await store.removeAll(tenantId, 'a\0b'), again);
});

testTenantIsolation<SecondFactorStore>(
  {
    async factorsOf(factors, mine, theirs) {
      assert.ok((await factors.factorsOf(mine.tenantId, mine.accountId)).totp);
      assert.deepEqual(await factors.factorsOf(mine.tenantId, theirs.accountId), NONE);
    },
    async removeAll(factors, mine, theirs) {
      const { totp, passkeys } = await factors.removeAll(mine.tenantId, theirs.accountId);
      assert.deepEqual({ totp, passkeys }, { totp: false, passkeys: 0 });
    },
  },
  () => ({ db: database.db, store }),
);
