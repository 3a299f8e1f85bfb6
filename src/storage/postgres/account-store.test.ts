import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { AccountStore, NewAccount } from '../../accounts/account-store.ts';
import { randomId } from '../../crypto/random-id.ts';
import { NotFoundError } from '../../errors.ts';
import type { TenantId } from '../../tenants/tenant.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts';
import { insertAccount, insertGroup, insertTenant } from '../../testing/fixtures.ts';
import { populateTenant } from '../../testing/populated-tenant.ts';
import { testTenantIsolation } from '../../testing/tenant-isolation.ts';
import { rowsOfTenant } from '../../testing/tenant-rows.ts';
import { createPostgresAccountStore } from './account-store.ts';

const NOW = new Date('2030-01-01T12:00:00Z');
const LATER = new Date('2030-01-01T12:20:00Z');

let database: TestDatabase;
let store: AccountStore;
let tenantId: TenantId;
let now = NOW;

before(async () => {
  database = await createTestDatabase();
  store = createPostgresAccountStore(database.db, { now: () => now });
});

beforeEach(async () => {
  now = NOW;
  tenantId = await insertTenant(database.db);
});

after(() => database.drop());

async function passwordOf(accountId: string): Promise<string | undefined> {
  const row = await database
    .db('passwords')
    .where({ tenant_id: tenantId, account_id: accountId })
    .first('hash');
  return row?.hash;
}

describe('finding an account', () => {
  test('brings everything that is known of it', async () => {
    const id = await insertAccount(database.db, tenantId, {
      id: 'sub-1',
      username: 'Alice',
      email: 'Alice@Acme.example',
      emailVerified: true,
      claims: { name: 'Alice Example', address: { country: 'NL' } },
    });
    const account = await store.findById(tenantId, id);
    assert.ok(account);
    const { createdAt, updatedAt, ...rest } = account;
    assert.deepEqual(rest, {
      tenantId,
      id: 'sub-1',
      username: 'Alice',
      email: 'Alice@Acme.example',
      emailVerified: true,
      claims: { name: 'Alice Example', address: { country: 'NL' } },
      disabled: false,
    });
    assert.ok(createdAt instanceof Date && updatedAt instanceof Date);
  });

  test('goes by the normalised username and e-mail address', async () => {
    const id = await insertAccount(database.db, tenantId, {
      username: 'Ålice',
      email: 'Alice@Acme.example',
      passwordHash: 'hash',
    });
    for (const typed of ['Ålice', 'åLICE ', 'A\u030alice', ' alice@ACME.example']) {
      const found = await store.findByIdentifier(tenantId, typed);
      assert.equal(found?.account.id, id, typed);
      assert.equal(found.passwordHash, 'hash');
    }
  });

  test("prefers a username to another account's e-mail address", async () => {
    const name = 'shared@acme.example';
    const byMail = await insertAccount(database.db, tenantId, { email: name, passwordHash: 'no' });
    const byName = await insertAccount(database.db, tenantId, { username: name });
    const found = await store.findByIdentifier(tenantId, name);
    assert.equal(found?.account.id, byName);
    assert.equal(found.passwordHash, undefined);
    await database.db('accounts').where({ tenant_id: tenantId, id: byName }).delete();
    assert.equal((await store.findByIdentifier(tenantId, name))?.account.id, byMail);
  });

  test('finds nothing by what no account can be called', async () => {
    for (const typed of ['', '  ', 'nobody', 'a\0b', '%', '\ud800', 'x'.repeat(100_000)]) {
      assert.equal(await store.findByIdentifier(tenantId, typed), undefined);
      assert.equal(await store.findById(tenantId, typed), undefined);
    }
  });

  test('lists accounts by username, page by page', async () => {
    for (const username of ['carol', 'Bob', 'alice', 'dave', 'Eve']) {
      await insertAccount(database.db, tenantId, { username });
    }
    const first = await store.list(tenantId, { limit: 3 });
    assert.deepEqual(
      first.map(({ username }) => username),
      ['alice', 'Bob', 'carol'],
    );
    const second = await store.list(tenantId, { limit: 3, after: 'carol' });
    assert.deepEqual(
      second.map(({ username }) => username),
      ['dave', 'Eve'],
    );
    assert.deepEqual(await store.list(tenantId, { limit: 3, after: 'Eve' }), []);
  });
});

test('disabling and enabling an account show in the next answer', async () => {
  const id = await insertAccount(database.db, tenantId);
  assert.equal(await store.setDisabled(tenantId, id, true), true);
  assert.equal((await store.findById(tenantId, id))?.disabled, true);
  assert.equal(await store.setDisabled(tenantId, id, false), true);
  assert.equal((await store.findById(tenantId, id))?.disabled, false);
  assert.equal(await store.setDisabled(tenantId, 'nobody', true), false);
  assert.equal(await store.setDisabled(tenantId, 'a\0b', true), false);
});

test('what belongs to an account is its groups and its open links', async () => {
  const id = await insertAccount(database.db, tenantId);
  const other = await insertAccount(database.db, tenantId);
  await insertGroup(database.db, tenantId, { key: 'staff', members: [id, other] });
  await insertGroup(database.db, tenantId, { key: 'board', members: [id] });
  const digest = randomId();
  const link = { purpose: 'reset_password', digest, expiresAt: LATER } as const;
  await store.createOneTimeLink(tenantId, { ...link, accountId: id });
  const belongings = await store.belongingsOf(tenantId, id);
  assert.deepEqual(belongings.groups, ['board', 'staff']);
  assert.deepEqual(
    belongings.links.map(({ purpose, expiresAt }) => [purpose, expiresAt]),
    [['reset_password', LATER]],
  );
  assert.ok(!JSON.stringify(belongings).includes(digest));
  now = LATER;
  assert.deepEqual((await store.belongingsOf(tenantId, id)).links, []);
  for (const nobody of ['nobody', 'a\0b']) {
    assert.deepEqual(await store.belongingsOf(tenantId, nobody), { groups: [], links: [] });
  }
});

describe('removing an account', () => {
  /** What outlives it, and why. */
  const OUTLIVES = new Map([
    ['mail_outbox', 'the last message says that it is gone'],
    ['logout_notifications', 'clients hear of it'],
  ]);

  test('takes everything along that belongs to it, in every table', async () => {
    const { db } = database;
    const tenant = await populateTenant(db);
    const naming = async () =>
      Object.entries(await rowsOfTenant(db, tenant.tenantId))
        .filter(([, rows]) => JSON.stringify(rows).includes(tenant.accountId))
        .map(([table]) => table);
    const before = await naming();
    assert.ok(before.length >= 8, before.join());
    assert.equal(await store.remove(tenant.tenantId, tenant.accountId), true);
    assert.deepEqual((await naming()).toSorted(), [...OUTLIVES.keys()].toSorted());
    assert.equal(await store.findByIdentifier(tenant.tenantId, tenant.email), undefined);
  });

  test('frees its names at once, and is done once', async () => {
    const names = { username: 'Alice', email: 'alice@acme.example' };
    const id = await insertAccount(database.db, tenantId, names);
    const removed = await Promise.all([1, 2, 3].map(() => store.remove(tenantId, id)));
    assert.deepEqual(removed.toSorted(), [false, false, true]);
    await insertAccount(database.db, tenantId, names);
    assert.equal(await store.remove(tenantId, 'nobody'), false);
    assert.equal(await store.remove(tenantId, 'a\0b'), false);
  });
});

describe('claims', () => {
  const claimsOf = async (accountId: string) => (await store.findById(tenantId, accountId))?.claims;

  test('are set and removed by name, and others stay', async () => {
    const claims = { name: 'Alice', nickname: 'Al', gender: 'female', address: { country: 'FR' } };
    const accountId = await insertAccount(database.db, tenantId, { claims });
    const before = await store.findById(tenantId, accountId);
    const set = { name: 'Alicia', address: { locality: 'Paris' } };
    assert.equal(
      await store.changeClaims(tenantId, accountId, { set, removed: ['nickname', 'website'] }),
      true,
    );
    assert.deepEqual(await claimsOf(accountId), { ...set, gender: 'female' });
    const after = await store.findById(tenantId, accountId);
    assert.ok((after?.updatedAt ?? 0) > (before?.updatedAt ?? 0));
    assert.equal(await store.changeClaims(tenantId, 'nobody', { set, removed: [] }), false);
  });

  test('are those of one change or the other when two come at once', async () => {
    const accountId = await insertAccount(database.db, tenantId);
    const changes = ['a', 'b'].map((text) =>
      store.changeClaims(tenantId, accountId, {
        set: { name: text, nickname: text },
        removed: [],
      }),
    );
    await Promise.all(changes);
    const claims = await claimsOf(accountId);
    assert.equal(claims?.name, claims?.nickname);
  });
});

describe('creating an account', () => {
  const account = (more: Partial<NewAccount> = {}): NewAccount => ({
    id: randomId(),
    username: 'carol@acme.example',
    email: 'carol@acme.example',
    claims: { name: 'Carol' },
    passwordHash: 'hash',
    ...more,
  });

  test('stores it with its confirmed address and its password', async () => {
    const carol = account();
    assert.equal(await store.create(tenantId, carol), 'created');
    const found = await store.findByIdentifier(tenantId, 'CAROL@acme.example');
    assert.equal(found?.account.id, carol.id);
    assert.equal(found?.account.emailVerified, true);
    assert.deepEqual(found?.account.claims, { name: 'Carol' });
    assert.equal(found?.passwordHash, 'hash');
  });

  test('without a password has none', async () => {
    const carol = account({ passwordHash: undefined });
    assert.equal(await store.create(tenantId, carol), 'created');
    const found = await store.findByIdentifier(tenantId, carol.email);
    assert.equal(found?.passwordHash, undefined);
  });

  test('is refused where a name would be two people’s, whichever it is', async () => {
    await insertAccount(database.db, tenantId, { username: 'bob@acme.example' });
    await insertAccount(database.db, tenantId, { username: 'dora', email: 'dora@acme.example' });
    for (const name of ['bob@acme.example', 'DORA@acme.example', 'do\u00ADra@acme.example']) {
      assert.equal(await store.create(tenantId, account({ username: name, email: name })), 'taken');
    }
    const taken = account({ username: 'dora', email: 'new@acme.example' });
    assert.equal(await store.create(tenantId, taken), 'taken');
    assert.equal(await passwordOf(taken.id), undefined);
  });

  test('happens once when it is asked for many times at once', async () => {
    const racers = Array.from({ length: 8 }, () => store.create(tenantId, account()));
    const outcomes = (await Promise.all(racers)).sort();
    assert.deepEqual(outcomes, ['created', ...Array(7).fill('taken')]);
  });
});

testTenantIsolation<AccountStore>(
  {
    async findById(accounts, mine, theirs) {
      assert.ok(await accounts.findById(mine.tenantId, mine.accountId));
      assert.equal(await accounts.findById(mine.tenantId, theirs.accountId), undefined);
    },
    async findByIdentifier(accounts, mine, theirs) {
      assert.ok(await accounts.findByIdentifier(mine.tenantId, mine.username));
      for (const identifier of [theirs.username, theirs.email]) {
        assert.equal(await accounts.findByIdentifier(mine.tenantId, identifier), undefined);
      }
    },
    async create(accounts, mine, theirs) {
      const account = { username: theirs.username, email: theirs.email, claims: {} };
      const created = { ...account, id: randomId(), passwordHash: undefined };
      // A name that is taken elsewhere is free here.
      assert.equal(await accounts.create(mine.tenantId, created), 'created');
      assert.equal(await accounts.create(mine.tenantId, { ...created, id: randomId() }), 'taken');
    },
    async confirmEmail(accounts, mine, theirs) {
      const { accountId, email } = theirs;
      assert.equal(await accounts.confirmEmail(mine.tenantId, accountId, email), false);
      assert.equal(await accounts.confirmEmail(mine.tenantId, mine.accountId, email), false);
      assert.equal(await accounts.confirmEmail(mine.tenantId, mine.accountId, mine.email), true);
    },
    async list(accounts, mine) {
      const found = await accounts.list(mine.tenantId, { limit: 100 });
      assert.deepEqual(
        found.map(({ id }) => id),
        [mine.accountId],
      );
    },
    async passwordHashNear(accounts, mine, theirs) {
      for (const place of ['', theirs.accountId, '~']) {
        assert.equal(await accounts.passwordHashNear(mine.tenantId, place), mine.passwordHash);
      }
    },
    async upgradePasswordHash(accounts, mine, theirs) {
      const { accountId, passwordHash } = theirs;
      await accounts.upgradePasswordHash(mine.tenantId, accountId, passwordHash, 'stolen');
    },
    async setPassword(accounts, mine, theirs) {
      assert.equal(await accounts.setPassword(mine.tenantId, theirs.accountId, 'stolen'), false);
    },
    async passwordChangedAt(accounts, mine, theirs) {
      assert.ok(await accounts.passwordChangedAt(mine.tenantId, mine.accountId));
      assert.equal(await accounts.passwordChangedAt(mine.tenantId, theirs.accountId), undefined);
    },
    async changeClaims(accounts, mine, theirs) {
      const change = { set: { name: 'stolen' }, removed: ['nickname'] };
      assert.equal(await accounts.changeClaims(mine.tenantId, theirs.accountId, change), false);
    },
    async belongingsOf(accounts, mine, theirs) {
      const nothing = { groups: [], links: [] };
      assert.deepEqual(await accounts.belongingsOf(mine.tenantId, theirs.accountId), nothing);
    },
    async remove(accounts, mine, theirs) {
      assert.equal(await accounts.remove(mine.tenantId, theirs.accountId), false);
    },
    async setDisabled(accounts, mine, theirs) {
      assert.equal(await accounts.setDisabled(mine.tenantId, theirs.accountId, true), false);
    },
    async createOneTimeLink(accounts, mine, theirs) {
      const link = { purpose: 'reset_password', digest: randomId(), expiresAt: LATER } as const;
      await assert.rejects(
        accounts.createOneTimeLink(mine.tenantId, { ...link, accountId: theirs.accountId }),
        NotFoundError,
      );
    },
    async findByOneTimeLink(accounts, mine, theirs) {
      now = new Date();
      const find = (digest: string) =>
        accounts.findByOneTimeLink(mine.tenantId, 'reset_password', digest);
      assert.ok(await find(mine.linkDigest));
      assert.equal(await find(theirs.linkDigest), undefined);
    },
    async resetPasswordByLink(accounts, mine, theirs) {
      now = new Date();
      const reset = (digest: string) =>
        accounts.resetPasswordByLink(mine.tenantId, digest, 'stolen');
      assert.equal(await reset(theirs.linkDigest), undefined);
      assert.equal(await reset(mine.linkDigest), mine.accountId);
    },
  },
  () => ({ db: database.db, store }),
);
