import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createPostgresTenantStore } from '../storage/postgres/tenant-store.ts';
import { createPostgresUpstreamProviderStore } from '../storage/postgres/upstream-provider-store.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { insertTenant, insertUpstreamProvider } from '../testing/fixtures.ts';
import { createUpstreamDirectory } from './upstream-directory.ts';

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

describe('the providers that a tenant offers', () => {
  it('are read once for each version of it, and none that is disabled', async () => {
    const { db } = database;
    const providers = createPostgresUpstreamProviderStore(db);
    const tenants = createPostgresTenantStore(db);
    let reads = 0;
    const directory = createUpstreamDirectory({
      providers: {
        list(tenantId) {
          reads += 1;
          return providers.list(tenantId);
        },
      },
    });
    const tenantId = await insertTenant(db);
    const key = await insertUpstreamProvider(db, tenantId);
    const offered = async () => {
      const tenant = await tenants.findById(tenantId);
      assert.ok(tenant);
      return (await directory.offeredBy(tenant)).map((provider) => provider.key);
    };
    assert.deepEqual(await Promise.all([offered(), offered()]), [[key], [key]]);
    assert.deepEqual(await offered(), [key]);
    assert.equal(reads, 1);
    await providers.setDisabled(tenantId, key, true);
    assert.deepEqual(await offered(), []);
    assert.equal(reads, 2);
  });
});
