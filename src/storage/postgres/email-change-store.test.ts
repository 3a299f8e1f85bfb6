import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { EmailChangeStore } from '../../accounts/email-change-store.ts';
import { randomId } from '../../crypto/random-id.ts';
import { NotFoundError } from '../../errors.ts';
import type { TenantId } from '../../tenants/tenant.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts';
import { insertAccount, insertTenant } from '../../testing/fixtures.ts';
import { testTenantIsolation } from '../../testing/tenant-isolation.ts';
import { createPostgresAccountStore } from './account-store.ts';
import { createPostgresEmailChangeStore } from './email-change-store.ts';

const NOW = new Date('2030-01-01T12:00:00Z');
const LATER = new Date('2030-01-02T12:00:00Z');
const OLD = 'Old@acme.example';
const NEW = 'New@acme.example';

let database: TestDatabase;
let store: EmailChangeStore;
let tenantId: TenantId;
let accountId: string;
let now = NOW;

before(async () => {
  database = await createTestDatabase();
  store = createPostgresEmailChangeStore(database.db, { now: () => now });
});
beforeEach(async () => {
  now = NOW;
  tenantId = await insertTenant(database.db);
  accountId = await insertAccount(database.db, tenantId, { username: OLD, email: OLD });
});
after(() => database.drop());

const account = (id = accountId) =>
  createPostgresAccountStore(database.db, { now: () => new Date() }).findById(tenantId, id);

async function begin(
  change: { email?: string; approved?: boolean; id?: string; previous?: string | undefined } = {},
): Promise<string> {
  const digest = randomId();
  await store.begin(tenantId, {
    accountId: change.id ?? accountId,
    email: change.email ?? NEW,
    previousEmail: 'previous' in change ? change.previous : OLD,
    approvalDigest: change.approved === true ? undefined : digest,
    expiresAt: LATER,
  });
  return digest;
}

describe('a change of address', () => {
  for (const first of ['prove', 'approve'] as const) {
    test(`waits for both mailboxes, whichever is first: ${first}`, async () => {
      const digest = await begin();
      const prove = () => store.prove(tenantId, accountId, NEW);
      const approve = () => store.approve(tenantId, digest);
      const [one, two] = first === 'prove' ? [prove, approve] : [approve, prove];
      assert.deepEqual(await one(), { outcome: 'waiting' });
      const pending = await store.find(tenantId, accountId);
      assert.equal(pending?.proved, first === 'prove');
      assert.equal(pending?.awaitsApproval, first === 'prove');
      assert.equal((await account())?.email, OLD);
      assert.deepEqual(await two(), { outcome: 'changed', email: NEW, previousEmail: OLD });
      assert.equal(await store.find(tenantId, accountId), undefined);
    });
  }

  test('takes along the username that was the address, and confirms the new one', async () => {
    await begin({ approved: true });
    await store.prove(tenantId, accountId, NEW);
    const changed = await account();
    assert.deepEqual([changed?.username, changed?.email, changed?.emailVerified], [NEW, NEW, true]);
    const accounts = createPostgresAccountStore(database.db, { now: () => new Date() });
    assert.ok(await accounts.findByIdentifier(tenantId, 'new@ACME.example'));
    assert.equal(await accounts.findByIdentifier(tenantId, OLD), undefined);

    const named = await insertAccount(database.db, tenantId, { username: 'carol', email: 'c@a.b' });
    await begin({ id: named, email: 'd@a.b', previous: 'c@a.b', approved: true });
    await store.prove(tenantId, named, 'd@a.b');
    assert.equal((await account(named))?.username, 'carol');
  });

  test('leaves the username that a seed file knows the account by', async () => {
    await database.db('accounts').where({ id: accountId }).update({ managed_by: 'seed' });
    await begin({ approved: true });
    await store.prove(tenantId, accountId, NEW);
    const changed = await account();
    assert.deepEqual([changed?.username, changed?.email], [OLD, NEW]);
  });

  test('makes links to the old mailbox worthless', async () => {
    const accounts = createPostgresAccountStore(database.db, { now: () => now });
    const link = {
      accountId,
      purpose: 'reset_password',
      digest: 'a link',
      expiresAt: LATER,
    } as const;
    await accounts.createOneTimeLink(tenantId, link);
    await begin({ approved: true });
    await store.prove(tenantId, accountId, NEW);
    assert.equal(await accounts.findByOneTimeLink(tenantId, 'reset_password', 'a link'), undefined);
  });

  test('is done once, however many say yes at once', async () => {
    const digest = await begin();
    const all = await Promise.all(
      Array.from({ length: 4 }, () => [
        store.prove(tenantId, accountId, NEW),
        store.approve(tenantId, digest),
      ]).flat(),
    );
    assert.equal(all.filter(({ outcome }) => outcome === 'changed').length, 1);
    assert.equal((await account())?.email, NEW);
  });

  test('finds an address taken that somebody has got meanwhile, as address or as name', async () => {
    for (const [index, taken] of ['x@a.b', 'y@a.b'].entries()) {
      await begin({ email: taken, approved: true });
      const other = index === 0 ? { email: 'X@a.b' } : { username: 'Y@a.b' };
      await insertAccount(database.db, tenantId, other);
      assert.deepEqual(await store.prove(tenantId, accountId, taken), { outcome: 'taken' });
      assert.equal(await store.find(tenantId, accountId), undefined);
    }
    assert.equal((await account())?.email, OLD);
  });

  test('gives an address to one of two who get it at once', async () => {
    const others = await Promise.all(
      Array.from({ length: 4 }, (_, n) =>
        insertAccount(database.db, tenantId, { email: `other-${n}@a.b` }),
      ),
    );
    for (const [n, id] of others.entries()) {
      await begin({ id, email: NEW, previous: `other-${n}@a.b`, approved: true });
    }
    const results = await Promise.all(others.map((id) => store.prove(tenantId, id, NEW)));
    assert.deepEqual(results.map(({ outcome }) => outcome).sort(), [
      'changed',
      'taken',
      'taken',
      'taken',
    ]);
  });

  test('is void for an account that has another address, or is disabled, by now', async () => {
    await begin({ approved: true, previous: 'else@acme.example' });
    assert.deepEqual(await store.prove(tenantId, accountId, NEW), { outcome: 'gone' });
    await begin({ approved: true });
    await createPostgresAccountStore(database.db, { now: () => new Date() }).setDisabled(
      tenantId,
      accountId,
      true,
    );
    assert.deepEqual(await store.prove(tenantId, accountId, NEW), { outcome: 'gone' });
    assert.equal((await account())?.email, OLD);
  });

  test('gives a first address to an account without one', async () => {
    const id = await insertAccount(database.db, tenantId, { username: 'dora' });
    await begin({ id, email: 'dora@a.b', previous: undefined, approved: true });
    const done = await store.prove(tenantId, id, 'dora@a.b');
    assert.deepEqual(done, { outcome: 'changed', email: 'dora@a.b', previousEmail: undefined });
    assert.equal((await account(id))?.username, 'dora');
  });

  test('is replaced by the next one: what was said of the first counts for nothing', async () => {
    const first = await begin();
    await store.approve(tenantId, first);
    const second = await begin({ email: 'third@acme.example' });
    assert.deepEqual(await store.approve(tenantId, first), { outcome: 'gone' });
    assert.deepEqual(await store.prove(tenantId, accountId, NEW), { outcome: 'gone' });
    assert.equal((await store.findByApproval(tenantId, second))?.email, 'third@acme.example');
  });

  test('ends when it expires, is taken back, or its link was used', async () => {
    const used = await begin();
    await store.approve(tenantId, used);
    assert.equal(await store.findByApproval(tenantId, used), undefined);
    assert.deepEqual(await store.approve(tenantId, used), { outcome: 'gone' });
    assert.equal(await store.cancel(tenantId, accountId), true);
    assert.equal(await store.cancel(tenantId, accountId), false);
    assert.deepEqual(await store.prove(tenantId, accountId, NEW), { outcome: 'gone' });

    const late = await begin();
    now = LATER;
    assert.equal(await store.find(tenantId, accountId), undefined);
    assert.equal(await store.findByApproval(tenantId, late), undefined);
    assert.deepEqual(await store.approve(tenantId, late), { outcome: 'gone' });
    assert.deepEqual(await store.prove(tenantId, accountId, NEW), { outcome: 'gone' });
  });

  test('is of nobody who is not there', async () => {
    await assert.rejects(begin({ id: 'nobody' }), NotFoundError);
    for (const text of ['nobody', 'a\0b']) {
      assert.equal(await store.find(tenantId, text), undefined);
      assert.equal(await store.findByApproval(tenantId, text), undefined);
      assert.deepEqual(await store.prove(tenantId, text, NEW), { outcome: 'gone' });
      assert.deepEqual(await store.approve(tenantId, text), { outcome: 'gone' });
      assert.equal(await store.cancel(tenantId, text), false);
    }
  });
});

testTenantIsolation<EmailChangeStore>(
  {
    async begin(changes, mine, theirs) {
      const change = { email: 'x@a.b', previousEmail: undefined, approvalDigest: undefined };
      await assert.rejects(
        changes.begin(mine.tenantId, { ...change, accountId: theirs.accountId, expiresAt: LATER }),
        NotFoundError,
      );
    },
    async find(changes, mine, theirs) {
      now = new Date();
      assert.ok(await changes.find(mine.tenantId, mine.accountId));
      assert.equal(await changes.find(mine.tenantId, theirs.accountId), undefined);
    },
    async findByApproval(changes, mine, theirs) {
      now = new Date();
      const find = (digest: string) => changes.findByApproval(mine.tenantId, digest);
      assert.ok(await find(mine.emailChange.approvalDigest));
      assert.equal(await find(theirs.emailChange.approvalDigest), undefined);
    },
    async prove(changes, mine, theirs) {
      now = new Date();
      const { accountId: id, emailChange } = theirs;
      const progress = await changes.prove(mine.tenantId, id, emailChange.email);
      assert.equal(progress.outcome, 'gone');
    },
    async approve(changes, mine, theirs) {
      now = new Date();
      const progress = await changes.approve(mine.tenantId, theirs.emailChange.approvalDigest);
      assert.equal(progress.outcome, 'gone');
    },
    async cancel(changes, mine, theirs) {
      assert.equal(await changes.cancel(mine.tenantId, theirs.accountId), false);
    },
  },
  () => ({ db: database.db, store }),
);
