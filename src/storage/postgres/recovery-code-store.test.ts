import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { RecoveryCodeStore } from '../../accounts/recovery-code-store.ts';
import { NotFoundError } from '../../errors.ts';
import type { TenantId } from '../../tenants/tenant.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts';
import { insertAccount, insertTenant } from '../../testing/fixtures.ts';
import { testTenantIsolation } from '../../testing/tenant-isolation.ts';
import { createPostgresRecoveryCodeStore } from './recovery-code-store.ts';

let database: TestDatabase;
let store: RecoveryCodeStore;
let tenantId: TenantId;
let accountId: string;

before(async () => {
  database = await createTestDatabase();
  store = createPostgresRecoveryCodeStore(database.db);
});

beforeEach(async () => {
  tenantId = await insertTenant(database.db);
  accountId = await insertAccount(database.db, tenantId);
});

after(() => database.drop());

test('each recovery code is used once, and the others are counted', async () => {
  await store.replace(tenantId, accountId, ['a', 'b', 'c']);
  assert.equal(await store.use(tenantId, accountId, 'b'), 2);
  assert.equal(await store.use(tenantId, accountId, 'b'), undefined);
  assert.equal(await store.use(tenantId, accountId, 'a'), 1);
  assert.equal(await store.use(tenantId, accountId, 'c'), 0);
});

test('of many uses of a recovery code at once exactly one wins', async () => {
  await store.replace(tenantId, accountId, ['a', 'b']);
  const answers = await Promise.all(
    Array.from({ length: 12 }, () => store.use(tenantId, accountId, 'a')),
  );
  assert.deepEqual(
    answers.filter((answer) => answer !== undefined),
    [1],
  );
});

test('new recovery codes end the older ones, however many are made at once', async () => {
  await store.replace(tenantId, accountId, ['old']);
  await Promise.all(
    Array.from({ length: 6 }, (_, n) => store.replace(tenantId, accountId, [`a${n}`, `b${n}`])),
  );
  assert.equal(await store.use(tenantId, accountId, 'old'), undefined);
  const rows = await database.db('recovery_codes').where({ account_id: accountId });
  assert.equal(rows.length, 2);
});

test('recovery codes count until they are used or replaced', async () => {
  await store.replace(tenantId, accountId, ['a', 'b']);
  const holds = (...digests: string[]) => store.holdsAny(tenantId, accountId, digests);
  assert.deepEqual([await holds('a', 'c'), await holds('c'), await holds()], [true, false, false]);
  await store.use(tenantId, accountId, 'a');
  assert.deepEqual([await holds('a', 'b'), await holds('a')], [true, false]);
  await store.replace(tenantId, accountId, ['c']);
  assert.deepEqual([await holds('a', 'b'), await holds('c', 'a\0b')], [false, false]);
});

test('recovery codes are refused for an account that is not there', async () => {
  for (const nobody of ['nobody', 'a\0b']) {
    await assert.rejects(store.replace(tenantId, nobody, ['a']), NotFoundError);
    assert.equal(await store.use(tenantId, nobody, 'a'), undefined);
  }
});

testTenantIsolation<RecoveryCodeStore>(
  {
    async replace(codes, mine, theirs) {
      await assert.rejects(
        codes.replace(mine.tenantId, theirs.accountId, ['stolen']),
        NotFoundError,
      );
    },
    async use(codes, mine, theirs) {
      const use = (accountId: string, digest: string) =>
        codes.use(mine.tenantId, accountId, digest);
      assert.equal(await use(theirs.accountId, theirs.recoveryCodeDigest), undefined);
      assert.equal(await use(mine.accountId, theirs.recoveryCodeDigest), undefined);
      assert.equal(await use(mine.accountId, mine.recoveryCodeDigest), 0);
    },
    async holdsAny(codes, mine, theirs) {
      const digests = [theirs.recoveryCodeDigest];
      assert.equal(await codes.holdsAny(mine.tenantId, theirs.accountId, digests), false);
      assert.equal(await codes.holdsAny(mine.tenantId, mine.accountId, digests), false);
    },
  },
  () => ({ db: database.db, store }),
);
