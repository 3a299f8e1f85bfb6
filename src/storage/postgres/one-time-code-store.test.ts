import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { OneTimeCodeStore } from '../../accounts/one-time-code-store.ts';
import type { TenantId } from '../../tenants/tenant.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts';
import { insertTenant } from '../../testing/fixtures.ts';
import { testTenantIsolation } from '../../testing/tenant-isolation.ts';
import { createPostgresOneTimeCodeStore } from './one-time-code-store.ts';

const NOW = new Date('2030-01-01T12:00:00Z');
const LATER = new Date('2030-01-01T12:10:00Z');
const MAX_TRIES = 5;
const AT_ONCE = 12;

let database: TestDatabase;
let store: OneTimeCodeStore;
let tenantId: TenantId;
let now = NOW;

before(async () => {
  database = await createTestDatabase();
  store = createPostgresOneTimeCodeStore(database.db, { now: () => now });
});

beforeEach(async () => {
  now = NOW;
  tenantId = await insertTenant(database.db);
});

after(() => database.drop());

function save(lookup: string, digest: string): Promise<void> {
  const code = { lookup, purpose: 'sign_in', nonce: `n-${digest}`, expiresAt: LATER } as const;
  return store.save(tenantId, { ...code, digest });
}

const tryOnce = (lookup: string) => store.countTry(tenantId, lookup, MAX_TRIES);

test('a one-time code gives itself to so many tries and to no more', async () => {
  await save('a', 'one');
  for (let left = MAX_TRIES - 1; left >= 0; left -= 1) {
    assert.deepEqual(await tryOnce('a'), { nonce: 'n-one', digest: 'one', triesLeft: left });
  }
  assert.equal(await tryOnce('a'), undefined);
  assert.equal(await tryOnce('b'), undefined);
});

test('however many try at once, no more of them see the code than may', async () => {
  await save('a', 'one');
  const tries = await Promise.all(Array.from({ length: AT_ONCE }, () => tryOnce('a')));
  assert.equal(tries.filter((seen) => seen !== undefined).length, MAX_TRIES);
});

test('of many uses of a one-time code at once exactly one wins', async () => {
  await save('a', 'one');
  const uses = await Promise.all(
    Array.from({ length: AT_ONCE }, () => store.use(tenantId, 'a', 'one')),
  );
  assert.equal(uses.filter(Boolean).length, 1);
  assert.equal(await tryOnce('a'), undefined);
});

test('a new one-time code takes the place of the older one, with tries of its own', async () => {
  await save('a', 'one');
  for (let count = 0; count < MAX_TRIES; count += 1) await tryOnce('a');
  await save('a', 'two');
  assert.equal(await store.use(tenantId, 'a', 'one'), false);
  assert.equal((await tryOnce('a'))?.digest, 'two');
  assert.equal(await store.use(tenantId, 'a', 'two'), true);
});

test('a one-time code is gone at the moment of its expiry, swept or not', async () => {
  await save('a', 'one');
  now = LATER;
  assert.equal(await tryOnce('a'), undefined);
});

testTenantIsolation<OneTimeCodeStore>(
  {
    async save(codes, mine, theirs) {
      await codes.save(mine.tenantId, {
        lookup: theirs.codeLookup,
        purpose: 'sign_in',
        nonce: '',
        digest: 'stolen',
        expiresAt: LATER,
      });
    },
    async countTry(codes, mine, theirs) {
      now = new Date();
      assert.ok(await codes.countTry(mine.tenantId, mine.codeLookup, MAX_TRIES));
      assert.equal(await codes.countTry(mine.tenantId, theirs.codeLookup, MAX_TRIES), undefined);
    },
    async use(codes, mine, theirs) {
      const { codeLookup, codeDigest } = theirs;
      assert.equal(await codes.use(mine.tenantId, codeLookup, codeDigest), false);
      assert.equal(await codes.use(mine.tenantId, mine.codeLookup, mine.codeDigest), true);
    },
  },
  () => ({ db: database.db, store }),
);
