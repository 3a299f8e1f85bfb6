import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { ConflictError, NotFoundError } from '../../errors.ts';
import { DEFAULT_TENANT_SETTINGS } from '../../tenants/tenant.ts';
import type { TenantStore } from '../../tenants/tenant-store.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts';
import { insertTenant } from '../../testing/fixtures.ts';
import { pollUntil } from '../../testing/poll.ts';
import { populateTenant } from '../../testing/populated-tenant.ts';
import { testTenantIsolation } from '../../testing/tenant-isolation.ts';
import { createPostgresTenantStore } from './tenant-store.ts';
import { lockTenant, touchTenant } from './touch-tenant.ts';

const NO_ID = '00000000-0000-4000-8000-000000000000';

let database: TestDatabase;
let store: TenantStore;

before(async () => {
  database = await createTestDatabase();
  store = createPostgresTenantStore(database.db);
});

after(() => database.drop());

describe('finding a tenant', () => {
  test('finds the default tenant of a new database by slug', async () => {
    const tenant = await store.findBySlug('default');
    assert.equal(tenant?.name, 'Gatehouse');
    assert.equal(tenant.customIssuer, undefined);
    assert.equal(tenant.version, 1);
    assert.equal(tenant.disabled, false);
    assert.deepEqual(tenant.settings, DEFAULT_TENANT_SETTINGS);
    assert.deepEqual(await store.findById(tenant.id), tenant);
  });

  test('finds a tenant by the host of its own issuer, with its port', async () => {
    const id = await insertTenant(database.db, { customIssuer: 'https://login.acme.example:8443' });
    const tenant = await store.findByHost('login.acme.example:8443');
    assert.equal(tenant?.id, id);
    assert.equal(tenant.customIssuer, 'https://login.acme.example:8443');
    assert.equal(await store.findByHost('login.acme.example'), undefined);
  });

  test('returns a disabled tenant as disabled', async () => {
    const id = await insertTenant(database.db, { disabled: true });
    assert.equal((await store.findById(id))?.disabled, true);
  });

  test('finds nothing by names and ids that no tenant can have', async () => {
    assert.equal(await store.findBySlug('nobody'), undefined);
    assert.equal(await store.findBySlug('a\0b'), undefined);
    assert.equal(await store.findByHost('a\0b'), undefined);
    assert.equal(await store.findById(NO_ID), undefined);
    assert.equal(await store.findById('default'), undefined);
  });
});

describe('settings', () => {
  test('lie over the defaults entry by entry', async () => {
    const id = await insertTenant(database.db, {
      settings: {
        profile: 'compat',
        lifetimes: { accessTokenSeconds: 60 },
        branding: { accentColor: '#123456' },
      },
    });
    assert.deepEqual((await store.findById(id))?.settings, {
      ...DEFAULT_TENANT_SETTINGS,
      profile: 'compat',
      lifetimes: { ...DEFAULT_TENANT_SETTINGS.lifetimes, accessTokenSeconds: 60 },
      branding: { accentColor: '#123456' },
    });
  });

  test('always name RS256 and ES256', async () => {
    const id = await insertTenant(database.db, { settings: { signingAlgorithms: ['EdDSA'] } });
    assert.deepEqual((await store.findById(id))?.settings.signingAlgorithms, [
      'RS256',
      'ES256',
      'EdDSA',
    ]);
  });
});

test('lists tenants by slug, page by page', async () => {
  for (const slug of ['page-b', 'page-a', 'page-0', 'pagea']) {
    await insertTenant(database.db, { slug });
  }
  const slugs: string[] = [];
  let after: string | undefined;
  for (;;) {
    const page = await store.list({ limit: 2, ...(after !== undefined && { after }) });
    assert.ok(page.length <= 2);
    slugs.push(...page.map(({ slug }) => slug));
    after = page.at(-1)?.slug;
    if (after === undefined) break;
  }
  assert.deepEqual(slugs, slugs.toSorted());
  assert.equal(new Set(slugs).size, slugs.length);
  for (const slug of ['default', 'page-0', 'page-a', 'page-b', 'pagea']) {
    assert.ok(slugs.includes(slug), slug);
  }
});

/** What the feed says of one tenant after a cursor. */
async function versionsSince(cursor: string, tenantId: string): Promise<number[]> {
  const { changed } = await store.changesSince(cursor);
  return changed.filter((change) => change.tenantId === tenantId).map(({ version }) => version);
}

describe('changes', () => {
  test('a touched tenant is reported with its new version', async () => {
    const id = await insertTenant(database.db);
    const start = await store.changesSince(undefined);
    assert.deepEqual(start.changed, []);

    assert.equal(await store.touch(id), 2);
    assert.deepEqual(await versionsSince(start.cursor, id), [2]);
  });

  test('a change is reported no more once nothing older is in flight', async () => {
    const id = await insertTenant(database.db);
    let { cursor } = await store.changesSince(undefined);
    await store.touch(id);

    // Other test files write to the same cluster, and their transactions hold the cursor back.
    await pollUntil(
      async () => {
        const feed = await store.changesSince(cursor);
        cursor = feed.cursor;
        return feed.changed.length === 0;
      },
      { deadlineMs: 10_000 },
    );
    assert.deepEqual(await versionsSince(cursor, id), []);
  });

  test('a new tenant is reported', async () => {
    const { cursor } = await store.changesSince(undefined);
    const id = await insertTenant(database.db);
    assert.deepEqual(await versionsSince(cursor, id), [1]);
  });

  test('a transaction that commits after later ones is reported all the same', async () => {
    const late = await insertTenant(database.db);
    const early = await insertTenant(database.db);
    let { cursor } = await store.changesSince(undefined);

    const open = await database.db.transaction();
    try {
      await touchTenant(open, late);
      await store.touch(early);

      assert.deepEqual(await versionsSince(cursor, early), [2]);
      assert.ok(!(await versionsSince(cursor, late)).includes(2));
      ({ cursor } = await store.changesSince(cursor));
      await open.commit();
    } finally {
      if (!open.isCompleted()) await open.rollback();
    }

    assert.deepEqual(await versionsSince(cursor, late), [2]);
  });

  test('a transaction that began before the cursor was taken is reported when it commits', async () => {
    const id = await insertTenant(database.db);
    const open = await database.db.transaction();
    try {
      await touchTenant(open, id);
      const { cursor } = await store.changesSince(undefined);
      await open.commit();
      assert.deepEqual(await versionsSince(cursor, id), [2]);
    } finally {
      if (!open.isCompleted()) await open.rollback();
    }
  });

  test('a change that was rolled back is not reported', async () => {
    const id = await insertTenant(database.db);
    const { cursor } = await store.changesSince(undefined);
    const open = await database.db.transaction();
    await touchTenant(open, id);
    await open.rollback();
    assert.ok((await versionsSince(cursor, id)).every((version) => version === 1));
    assert.equal((await store.findById(id))?.version, 1);
  });

  test('a cursor from another cluster, ahead of this one, reports every tenant', async () => {
    const all = await store.list({ limit: 1000 });
    const { changed } = await store.changesSince('9000000000000000000');
    assert.deepEqual(
      changed.map(({ tenantId }) => tenantId).toSorted(),
      all.map(({ id }) => id).toSorted(),
    );
  });

  test('of many touches at once each gets a version of its own', async () => {
    const id = await insertTenant(database.db);
    const versions = await Promise.all(Array.from({ length: 10 }, () => store.touch(id)));
    assert.deepEqual(
      versions.toSorted((a, b) => a - b),
      [2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
    );
  });

  test('a tenant is disabled and enabled, and the feed reports it', async () => {
    const { tenantId } = await populateTenant(database.db);
    const { cursor } = await store.changesSince(undefined);
    await store.setDisabled(tenantId, true);
    assert.equal((await store.findById(tenantId))?.disabled, true);
    const { changed } = await store.changesSince(cursor);
    assert.ok(changed.some((one) => one.tenantId === tenantId));
    await store.setDisabled(tenantId, false);
    assert.equal((await store.findById(tenantId))?.disabled, false);
    await assert.rejects(store.setDisabled(NO_ID, true), NotFoundError);
  });

  test('one whose import has not come to its end stays disabled', async () => {
    const { tenantId } = await populateTenant(database.db);
    await store.setDisabled(tenantId, true);
    const row = { tenant_id: tenantId, archive_id: randomUUID() };
    await database.db('tenant_imports').insert(row);
    await assert.rejects(store.setDisabled(tenantId, false), ConflictError);
    assert.equal((await store.findById(tenantId))?.disabled, true);
  });

  test('touching a tenant that is not there says so', async () => {
    await assert.rejects(store.touch(NO_ID), NotFoundError);
    await assert.rejects(store.touch('nonsense'), NotFoundError);
    await database.db.transaction(async (trx) => {
      assert.equal(await lockTenant(trx, NO_ID), false);
    });
  });
});

testTenantIsolation<TenantStore>(
  {
    async findBySlug(tenants, mine) {
      assert.equal((await tenants.findBySlug(mine.slug))?.id, mine.tenantId);
    },
    async findByHost(tenants, mine) {
      assert.equal((await tenants.findByHost(mine.host))?.id, mine.tenantId);
    },
    async findById(tenants, mine) {
      assert.equal((await tenants.findById(mine.tenantId))?.slug, mine.slug);
    },
    async slugs(tenants, mine) {
      const slugs = await tenants.slugs([mine.tenantId, 'no id at all']);
      assert.deepEqual([...slugs], [[mine.tenantId, mine.slug]]);
    },
    async list(tenants, mine, theirs) {
      const slugs = (await tenants.list({ limit: 1000 })).map(({ slug }) => slug);
      assert.equal(slugs.filter((slug) => slug === mine.slug || slug === theirs.slug).length, 2);
    },
    async changesSince(tenants, mine) {
      const { cursor } = await tenants.changesSince(undefined);
      await tenants.touch(mine.tenantId);
      const { changed } = await tenants.changesSince(cursor);
      assert.ok(
        changed.some(({ tenantId, version }) => tenantId === mine.tenantId && version === 2),
      );
    },
    async setDisabled(tenants, mine, theirs) {
      await tenants.setDisabled(mine.tenantId, true);
      const [own, other] = [mine, theirs].map(({ tenantId }) => tenants.findById(tenantId));
      assert.deepEqual([(await own)?.disabled, (await other)?.disabled], [true, false]);
    },
    async touch(tenants, mine, theirs) {
      await tenants.touch(mine.tenantId);
      assert.equal((await tenants.findById(theirs.tenantId))?.version, 1);
    },
  },
  () => ({ db: database.db, store }),
);
