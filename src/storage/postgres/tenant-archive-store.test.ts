import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { ArchivedRow } from '../../archives/archive.ts';
import type { TenantArchiveStore } from '../../archives/archive-store.ts';
import { OPENED_IN_ARCHIVES } from '../../archives/sealed-rows.ts';
import { ConflictError } from '../../errors.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts';
import { insertAccount, insertTenant } from '../../testing/fixtures.ts';
import { type PopulatedTenant, populateTenant } from '../../testing/populated-tenant.ts';
import { rowsOfTenant, tenantTables } from '../../testing/tenant-rows.ts';
import { createPostgresArtifactStore } from './artifact-store.ts';
import { createPostgresAuditLog } from './audit-log.ts';
import { SEALED_COLUMNS } from './sealed-record-store.ts';
import { createPostgresTenantArchiveStore } from './tenant-archive-store.ts';
import { createPostgresTenantStore } from './tenant-store.ts';
import {
  ARCHIVED_TABLES,
  AUDIT_TABLE,
  COLUMNS_LEFT,
  TABLES_LEFT,
  TENANT_COLUMNS,
} from './tenant-tables.ts';

const HOUR_MS = 60 * 60 * 1000;

let source: TestDatabase;
let target: TestDatabase;
let store: TenantArchiveStore;
let other: TenantArchiveStore;
let mine: PopulatedTenant;

before(async () => {
  source = await createTestDatabase();
  target = await createTestDatabase();
  store = createPostgresTenantArchiveStore(source.db);
  other = createPostgresTenantArchiveStore(target.db);
  mine = await populateTenant(source.db);
  await populateTenant(source.db);
  await issue(mine);
});

after(async () => {
  await source.drop();
  await target.drop();
});

/** What lasts beyond a session, what does not, and what was ended. */
async function issue({ tenantId, accountId, clientId }: PopulatedTenant): Promise<void> {
  const now = () => new Date();
  const artifacts = createPostgresArtifactStore(source.db, { now });
  const expiresAt = new Date(Date.now() + HOUR_MS);
  for (const model of ['Grant', 'RefreshToken', 'Session', 'AuthorizationCode'] as const) {
    // A request parameter may hold U+0000.
    const payload = { accountId, clientId, odd: 'a\0b' };
    const whose = { tenantId, accountId, grantKey: 'grant' };
    const times = { startedAt: now(), expiresAt };
    await artifacts.save({ model, key: `key-${model}`, payload, ...whose, ...times });
  }
  await artifacts.deny(tenantId, 'jti', expiresAt);
  const audit = createPostgresAuditLog(source.db, { now });
  const by = { outcome: 'success', actor: { type: 'account', id: accountId } } as const;
  await audit.record({ kind: 'sign_in.succeeded', tenantId, ...by });
  await audit.flush();
}

async function collect(rows: AsyncIterable<ArchivedRow>): Promise<ArchivedRow[]> {
  const found: ArchivedRow[] = [];
  for await (const row of rows) found.push(row);
  return found;
}

async function archived(tenantId: string, audit = true): Promise<ArchivedRow[]> {
  return store.read(tenantId, { audit, now: new Date() }, ({ rows }) => collect(rows()));
}

async function bring(rows: readonly ArchivedRow[], slug: string): Promise<string> {
  const [tenant, ...others] = rows;
  const tenantId = await other.begin(randomUUID(), tenant?.row ?? {}, slug);
  for (const [index, { table, row }] of others.entries()) {
    await other.write(tenantId, { table, rows: [row], from: index, done: index + 1 });
  }
  await other.finish(tenantId, { disabled: false });
  return tenantId;
}

describe('an archive of a tenant', () => {
  test('holds every table that has a tenant, but those that stay behind for a reason', async () => {
    const named = [...ARCHIVED_TABLES.map(({ name }) => name), ...Object.keys(TABLES_LEFT)];
    assert.deepEqual(named.toSorted(), await tenantTables(source.db));
  });

  test('holds every column of them, but those that stay behind for a reason', async () => {
    const { rows } = await source.db.raw<{ rows: { table: string; columns: string[] }[] }>(`
      select table_name as table, array_agg(column_name::text order by ordinal_position) as columns
        from information_schema.columns where table_schema = current_schema() group by 1`);
    const left = new Set(Object.keys(COLUMNS_LEFT));
    for (const { name, columns } of [
      { name: 'tenants', columns: TENANT_COLUMNS },
      ...ARCHIVED_TABLES,
    ]) {
      const there = rows.find(({ table }) => table === name)?.columns ?? [];
      const expected = there.filter(
        (column) => column !== 'tenant_id' && !left.has(`${name}.${column}`),
      );
      assert.deepEqual([...columns], expected, name);
    }
  });

  test('opens every column of them that is sealed', () => {
    const sealed = Object.entries(SEALED_COLUMNS).filter(([, { table }]) =>
      ARCHIVED_TABLES.some(({ name }) => name === table),
    );
    const expected = sealed.map(([kind, { table, column, key }]) => [
      table,
      { kind, column, key: key[1] },
    ]);
    assert.deepEqual(
      Object.entries(OPENED_IN_ARCHIVES).toSorted(),
      (expected as [string, object][]).toSorted(),
    );
  });

  test('says how many rows there are of each table, and holds as many', async () => {
    const now = new Date();
    await store.read(mine.tenantId, { audit: true, now }, async ({ counts, rows, schema }) => {
      const found = Map.groupBy(await collect(rows()), ({ table }) => table);
      for (const [table, count] of Object.entries(counts)) {
        assert.equal(found.get(table)?.length ?? 0, count, table);
        assert.ok(count > 0, `${table} has no row: add one to populateTenant`);
      }
      assert.match(schema, /^\d{4}_\w+$/);
    });
  });

  test('holds nothing of another tenant, and no audit events unless they are asked for', async () => {
    const rows = await archived(mine.tenantId, false);
    assert.ok(!rows.some(({ table }) => table === AUDIT_TABLE));
    const accounts = rows.filter(({ table }) => table === 'accounts');
    assert.deepEqual(
      accounts.map(({ row }) => row.id),
      [mine.accountId],
    );
  });

  test('holds what lasts beyond a session, and nothing that has expired', async () => {
    const rows = await archived(mine.tenantId);
    const models = rows.filter(({ table }) => table === 'artifacts').map(({ row }) => row.model);
    assert.deepEqual(models.toSorted(), ['Grant', 'RefreshToken']);
    const later = new Date(Date.now() + 2 * HOUR_MS);
    await store.read(mine.tenantId, { audit: false, now: later }, async ({ counts }) => {
      assert.deepEqual([counts.artifacts, counts.tombstones], [0, 0]);
    });
  });

  test('is of one moment, whatever is written meanwhile', async () => {
    const tenantId = await insertTenant(source.db);
    for (let count = 0; count < 3; count += 1) await insertAccount(source.db, tenantId);
    await store.read(tenantId, { audit: false, now: new Date() }, async ({ counts, rows }) => {
      await insertAccount(source.db, tenantId);
      const found = await collect(rows());
      assert.equal(counts.accounts, 3);
      assert.equal(found.filter(({ table }) => table === 'accounts').length, 3);
    });
  });
});

describe('a tenant that is brought from an archive', () => {
  test('has every row as it was, under an id of its own', async () => {
    const tenantId = await bring(await archived(mine.tenantId), 'moved');
    const [there, here] = await Promise.all([
      rowsOfTenant(source.db, mine.tenantId),
      rowsOfTenant(target.db, tenantId),
    ]);
    const comparable = (table: string, rows: readonly unknown[] = []) =>
      (rows as Record<string, unknown>[])
        .filter((row) => table !== 'artifacts' || /Grant|RefreshToken/.test(String(row.model)))
        .filter((row) => table !== 'totp_factors' || row.state === 'active')
        .map(({ tenant_id: _tenant, seed_record: _record, ...row }) => row);
    for (const { name } of ARCHIVED_TABLES) {
      assert.deepEqual(comparable(name, here[name]), comparable(name, there[name]), name);
    }
    for (const name of Object.keys(TABLES_LEFT)) assert.deepEqual(here[name], [], name);
    const moved = await createPostgresTenantStore(target.db).findBySlug('moved');
    assert.equal(moved?.id, tenantId);
    assert.equal(moved.customIssuer, `https://${mine.host}`);
    assert.equal(moved.disabled, false);
  });

  test('is nobody’s until a seed file of here takes it over, as no file of there counts here', async () => {
    const tenantId = await insertTenant(source.db);
    await source.db('tenants').where({ id: tenantId }).update({ managed_by: 'seed' });
    const moved = await bring(await archived(tenantId), 'of-no-file');
    assert.equal((await target.db('tenants').where({ id: moved }).first()).managed_by, null);
  });

  test('knows which accounts seeds made, and nothing else of what they applied', async () => {
    const tenantId = await insertTenant(source.db);
    const [made, taken, own] = [
      await insertAccount(source.db, tenantId),
      await insertAccount(source.db, tenantId),
      await insertAccount(source.db, tenantId),
    ];
    const fields = { username: 'a digest of there' };
    const record = (id: string, seed_record: object) =>
      source.db('accounts').where({ tenant_id: tenantId, id }).update({ seed_record });
    await record(made, { fields, made: true });
    await record(taken, { fields, made: false });
    const rows = await archived(tenantId);
    assert.doesNotMatch(JSON.stringify(rows), /a digest of there/);
    const moved = await bring(rows, 'with-records');
    const there = await target.db('accounts').where({ tenant_id: moved });
    assert.deepEqual(Object.fromEntries(there.map(({ id, seed_record }) => [id, seed_record])), {
      [made]: { fields: {}, made: true },
      [taken]: null,
      [own]: null,
    });
  });

  test('is in the way of one with its slug or host', async () => {
    assert.deepEqual(await other.conflicts({ slug: 'moved', host: mine.host }), [
      { what: 'slug', value: 'moved' },
      { what: 'host', value: mine.host },
    ]);
    assert.deepEqual(await other.conflicts({ slug: 'free', host: 'free.example' }), []);
    const [tenant] = await archived(mine.tenantId);
    await assert.rejects(other.begin(randomUUID(), tenant?.row ?? {}, 'moved'), ConflictError);
  });

  test('takes the place of no tenant default that somebody has configured', async () => {
    const configured = [
      { settings: { registration: 'open' } },
      { managed_by: 'seed' },
      { custom_issuer: 'https://own.example', custom_host: 'own.example' },
    ];
    const [tenant] = await archived(mine.tenantId);
    for (const change of configured) {
      const trx = await target.db.transaction();
      try {
        await trx('tenants').where({ slug: 'default' }).update(change);
        const there = createPostgresTenantArchiveStore(trx);
        assert.deepEqual(
          await there.conflicts({ slug: 'default', host: undefined }),
          [{ what: 'slug', value: 'default' }],
          JSON.stringify(change),
        );
        const row = { ...tenant?.row, custom_issuer: null, custom_host: null };
        await assert.rejects(there.begin(randomUUID(), row, 'default'), ConflictError);
      } finally {
        await trx.rollback();
      }
    }
  });

  test('takes the place of a tenant default that nobody has used, and of no other', async () => {
    const tenants = createPostgresTenantStore(target.db);
    const unused = await tenants.findBySlug('default');
    assert.deepEqual(await other.conflicts({ slug: 'default', host: undefined }), []);
    const tenantId = await insertTenant(source.db, { name: 'Came from elsewhere' });
    await insertAccount(source.db, tenantId);
    const { cursor } = await tenants.changesSince(undefined);
    assert.equal(await bring(await archived(tenantId), 'default'), unused?.id);
    assert.equal((await tenants.findBySlug('default'))?.name, 'Came from elsewhere');
    // Others are reported as well while transactions of other test files are in flight.
    const { changed } = await tenants.changesSince(cursor);
    const reported = changed.find((one) => one.tenantId === unused?.id);
    assert.ok((reported?.version ?? 0) > (unused?.version ?? 0), 'with a new version');
    const taken = await other.conflicts({ slug: 'default', host: undefined });
    assert.deepEqual(taken, [{ what: 'slug', value: 'default' }]);
  });

  test('goes on where it was: of two imports at once one writes', async () => {
    const archiveId = randomUUID();
    const tenantId = await insertTenant(source.db);
    for (let count = 0; count < 2; count += 1) await insertAccount(source.db, tenantId);
    const [tenant, ...rest] = await archived(tenantId, false);
    const rows = rest.filter(({ table }) => table === 'accounts').map(({ row }) => row);
    const begun = await other.begin(archiveId, tenant?.row ?? {}, 'slow');
    const write = (from: number) =>
      other.write(begun, {
        table: 'accounts',
        rows: rows.slice(from, from + 1),
        from,
        done: from + 1,
      });
    await write(0);
    await assert.rejects(write(0), ConflictError);
    const unfinished = await other.findUnfinished(archiveId);
    assert.deepEqual(unfinished, { tenantId: begun, slug: 'slow', rows: 1 });
    await write(1);
    const [count] = await target.db('accounts').where({ tenant_id: begun }).count();
    assert.equal(Number(count?.count), 2);
  });

  test('is gone without a trace when it is discarded before its end, and never after', async () => {
    const archiveId = randomUUID();
    const tenant = { slug: 'x', name: 'X', settings: {}, created_at: 'now', updated_at: 'now' };
    const begun = await other.begin(archiveId, tenant, 'given-up');
    const row = { id: 'a', username: 'a', username_key: 'a', email_verified: false, claims: {} };
    const times = { created_at: 'now', updated_at: 'now' };
    const rows = [{ ...row, ...times }];
    await other.write(begun, { table: 'accounts', rows, from: 0, done: 1 });
    await other.discard(begun);
    const left = Object.values(await rowsOfTenant(target.db, begun)).flat();
    assert.deepEqual(left, []);
    const whole = await insertTenant(target.db);
    await assert.rejects(other.discard(whole), ConflictError);
  });
});
