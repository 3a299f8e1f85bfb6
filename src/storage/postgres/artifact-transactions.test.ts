import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Knex } from 'knex';
import type { ArtifactStore, ArtifactWrite } from '../../provider/artifact-store.ts';
import {
  type PostgresHarness,
  startPostgresHarness,
} from '../../testing/artifact-suite/postgres-harness.ts';
import { createSamples, type Samples } from '../../testing/artifact-suite/samples.ts';
import { pollUntil } from '../../testing/poll.ts';
import { createPostgresArtifactStore } from './artifact-store.ts';
import { createDatabase } from './database.ts';

describe('artifacts in PostgreSQL, by their transactions', () => {
  let harness: PostgresHarness;
  let db: Knex;
  let store: ArtifactStore;
  let samples: Samples;
  let tenant: string;

  before(async () => {
    harness = await startPostgresHarness();
    db = harness.database.db;
    store = harness.replicas[0];
    samples = createSamples(harness);
    tenant = await harness.newTenant();
  });
  after(() => harness?.stop());

  /** Waits until so many statements wait for another transaction. */
  const waiting = (count: number) =>
    pollUntil(
      async () => {
        const { rows } = await db.raw(
          `select count(*)::int as n from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock'`,
        );
        return rows[0].n === count;
      },
      { deadlineMs: 5000 },
    );

  /**
   * Does something in a transaction of its own and leaves it open while `meanwhile` runs, until
   * that commits it.
   */
  async function holdingOpen<T>(
    first: (held: ArtifactStore, trx: Knex.Transaction) => Promise<unknown>,
    meanwhile: (commit: () => Promise<void>) => Promise<T>,
  ): Promise<T> {
    const trx = await db.transaction();
    try {
      await first(createPostgresArtifactStore(trx, { now: () => harness.now() }), trx);
      return await meanwhile(async () => {
        await trx.commit();
      });
    } finally {
      if (!trx.isCompleted()) await trx.rollback();
    }
  }

  const ends: Record<
    'revokeGrant' | 'endSession' | 'endAccount',
    {
      details: (key: string) => Partial<ArtifactWrite>;
      end: (store: ArtifactStore, key: string) => Promise<unknown>;
    }
  > = {
    revokeGrant: {
      details: (grantKey) => ({ grantKey }),
      end: (store, key) => store.revokeGrant(tenant, key, samples.forADay()),
    },
    endSession: {
      details: (sessionKey) => ({ sessionKey, endsWithSession: true }),
      end: (store, key) => store.endSession(tenant, key, [], samples.forADay()),
    },
    endAccount: {
      details: (accountId) => ({ accountId }),
      end: (store, key) => store.endAccount(tenant, key, samples.forADay()),
    },
  };
  const window = { retryWindowSeconds: 10 };

  for (const [method, { details, end }] of Object.entries(ends)) {
    test(`what is saved while ${method} has not committed waits, and is refused`, async () => {
      const key = samples.key();
      const before = samples.write(tenant, 'RefreshToken', details(key));
      await store.save(before);
      const writes = Array.from({ length: 5 }, () =>
        samples.write(tenant, 'RefreshToken', details(key)),
      );
      await holdingOpen(
        (held) => end(held, key),
        async (commit) => {
          const saves = writes.map((write) => store.save(write));
          const use = store.consume(tenant, 'RefreshToken', before.key, window);
          await waiting(6);
          await commit();
          assert.deepEqual([...new Set(await Promise.all(saves))], ['ended']);
          assert.equal(await use, 'lost');
        },
      );
      for (const write of writes) {
        assert.equal(await store.find(tenant, 'RefreshToken', write.key), undefined);
      }
    });

    test(`${method} waits for what is being saved, and deletes it`, async () => {
      const key = samples.key();
      const write = samples.write(tenant, 'RefreshToken', details(key));
      await holdingOpen(
        (held) => held.save(write),
        async (commit) => {
          const ending = end(store, key);
          await waiting(1);
          await commit();
          await ending;
        },
      );
      assert.equal(await store.find(tenant, 'RefreshToken', write.key), undefined);
    });
  }

  /** A used refresh token with two successors, and a third that is not saved yet. */
  async function family() {
    const details = { grantKey: samples.key(), accountId: 'alice' };
    const parent = samples.write(tenant, 'RefreshToken', details);
    const child = () =>
      samples.write(tenant, 'RefreshToken', { ...details, parentKey: parent.key });
    const [first, second, late] = [child(), child(), child()];
    await store.save(parent);
    await store.consume(tenant, 'RefreshToken', parent.key, window);
    await store.save(first);
    await store.save(second);
    const use = (by: ArtifactStore, { key }: ArtifactWrite) =>
      by.consume(tenant, 'RefreshToken', key, window);
    return { parent, first, second, late, use };
  }

  test('a successor saved while a sibling is being used waits, and is refused', async () => {
    const { first, late, use } = await family();
    await holdingOpen(
      (held) => use(held, first),
      async (commit) => {
        const saving = store.save(late);
        await waiting(1);
        await commit();
        assert.equal(await saving, 'ended');
      },
    );
  });

  test('using a successor waits for a sibling that is being saved, and kills it', async () => {
    const { first, late, use } = await family();
    await holdingOpen(
      (held) => held.save(late),
      async (commit) => {
        const using = use(store, first);
        await waiting(1);
        await commit();
        assert.equal(await using, 'consumed');
      },
    );
    assert.equal((await store.find(tenant, 'RefreshToken', late.key))?.use, 'used');
  });

  test('a successor, and its predecessor, used while a sibling is being used wait and lose', async () => {
    const { parent, first, second, use } = await family();
    await holdingOpen(
      (held) => use(held, first),
      async (commit) => {
        const others = [use(store, second), use(store, parent)];
        await waiting(2);
        await commit();
        assert.deepEqual(await Promise.all(others), ['lost', 'lost']);
      },
    );
  });

  test('using a successor does not meet a revocation half-way, in the other order', async () => {
    // Revoking locks by key: the children, then the parent. Using one locks the parent first.
    const details = { grantKey: samples.key() };
    const key = (letter: string) => letter + samples.key();
    const parent = samples.write(tenant, 'RefreshToken', { ...details, key: key('zz') });
    const [first, second] = ['a', 'b'].map((letter) =>
      samples.write(tenant, 'RefreshToken', {
        ...details,
        key: key(`${letter}${letter}`),
        parentKey: parent.key,
      }),
    );
    assert.ok(first && second);
    for (const write of [parent, first, second]) await store.save(write);
    await holdingOpen(
      (_, trx) => trx.raw('select from artifacts where key = ? for update', [second.key]),
      async (commit) => {
        const revoking = store.revokeGrant(tenant, details.grantKey, samples.forADay());
        await waiting(1);
        const using = store.consume(tenant, 'RefreshToken', first.key, window);
        await waiting(2);
        await commit();
        await revoking;
        assert.equal(await using, 'lost');
      },
    );
  });

  test('a write that is rolled back frees whoever waits for it', async () => {
    const write = samples.write(tenant, 'ReplayDetection');
    const trx = await db.transaction();
    await createPostgresArtifactStore(trx, { now: () => harness.now() }).insertOnce(write);
    const other = store.insertOnce(write);
    await waiting(1).finally(() => trx.rollback());
    assert.equal(await other, true);
  });

  test('only volatile models are written without waiting for the disk', async () => {
    for (const [model, expected] of [
      ['Session', 'off'],
      ['AccessToken', 'off'],
      ['RefreshToken', 'on'],
      ['AuthorizationCode', 'on'],
    ] as const) {
      let within: unknown;
      await holdingOpen(
        async (held, trx) => {
          await trx.raw('set local synchronous_commit = on');
          await held.save(samples.write(tenant, model));
          within = (await trx.raw('show synchronous_commit')).rows[0].synchronous_commit;
        },
        (commit) => commit(),
      );
      assert.equal(within, expected, model);
    }
  });

  test('a connection waits for the disk again after a volatile model', async () => {
    const one = createDatabase({
      url: harness.database.url,
      poolMax: 1,
      acquireTimeoutMs: 5000,
      statementTimeoutMs: 5000,
    });
    try {
      await one.raw('set synchronous_commit = on');
      const store = createPostgresArtifactStore(one, { now: () => harness.now() });
      assert.equal(await store.save(samples.write(tenant, 'Session')), 'saved');
      const { rows } = await one.raw('show synchronous_commit');
      assert.equal(rows[0].synchronous_commit, 'on');
    } finally {
      await one.destroy();
    }
  });

  test('sweeping leaves rows that somebody works on, and waits for nobody', async () => {
    const write = samples.write(tenant, 'AuthorizationCode', { expiresAt: samples.in(1) });
    await store.save(write);
    await holdingOpen(
      (_, trx) => trx.raw('select from artifacts where key = ? for update', [write.key]),
      async (commit) => {
        samples.advance(1);
        while ((await store.sweep(1000)) > 0);
        assert.equal(await harness.leftovers(), 1);
        await commit();
        assert.equal(await store.sweep(1000), 1);
      },
    );
  });

  test('the database refuses an artifact of a tenant that does not exist', async () => {
    const nobody = '00000000-0000-4000-8000-000000000000';
    await assert.rejects(store.save(samples.write(nobody, 'Session')), { code: '23503' });
  });
});
