import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { BrowserStore } from '../../accounts/browser-store.ts';
import { NotFoundError } from '../../errors.ts';
import type { TenantId } from '../../tenants/tenant.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts';
import { insertAccount, insertTenant } from '../../testing/fixtures.ts';
import { testTenantIsolation } from '../../testing/tenant-isolation.ts';
import { createPostgresAccountStore } from './account-store.ts';
import { createPostgresBrowserStore } from './browser-store.ts';

const NOW = new Date('2030-01-01T12:00:00Z');
const LATER = new Date('2030-01-31T12:00:00Z');

let database: TestDatabase;
let store: BrowserStore;
let tenantId: TenantId;
let accountId: string;
let now = NOW;

before(async () => {
  database = await createTestDatabase();
  store = createPostgresBrowserStore(database.db, { now: () => now });
});

beforeEach(async () => {
  now = NOW;
  tenantId = await insertTenant(database.db);
  accountId = await insertAccount(database.db, tenantId);
});

after(() => database.drop());

function add(digest: string, of = accountId): Promise<void> {
  return store.add(tenantId, {
    accountId: of,
    digest,
    userAgent: 'Browser/1',
    address: '192.0.2.1',
    createdAt: now,
    expiresAt: LATER,
  });
}

test('a remembered browser is found by its digest until the moment of its expiry', async () => {
  await add('a');
  now = new Date(LATER.getTime() - 1);
  const found = await store.use(tenantId, accountId, 'a');
  assert.ok(found);
  const { id, ...rest } = found;
  assert.deepEqual(rest, {
    userAgent: 'Browser/1',
    address: '192.0.2.1',
    createdAt: NOW,
    lastUsedAt: now,
    expiresAt: LATER,
  });
  assert.deepEqual(await store.list(tenantId, accountId), [{ id, ...rest }]);

  now = LATER;
  assert.equal(await store.use(tenantId, accountId, 'a'), undefined);
  assert.deepEqual(await store.list(tenantId, accountId), []);
});

test('a remembered browser of one account counts for no other', async () => {
  await add('a');
  const other = await insertAccount(database.db, tenantId);
  for (const [of, digest] of [
    [other, 'a'],
    [accountId, 'b'],
    ['a\0b', 'a'],
    [accountId, '\0'],
  ] as const) {
    assert.equal(await store.use(tenantId, of, digest), undefined);
  }
  const [browser] = await store.list(tenantId, accountId);
  assert.ok(browser);
  assert.equal(await store.remove(tenantId, other, browser.id), false);
  assert.equal(await store.removeAll(tenantId, other), 0);
});

test('remembered browsers are listed by their last use, and forgotten one by one or all', async () => {
  for (const digest of ['a', 'b', 'c']) {
    await add(digest);
    now = new Date(now.getTime() + 1000);
  }
  const first = await store.use(tenantId, accountId, 'a');
  assert.ok(first);
  const listed = await store.list(tenantId, accountId);
  assert.equal(listed[0]?.id, first.id);
  assert.equal(listed.length, 3);
  assert.equal(await store.remove(tenantId, accountId, first.id), true);
  assert.equal(await store.remove(tenantId, accountId, first.id), false);
  assert.equal(await store.remove(tenantId, accountId, 'no uuid'), false);
  assert.equal(await store.use(tenantId, accountId, 'a'), undefined);
  assert.equal(await store.removeAll(tenantId, accountId), 2);
  assert.deepEqual(await store.list(tenantId, accountId), []);
});

test('a new password forgets the remembered browsers of its account alone', async () => {
  const accounts = createPostgresAccountStore(database.db, { now: () => now });
  const neighbour = await insertAccount(database.db, tenantId);
  await add('neighbour', neighbour);

  await add('a');
  await accounts.setPassword(tenantId, accountId, 'hash');
  assert.deepEqual(await store.list(tenantId, accountId), []);

  await add('b');
  await accounts.createOneTimeLink(tenantId, {
    accountId,
    purpose: 'reset_password',
    digest: 'link',
    expiresAt: LATER,
  });
  assert.equal((await store.list(tenantId, accountId)).length, 1);
  await accounts.resetPasswordByLink(tenantId, 'link', 'hash');
  assert.deepEqual(await store.list(tenantId, accountId), []);

  await add('c');
  await accounts.upgradePasswordHash(tenantId, accountId, 'hash', 'better hash');
  assert.equal((await store.list(tenantId, accountId)).length, 1);
  assert.equal((await store.list(tenantId, neighbour)).length, 1);
});

test('no browser is remembered for an account that is not there', async () => {
  await assert.rejects(add('a', 'nobody'), NotFoundError);
});

testTenantIsolation<BrowserStore>(
  {
    async add(browsers, mine, theirs) {
      const browser = {
        accountId: theirs.accountId,
        digest: 'd',
        userAgent: '',
        address: '',
        createdAt: now,
        expiresAt: LATER,
      };
      await assert.rejects(browsers.add(mine.tenantId, browser), NotFoundError);
    },
    async use(browsers, mine, theirs) {
      now = new Date();
      const use = (accountId: string, digest: string) =>
        browsers.use(mine.tenantId, accountId, digest);
      assert.ok(await use(mine.accountId, mine.browserDigest));
      assert.equal(await use(theirs.accountId, theirs.browserDigest), undefined);
      assert.equal(await use(mine.accountId, theirs.browserDigest), undefined);
    },
    async list(browsers, mine, theirs) {
      now = new Date();
      assert.equal((await browsers.list(mine.tenantId, mine.accountId)).length, 1);
      assert.deepEqual(await browsers.list(mine.tenantId, theirs.accountId), []);
    },
    async remove(browsers, mine, theirs) {
      const remove = (accountId: string) =>
        browsers.remove(mine.tenantId, accountId, theirs.browserId);
      assert.equal(await remove(theirs.accountId), false);
      assert.equal(await remove(mine.accountId), false);
    },
    async removeAll(browsers, mine, theirs) {
      assert.equal(await browsers.removeAll(mine.tenantId, theirs.accountId), 0);
    },
  },
  () => ({ db: database.db, store }),
);
