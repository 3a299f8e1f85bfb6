import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Knex } from 'knex';
import type { ArtifactStore } from '../../provider/artifact-store.ts';
import {
  type ArtifactStoreHarness,
  artifactStoreSuite,
} from '../../testing/artifact-store-suite.ts';
import { artifactOutageSuite } from '../../testing/artifact-suite/outage.ts';
import { createSamples, type Samples } from '../../testing/artifact-suite/samples.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts';
import { insertTenant } from '../../testing/fixtures.ts';
import { startOutageProxy } from '../../testing/outage-proxy.ts';
import { pollUntil } from '../../testing/poll.ts';
import { createPostgresArtifactStore } from './artifact-store.ts';
import { createDatabase } from './database.ts';

interface PostgresHarness extends ArtifactStoreHarness {
  readonly database: TestDatabase;
}

async function startHarness(): Promise<PostgresHarness> {
  const database = await createTestDatabase();
  let now = new Date();
  const clock = { now: () => now };
  const pools = [1, 2].map(() =>
    createDatabase({
      url: database.url,
      poolMax: 8,
      acquireTimeoutMs: 10_000,
      statementTimeoutMs: 10_000,
    }),
  );
  const first = createPostgresArtifactStore(database.db, clock);
  const [second = first, ...more] = pools.map((db) => createPostgresArtifactStore(db, clock));
  return {
    database,
    replicas: [first, second, ...more],
    now: () => now,
    setNow: (to) => {
      now = to;
    },
    newTenant: () => insertTenant(database.db),
    leftovers: () => first.countExpired(10_000),
    stop: async () => {
      for (const db of pools) await db.destroy();
      await database.drop();
    },
  };
}

artifactStoreSuite('artifacts in PostgreSQL', startHarness);

artifactOutageSuite('PostgreSQL away', async () => {
  const database = await createTestDatabase();
  const tenantId = await insertTenant(database.db);
  const address = new URL(database.url);
  const socket = `${address.searchParams.get('host')}/.s.PGSQL.${address.port || 5432}`;
  const proxy = await startOutageProxy({ path: socket });
  const db = createDatabase({
    url: `postgres://${address.username}@127.0.0.1:${proxy.port}${address.pathname}`,
    poolMax: 4,
    acquireTimeoutMs: 1000,
    statementTimeoutMs: 200,
  });
  return {
    store: createPostgresArtifactStore(db, { now: () => new Date() }),
    proxy,
    tenantId,
    stop: async () => {
      await db.destroy();
      await proxy.stop();
      await database.drop();
    },
  };
});

describe('artifacts in PostgreSQL, by their transactions', () => {
  let harness: PostgresHarness;
  let db: Knex;
  let store: ArtifactStore;
  let samples: Samples;
  let tenant: string;

  before(async () => {
    harness = await startHarness();
    db = harness.database.db;
    store = harness.replicas[0];
    samples = createSamples(harness);
    tenant = await harness.newTenant();
  });
  after(() => harness?.stop());

  /** Waits until so many transactions wait for one of the functions' locks. */
  const waitingForLock = (count: number) =>
    pollUntil(
      async () => {
        const { rows } = await db.raw(
          `select count(*)::int as n from pg_locks
            where locktype = 'advisory' and not granted
              and database = (select oid from pg_database where datname = current_database())`,
        );
        return rows[0].n === count;
      },
      { deadlineMs: 5000 },
    );

  /** Begins a write in a transaction of its own and commits it when told. */
  async function held(write: (trx: Knex.Transaction) => Promise<unknown>) {
    const trx = await db.transaction();
    await write(trx);
    return trx;
  }

  const ends: Record<
    string,
    {
      details: (key: string) => Record<string, unknown>;
      sql: (key: string) => [string, Knex.Value[]];
      end: (key: string) => Promise<unknown>;
    }
  > = {
    revokeGrant: {
      details: (grantKey) => ({ grantKey }),
      sql: (key) => [
        'select artifact_revoke_grant(?, ?, ?, ?)',
        [tenant, key, harness.now(), samples.in(600)],
      ],
      end: (key) => store.revokeGrant(tenant, key, samples.forADay()),
    },
    endSession: {
      details: (sessionKey) => ({ sessionKey, endsWithSession: true }),
      sql: (key) => [
        `select artifact_end_session(?, ?, '{}', ?, ?)`,
        [tenant, key, harness.now(), samples.in(600)],
      ],
      end: (key) => store.endSession(tenant, key, [], samples.forADay()),
    },
    endAccount: {
      details: (accountId) => ({ accountId }),
      sql: (key) => [
        'select artifact_end_account(?, ?, ?, ?)',
        [tenant, key, harness.now(), samples.in(600)],
      ],
      end: (key) => store.endAccount(tenant, key, samples.forADay()),
    },
  };

  for (const [method, { details, sql, end }] of Object.entries(ends)) {
    test(`what is saved while ${method} has not committed waits, and is refused`, async () => {
      const key = samples.key();
      const before = samples.write(tenant, 'RefreshToken', details(key));
      await store.save(before);
      const trx = await held((trx) => trx.raw(...sql(key)));
      const writes = Array.from({ length: 5 }, () =>
        samples.write(tenant, 'RefreshToken', details(key)),
      );
      const saves = writes.map((write) => store.save(write));
      const use = store.consume(tenant, 'RefreshToken', before.key, { retryWindowSeconds: 10 });
      await waitingForLock(6);
      await trx.commit();
      assert.deepEqual([...new Set(await Promise.all(saves))], ['ended']);
      assert.equal(await use, 'lost');
      for (const write of writes) {
        assert.equal(await store.find(tenant, 'RefreshToken', write.key), undefined);
      }
    });

    test(`${method} waits for what is being saved, and deletes it`, async () => {
      const key = samples.key();
      const write = samples.write(tenant, 'RefreshToken', details(key));
      const trx = await db.transaction();
      const saving = createPostgresArtifactStore(trx, { now: () => harness.now() });
      assert.equal(await saving.save(write), 'saved');
      const ending = end(key);
      await waitingForLock(1);
      await trx.commit();
      await ending;
      assert.equal(await store.find(tenant, 'RefreshToken', write.key), undefined);
    });
  }

  test('a write that is rolled back frees whoever waits for it', async () => {
    const write = samples.write(tenant, 'ReplayDetection');
    const trx = await db.transaction();
    await createPostgresArtifactStore(trx, { now: () => harness.now() }).insertOnce(write);
    const other = store.insertOnce(write);
    await trx.rollback();
    assert.equal(await other, true);
  });

  test('only volatile models are written without waiting for the disk, and only for themselves', async () => {
    const { rows } = await db.raw('show synchronous_commit');
    for (const [model, expected] of [
      ['Session', 'off'],
      ['AccessToken', 'off'],
      ['RefreshToken', rows[0].synchronous_commit],
      ['AuthorizationCode', rows[0].synchronous_commit],
    ] as const) {
      const trx = await db.transaction();
      const inside = createPostgresArtifactStore(trx, { now: () => harness.now() });
      await inside.save(samples.write(tenant, model));
      assert.equal((await trx.raw('show synchronous_commit')).rows[0].synchronous_commit, expected);
      await trx.commit();
    }
    const { rows: afterwards } = await db.raw('show synchronous_commit');
    assert.deepEqual(afterwards, rows);
  });

  test('sweeping leaves rows that somebody works on, and waits for nobody', async () => {
    const write = samples.write(tenant, 'AuthorizationCode', { expiresAt: samples.in(1) });
    await store.save(write);
    const trx = await held((trx) =>
      trx.raw('select from artifacts where key = ? for update', [write.key]),
    );
    samples.advance(1);
    while ((await store.sweep(1000)) > 0);
    assert.equal(await harness.leftovers(), 1);
    await trx.commit();
    assert.equal(await store.sweep(1000), 1);
  });

  test('the database refuses an artifact of a tenant that does not exist', async () => {
    const nobody = '00000000-0000-4000-8000-000000000000';
    await assert.rejects(store.save(samples.write(nobody, 'Session')), { code: '23503' });
  });
});
