import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Knex } from 'knex';
import { StorageUnavailableError } from '../../errors.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts';
import { type OutageProxy, startDatabaseDoor } from '../../testing/outage-proxy.ts';
import { type PopulatedTenant, populateTenant } from '../../testing/populated-tenant.ts';
import { storeCalls } from '../../testing/store-calls.ts';
import { createDatabase } from './database.ts';
import { inTransaction, query } from './query.ts';
import { createPostgresTenantStore } from './tenant-store.ts';

/**
 * PostgreSQL gone, in both ways it goes: connections break and new ones are refused, or nobody
 * answers any more. Every method of every store says so in time, and works again without help.
 */

const LIMITS = { poolMax: 4, acquireTimeoutMs: 300, statementTimeoutMs: 300 };
/** No caller waits longer than this for the bad news. */
const PATIENCE_MS = 3_000;

let database: TestDatabase;
let proxy: OutageProxy;
let db: Knex;
let tenant: PopulatedTenant;
let calls: Record<string, (tenant: PopulatedTenant) => Promise<unknown>>;

before(async () => {
  database = await createTestDatabase();
  const { door, url } = await startDatabaseDoor(database.url);
  proxy = door;
  db = createDatabase({ ...LIMITS, url });
  tenant = await populateTenant(database.db);
  calls = storeCalls(db);
});

after(async () => {
  await db.destroy();
  await proxy.stop();
  await database.drop();
});

const outages: Record<string, () => void | Promise<void>> = {
  'refuses connections': () => proxy.refuse(),
  'says nothing': () => proxy.silence(),
};

for (const [how, begin] of Object.entries(outages)) {
  describe(`a PostgreSQL that ${how}`, () => {
    test('is answered with StorageUnavailableError by every method, in time', async () => {
      await Promise.all(
        Object.values(calls)
          .slice(0, LIMITS.poolMax)
          .map((call) => call(tenant)),
      );
      await begin();
      try {
        const start = performance.now();
        await Promise.all(
          Object.entries(calls).map(([name, call]) =>
            assert.rejects(() => call(tenant), StorageUnavailableError, name),
          ),
        );
        const took = performance.now() - start;
        assert.ok(took < PATIENCE_MS, `${took} ms`);
      } finally {
        await proxy.restore();
      }
    });

    test('works again for every method as soon as it is back', async () => {
      tenant = await populateTenant(database.db);
      for (const call of Object.values(calls)) await call(tenant);
    });

    test('is answered so to a transaction that is open when it goes', async () => {
      const open = inTransaction(db, async (trx) => {
        await query(trx, 'select 1');
        await begin();
        return createPostgresTenantStore(trx).touch(tenant.tenantId);
      });
      try {
        await assert.rejects(open, StorageUnavailableError);
      } finally {
        await proxy.restore();
      }
      assert.equal(
        (await createPostgresTenantStore(db).findById(tenant.tenantId))?.slug,
        tenant.slug,
      );
    });
  });
}

test('a pool whose connections are all taken says so in time', async () => {
  const busy = await Promise.all(Array.from({ length: LIMITS.poolMax }, () => db.transaction()));
  try {
    await assert.rejects(
      createPostgresTenantStore(db).findById(tenant.tenantId),
      StorageUnavailableError,
    );
  } finally {
    for (const trx of busy) await trx.rollback();
  }
  assert.ok(await createPostgresTenantStore(db).findById(tenant.tenantId));
});
