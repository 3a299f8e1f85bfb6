import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { NotFoundError } from '../../errors.ts';
import type { GrantStore } from '../../grants/grant-store.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts';
import { insertAccount, insertApplication, insertClient } from '../../testing/fixtures.ts';
import { type PopulatedTenant, populateTenant } from '../../testing/populated-tenant.ts';
import { testTenantIsolation } from '../../testing/tenant-isolation.ts';
import { createPostgresGrantStore } from './grant-store.ts';

const NOTHING = { scopes: [], claims: [], resourceScopes: {} };

let database: TestDatabase;
let store: GrantStore;
let tenant: PopulatedTenant;
let accountId: string;

before(async () => {
  database = await createTestDatabase();
  store = createPostgresGrantStore(database.db);
  tenant = await populateTenant(database.db);
});

beforeEach(async () => {
  accountId = await insertAccount(database.db, tenant.tenantId);
});

after(() => database.drop());

describe('recorded grants', () => {
  test('are unknown until something was allowed', async () => {
    assert.equal(await store.find(tenant.tenantId, accountId, tenant.clientId), undefined);
    assert.equal(await store.find(tenant.tenantId, 'a\0b', 'c\0d'), undefined);
  });

  test('come back sorted and without repetition', async () => {
    const added = await store.add(tenant.tenantId, accountId, tenant.clientId, {
      scopes: ['profile', 'openid', 'profile'],
      claims: ['name', 'email'],
      resourceScopes: { 'https://api.example': ['write', 'read'], 'https://empty.example': [] },
    });
    const { grantedAt, ...rest } = added;
    assert.deepEqual(rest, {
      tenantId: tenant.tenantId,
      accountId,
      clientId: tenant.clientId,
      scopes: ['openid', 'profile'],
      claims: ['email', 'name'],
      resourceScopes: { 'https://api.example': ['read', 'write'], 'https://empty.example': [] },
    });
    assert.ok(grantedAt instanceof Date);
    assert.deepEqual(await store.find(tenant.tenantId, accountId, tenant.clientId), added);
  });

  test('grow by what is allowed later and never shrink', async () => {
    const add = (allowed: Parameters<GrantStore['add']>[3]) =>
      store.add(tenant.tenantId, accountId, tenant.clientId, allowed);
    await add({
      scopes: ['openid'],
      claims: ['name'],
      resourceScopes: { a: ['read'], b: [] },
    });
    await add(NOTHING);
    const { scopes, claims, resourceScopes } = await add({
      scopes: ['email'],
      claims: ['name', 'zoneinfo'],
      resourceScopes: { a: ['read', 'write'], c: ['x'] },
    });
    assert.deepEqual(scopes, ['email', 'openid']);
    assert.deepEqual(claims, ['name', 'zoneinfo']);
    assert.deepEqual(resourceScopes, { a: ['read', 'write'], b: [], c: ['x'] });
  });

  test('keep every scope of many additions at once', async () => {
    const scopes = Array.from({ length: 20 }, (_, index) => `scope-${index}`);
    await Promise.all(
      scopes.map((scope) =>
        store.add(tenant.tenantId, accountId, tenant.clientId, {
          scopes: [scope],
          claims: [scope],
          resourceScopes: { api: [scope], [scope]: ['own'] },
        }),
      ),
    );
    const grant = await store.find(tenant.tenantId, accountId, tenant.clientId);
    assert.deepEqual(grant?.scopes, scopes.toSorted());
    assert.deepEqual(grant.claims, scopes.toSorted());
    assert.deepEqual(grant.resourceScopes.api, scopes.toSorted());
    assert.equal(Object.keys(grant.resourceScopes).length, 21);
  });

  test('belong to one client: another client of the tenant has none', async () => {
    const application = await insertApplication(database.db, tenant.tenantId);
    const other = await insertClient(database.db, tenant.tenantId, application);
    await store.add(tenant.tenantId, accountId, tenant.clientId, { ...NOTHING, scopes: ['email'] });
    assert.equal(await store.find(tenant.tenantId, accountId, other), undefined);
  });

  test('of an account are listed by client', async () => {
    const application = await insertApplication(database.db, tenant.tenantId);
    const clients = ['b', 'a', 'c'].map((letter) => `${letter}-${accountId}`);
    for (const clientId of clients) {
      await insertClient(database.db, tenant.tenantId, application, { clientId });
      await store.add(tenant.tenantId, accountId, clientId, { ...NOTHING, scopes: [clientId] });
    }
    const listed = await store.listByAccount(tenant.tenantId, accountId);
    assert.deepEqual(
      listed.map(({ scopes }) => scopes),
      clients.toSorted().map((clientId) => [clientId]),
    );
    const [first] = listed;
    assert.deepEqual(
      first,
      await store.find(tenant.tenantId, accountId, clients.toSorted()[0] ?? ''),
    );
    assert.deepEqual(await store.listByAccount(tenant.tenantId, 'a\0b'), []);
  });

  test('are gone once taken back, and taking back twice is no error', async () => {
    await store.add(tenant.tenantId, accountId, tenant.clientId, { ...NOTHING, scopes: ['email'] });
    const remove = (account: string) => store.remove(tenant.tenantId, account, tenant.clientId);
    assert.equal(await remove(accountId), true);
    assert.equal(await remove(accountId), false);
    assert.equal(await remove('a\0b'), false);
    assert.equal(await store.find(tenant.tenantId, accountId, tenant.clientId), undefined);
  });

  test('are refused for an account or a client that is not there', async () => {
    await assert.rejects(
      store.add(tenant.tenantId, 'nobody', tenant.clientId, NOTHING),
      NotFoundError,
    );
    await assert.rejects(store.add(tenant.tenantId, accountId, 'nobody', NOTHING), NotFoundError);
  });
});

testTenantIsolation<GrantStore>(
  {
    async find(grants, mine, theirs) {
      assert.ok(await grants.find(mine.tenantId, mine.accountId, mine.clientId));
      assert.equal(await grants.find(mine.tenantId, theirs.accountId, theirs.clientId), undefined);
    },
    async add(grants, mine, theirs) {
      for (const [account, client] of [
        [theirs.accountId, theirs.clientId],
        [mine.accountId, theirs.clientId],
        [theirs.accountId, mine.clientId],
      ] as const) {
        await assert.rejects(grants.add(mine.tenantId, account, client, NOTHING), NotFoundError);
      }
    },
    async listByAccount(grants, mine, theirs) {
      assert.deepEqual(await grants.listByAccount(mine.tenantId, theirs.accountId), []);
    },
    async remove(grants, mine, theirs) {
      const { accountId, clientId } = theirs;
      assert.equal(await grants.remove(mine.tenantId, accountId, clientId), false);
    },
  },
  () => ({ db: database.db, store }),
);
