import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, describe, test } from 'node:test';
import { NotFoundError } from '../../errors.ts';
import type { TenantId } from '../../tenants/tenant.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts';
import {
  insertAccount,
  insertTenant,
  insertUpstreamProvider,
  newPasskey,
} from '../../testing/fixtures.ts';
import { testTenantIsolation } from '../../testing/tenant-isolation.ts';
import type { UpstreamLinkStore } from '../../upstream/upstream-link-store.ts';
import { createPostgresPasskeyStore } from './passkey-store.ts';
import { createPostgresUpstreamLinkStore } from './upstream-link-store.ts';

const NOW = new Date('2030-01-01T12:00:00Z');
const LATER = new Date('2030-01-02T12:00:00Z');
const SHOWN = { shownName: 'Alice', shownEmail: 'alice@up.example' };

let database: TestDatabase;
let store: UpstreamLinkStore;
let tenantId: TenantId;
let accountId: string;

before(async () => {
  database = await createTestDatabase();
  store = createPostgresUpstreamLinkStore(database.db);
});

beforeEach(async () => {
  tenantId = await insertTenant(database.db);
  accountId = await insertAccount(database.db, tenantId);
  await insertUpstreamProvider(database.db, tenantId, { key: 'up' });
});

after(() => database.drop());

const alice = { provider: 'up', issuer: 'https://up.example', subject: 'alice-1' };

const link = (over: Partial<Parameters<UpstreamLinkStore['create']>[1]> = {}) =>
  store.create(tenantId, { ...alice, ...SHOWN, accountId, at: NOW, ...over });

describe('a link', () => {
  test('is found by what names the identity: provider, issuer and subject together', async () => {
    assert.equal(await store.findByIdentity(tenantId, alice), undefined);
    assert.equal(await link(), 'created');
    const found = await store.findByIdentity(tenantId, alice);
    assert.ok(found);
    const { id, ...rest } = found;
    assert.match(id, /^[0-9a-f-]{36}$/);
    assert.deepEqual(rest, {
      ...alice,
      ...SHOWN,
      tenantId,
      accountId,
      createdAt: NOW,
      lastUsedAt: undefined,
    });
    for (const other of [
      { ...alice, provider: 'other' },
      { ...alice, issuer: 'https://other.example' },
      { ...alice, subject: 'ALICE-1' },
      { ...alice, subject: 'a\0b' },
    ]) {
      assert.equal(await store.findByIdentity(tenantId, other), undefined);
    }
  });

  test('belongs to one account for good', async () => {
    const other = await insertAccount(database.db, tenantId);
    await link();
    assert.equal(await link(), 'existed');
    assert.equal(await link({ accountId: other }), 'taken');
    assert.equal((await store.findByIdentity(tenantId, alice))?.accountId, accountId);
  });

  test('is made by one of many who try at once', async () => {
    const others = await Promise.all(
      Array.from({ length: 5 }, () => insertAccount(database.db, tenantId)),
    );
    const outcomes = await Promise.all(others.map((one) => link({ accountId: one })));
    assert.deepEqual(outcomes.sort(), ['created', 'taken', 'taken', 'taken', 'taken']);
  });

  test('needs its account and its provider', async () => {
    await assert.rejects(link({ accountId: 'nobody' }), NotFoundError);
    await assert.rejects(link({ provider: 'nobody' }), NotFoundError);
  });

  test('remembers its last use, and what the provider said then', async () => {
    await link();
    const [made] = await store.listOfAccount(tenantId, accountId);
    await store.recordUse(tenantId, made?.id ?? '', {
      at: LATER,
      shownName: undefined,
      shownEmail: 'new@up.example',
    });
    const [used] = await store.listOfAccount(tenantId, accountId);
    assert.deepEqual(used, {
      ...made,
      lastUsedAt: LATER,
      shownName: undefined,
      shownEmail: 'new@up.example',
    });
    await store.recordUse(tenantId, 'no uuid', { ...SHOWN, at: LATER });
  });

  test('goes with its account, and with its provider', async () => {
    await link();
    await database.db('upstream_providers').where({ tenant_id: tenantId }).delete();
    assert.deepEqual(await store.listOfAccount(tenantId, accountId), []);
  });
});

describe('removing links', () => {
  const remove = (id: string, keepLast: boolean) =>
    store.remove(tenantId, accountId, id, { keepLast });
  const idsOf = async () => (await store.listOfAccount(tenantId, accountId)).map(({ id }) => id);

  test('leaves the last one when that is asked', async () => {
    await link();
    const [only = ''] = await idsOf();
    assert.equal(await remove(only, true), 'last');
    assert.deepEqual(await idsOf(), [only]);
    assert.equal(await remove(only, false), 'removed');
    assert.equal(await remove(only, false), 'not_found');
  });

  test('finds only what is there, of that account', async () => {
    await link();
    const [only = ''] = await idsOf();
    for (const nothing of [randomUUID(), 'no uuid']) {
      assert.equal(await remove(nothing, false), 'not_found');
    }
    const other = await insertAccount(database.db, tenantId);
    for (const stranger of [other, 'nobody', 'a\0b']) {
      assert.equal(await store.remove(tenantId, stranger, only, { keepLast: false }), 'not_found');
    }
    assert.deepEqual(await idsOf(), [only]);
  });

  test('leaves no account without any way to sign in', async () => {
    const { db } = database;
    await link();
    const [only = ''] = await idsOf();
    const passkeys = createPostgresPasskeyStore(db, { now: () => new Date() });
    await passkeys.userHandle(tenantId, accountId, 'handle');
    const passkey = newPasskey();
    await passkeys.add(tenantId, accountId, passkey, 5);
    const outcomes = await Promise.all([
      remove(only, true),
      passkeys
        .remove(tenantId, accountId, passkey.id, { way: true, factor: false })
        .then(({ outcome }) => outcome),
    ]);
    assert.equal(outcomes.filter((outcome) => outcome === 'removed').length, 1);
    await db('passkeys').where({ tenant_id: tenantId }).delete();
    if ((await idsOf()).length === 0) await link();
    const [again = ''] = await idsOf();
    assert.equal(await remove(again, true), 'last');
    await db('passwords').insert({ tenant_id: tenantId, account_id: accountId, hash: 'hash' });
    assert.equal(await remove(again, true), 'removed');
  });

  test('counts no passkey where the tenant has no second factors', async () => {
    const { db } = database;
    await link();
    const [only = ''] = await idsOf();
    const passkeys = createPostgresPasskeyStore(db, { now: () => NOW });
    await passkeys.userHandle(tenantId, accountId, 'handle');
    await passkeys.add(tenantId, accountId, newPasskey(), 5);
    const mfa = (policy: string) =>
      db('tenants')
        .where({ id: tenantId })
        .update({ settings: { mfa: policy } });
    await mfa('off');
    assert.equal(await remove(only, true), 'last');
    await mfa('optional');
    assert.equal(await remove(only, true), 'removed');
  });

  test('leaves one of two that are removed at once', async () => {
    await link();
    await link({ subject: 'alice-2' });
    const ids = await idsOf();
    const outcomes = await Promise.all(ids.map((id) => remove(id, true)));
    assert.deepEqual(outcomes.sort(), ['last', 'removed']);
    assert.equal((await idsOf()).length, 1);
  });
});

describe('tenant isolation', () => {
  testTenantIsolation<UpstreamLinkStore>(
    {
      findByIdentity: async (store, mine, { upstream }) => {
        const subject = { ...upstream, provider: upstream.key };
        assert.equal(await store.findByIdentity(mine.tenantId, subject), undefined);
      },
      listOfAccount: async (store, mine, theirs) => {
        assert.deepEqual(await store.listOfAccount(mine.tenantId, theirs.accountId), []);
      },
      create: async (store, mine, theirs) => {
        const { key: provider, issuer, subject } = theirs.upstream;
        const theirLink = { provider, issuer, subject, ...SHOWN, at: NOW };
        for (const crossed of [
          { ...theirLink, accountId: theirs.accountId },
          { ...theirLink, accountId: mine.accountId },
          { ...theirLink, provider: mine.upstream.key, accountId: theirs.accountId },
        ]) {
          await assert.rejects(store.create(mine.tenantId, crossed), NotFoundError);
        }
        // What a provider of theirs calls somebody is no matter of mine.
        const own = { ...theirLink, provider: mine.upstream.key, accountId: mine.accountId };
        assert.equal(await store.create(mine.tenantId, own), 'created');
      },
      createWithAccount: async (store, mine, theirs) => {
        const { key: provider, issuer, subject } = theirs.upstream;
        const account = {
          id: theirs.accountId,
          username: theirs.email,
          email: theirs.email,
          claims: {},
          passwordHash: undefined,
        };
        const link = { provider, issuer, subject, ...SHOWN, at: NOW };
        await assert.rejects(store.createWithAccount(mine.tenantId, account, link), NotFoundError);
        const own = { ...link, provider: mine.upstream.key };
        assert.equal(await store.createWithAccount(mine.tenantId, account, own), true);
      },
      recordUse: async (store, mine, theirs) => {
        await store.recordUse(mine.tenantId, theirs.upstream.linkId, { ...SHOWN, at: NOW });
      },
      remove: async (store, mine, theirs) => {
        for (const accountId of [mine.accountId, theirs.accountId]) {
          const removed = store.remove(mine.tenantId, accountId, theirs.upstream.linkId, {
            keepLast: false,
          });
          assert.equal(await removed, 'not_found');
        }
      },
    },
    () => ({ db: database.db, store }),
  );
});
