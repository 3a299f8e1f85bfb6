import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts';
import { insertTenant, insertUpstreamProvider } from '../../testing/fixtures.ts';
import { testTenantIsolation } from '../../testing/tenant-isolation.ts';
import type { UpstreamProviderStore } from '../../upstream/upstream-provider-store.ts';
import { createPostgresUpstreamProviderStore } from './upstream-provider-store.ts';

let database: TestDatabase;
let store: UpstreamProviderStore;

before(async () => {
  database = await createTestDatabase();
  store = createPostgresUpstreamProviderStore(database.db);
});

after(() => database.drop());

describe('upstream providers', () => {
  test('come back whole, ordered by name', async () => {
    const tenantId = await insertTenant(database.db);
    await insertUpstreamProvider(database.db, tenantId, { key: 'a', name: 'Zeta' });
    await insertUpstreamProvider(database.db, tenantId, {
      key: 'staff',
      name: 'Acme',
      issuer: 'https://staff.example',
      clientId: 'us',
      sealedClientSecret: 'v1.sealed',
      trustEmail: true,
      registration: 'allow',
      emailDomains: ['acme.example'],
    });
    const [staff, zeta] = await store.list(tenantId);
    assert.deepEqual(staff, {
      tenantId,
      key: 'staff',
      name: 'Acme',
      issuer: 'https://staff.example',
      clientId: 'us',
      sealedClientSecret: 'v1.sealed',
      scopes: ['openid', 'profile', 'email'],
      prompt: undefined,
      trustEmail: true,
      registration: 'allow',
      emailDomains: ['acme.example'],
      disabled: false,
    });
    assert.equal(zeta?.name, 'Zeta');
  });

  test('are disabled and enabled, each of which is a new version of the tenant', async () => {
    const tenantId = await insertTenant(database.db);
    const key = await insertUpstreamProvider(database.db, tenantId);
    const version = async () =>
      (await database.db('tenants').where({ id: tenantId }).first()).version;
    const before = Number(await version());
    assert.equal(await store.setDisabled(tenantId, key, true), true);
    assert.equal((await store.list(tenantId))[0]?.disabled, true);
    assert.equal(await store.setDisabled(tenantId, key, false), true);
    assert.equal((await store.list(tenantId))[0]?.disabled, false);
    assert.equal(Number(await version()), before + 2);
    for (const nobody of ['nobody', 'a\0b']) {
      assert.equal(await store.setDisabled(tenantId, nobody, true), false);
    }
    assert.equal(Number(await version()), before + 2);
  });
});

describe('tenant isolation', () => {
  testTenantIsolation<UpstreamProviderStore>(
    {
      list: async (store, mine, theirs) => {
        const keys = (await store.list(mine.tenantId)).map(({ key }) => key);
        assert.deepEqual(keys, [mine.upstream.key]);
        assert.ok(!keys.includes(theirs.upstream.key));
      },
      setDisabled: async (store, mine, theirs) => {
        assert.equal(await store.setDisabled(mine.tenantId, theirs.upstream.key, true), false);
      },
    },
    () => ({ db: database.db, store }),
  );
});
