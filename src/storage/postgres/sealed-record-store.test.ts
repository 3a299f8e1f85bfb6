import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { createSealer, type Sealer } from '../../crypto/sealing.ts';
import type {
  ResealedRecord,
  SealedKind,
  SealedRecord,
  SealedRecordKey,
  SealedRecordStore,
} from '../../keys/sealed-record-store.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts';
import { randomSealingKey } from '../../testing/key-replica.ts';
import { type PopulatedTenant, populateTenant } from '../../testing/populated-tenant.ts';
import { createPostgresKeyStore } from './key-store.ts';
import { createPostgresSealedRecordStore, SEALED_COLUMNS } from './sealed-record-store.ts';

const KINDS = Object.keys(SEALED_COLUMNS) as SealedKind[];
const SEALER: Sealer = createSealer([randomSealingKey()]);
const UNDER_FIRST = SEALER.seal('x', { tenant: 't', purpose: 'p', record: 'r', version: 1 });

let database: TestDatabase;
let store: SealedRecordStore;
let tenant: PopulatedTenant;

before(async () => {
  database = await createTestDatabase();
  store = createPostgresSealedRecordStore(database.db);
});

beforeEach(async () => {
  const { db } = database;
  tenant = await populateTenant(db);
  await db('deployment_secrets').delete();
  await db('deployment_secrets').insert(
    [1, 2, 10].map((version) => ({ purpose: 'p', version, sealed: `sealed ${version}` })),
  );
});

after(() => database.drop());

async function everything(kind: SealedKind, limit = 2): Promise<SealedRecord[]> {
  const found: SealedRecord[] = [];
  let after: SealedRecordKey | undefined;
  do {
    const page = await store.page(kind, { keyId: SEALER.currentKeyId, after, limit });
    assert.ok(page.records.length <= limit);
    found.push(...page.records);
    after = page.next;
  } while (after !== undefined);
  return found;
}

const resealed = (record: SealedRecord): ResealedRecord => ({ ...record, resealed: UNDER_FIRST });

test('every column of the database whose name says that it is sealed is a kind', async () => {
  const found = await database.db.raw<{ rows: { name: string }[] }>(`
    select c.relname || '.' || a.attname as name
      from pg_class c join pg_attribute a on a.attrelid = c.oid
     where c.relnamespace = current_schema()::regnamespace
       and c.relkind in ('r', 'p') and not c.relispartition
       and a.attnum > 0 and not a.attisdropped and a.attname ~ 'seal'
     order by 1`);
  assert.deepEqual(
    found.rows.map(({ name }) => name),
    Object.values(SEALED_COLUMNS)
      .map(({ table, column }) => `${table}.${column}`)
      .sort(),
  );
});

for (const kind of KINDS) {
  test(`${kind} are found by the primary key of their table, page by page`, async () => {
    const { table, column, key } = SEALED_COLUMNS[kind];
    const primary = await database.db.raw<{ rows: { name: string; type: string }[] }>(
      `select a.attname as name, format_type(a.atttypid, null) as type
         from pg_index i
         join unnest(i.indkey) with ordinality k (num, n) on true
         join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.num
        where i.indrelid = ?::regclass and i.indisprimary order by k.n`,
      [table],
    );
    assert.deepEqual(
      primary.rows,
      key.map((name, at) => ({ name, type: SEALED_COLUMNS[kind].types[at] })),
    );
    const rows = await database.db(table).whereNotNull(column).select();
    assert.ok(rows.length > 0);
    assert.deepEqual(
      new Set((await everything(kind)).map((record) => JSON.stringify(record))),
      new Set(
        rows.map((row) =>
          JSON.stringify({ key: key.map((name) => String(row[name])), sealed: row[column] }),
        ),
      ),
    );
  });

  test(`${kind} are replaced, and are not found again then`, async () => {
    const records = await everything(kind, 100);
    assert.equal(await store.replace(kind, records.map(resealed)), records.length);
    assert.deepEqual(await everything(kind), []);
    assert.equal(await store.replace(kind, records.map(resealed)), 0);
  });
}

describe('a record', () => {
  const key: SealedRecordKey = ['p', '2'];
  const row = () => database.db('deployment_secrets').where({ purpose: 'p', version: 2 });
  const move = () => store.replace('deployment_secrets', [resealed({ key, sealed: 'sealed 2' })]);

  test('that was changed since it was read is left as it is', async () => {
    await row().update({ sealed: 'changed' });
    assert.equal(await move(), 0);
    assert.equal((await row().first()).sealed, 'changed');
  });

  test('that was deleted since does not come back', async () => {
    await row().delete();
    assert.equal(await move(), 0);
    assert.equal(await row().first(), undefined);
  });

  test('that somebody is changing is passed over without waiting', async () => {
    await database.db.transaction(async (trx) => {
      await trx('deployment_secrets').where({ purpose: 'p', version: 2 }).update({ sealed: 'new' });
      assert.equal(await move(), 0);
    });
    assert.equal((await row().first()).sealed, 'new');
  });

  test('is replaced once by many at the same time', async () => {
    const moved = await Promise.all(Array.from({ length: 8 }, move));
    assert.equal(
      moved.reduce((sum, count) => sum + count, 0),
      1,
    );
    assert.equal((await row().first()).sealed, UNDER_FIRST);
  });

  test('of another tenant stays as it is', async () => {
    const other = await populateTenant(database.db);
    const { totpId } = tenant;
    const mine = { key: [tenant.tenantId, totpId] as const, sealed: 'sealed' };
    const stranger = { ...mine, key: [other.tenantId, totpId] as const };
    assert.equal(await store.replace('totp_seeds', [resealed(stranger)]), 0);
    assert.equal(await store.replace('totp_seeds', [resealed(mine)]), 1);
  });
});

test('a key set that was read before its keys moved is not written back', async () => {
  const keys = createPostgresKeyStore(database.db);
  const read = await keys.load(tenant.tenantId);
  const records = read.keys.map(({ kid, sealedPrivateJwk: sealed }) => ({
    key: [tenant.tenantId, kid] as const,
    sealed,
  }));
  assert.equal(await store.replace('signing_keys', records.map(resealed)), records.length);
  assert.equal(await keys.replace(tenant.tenantId, read.version, read.keys), false);
  const now = await keys.load(tenant.tenantId);
  assert.equal(now.version, read.version + 1);
  assert.ok(now.keys.every(({ sealedPrivateJwk }) => sealedPrivateJwk === UNDER_FIRST));
});
