import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { StorageUnavailableError } from '../errors.ts';
import type { ArtifactModel, ArtifactStore } from '../provider/artifact-store.ts';
import { type ArtifactStoreHarness, artifactStoreSuite } from '../testing/artifact-store-suite.ts';
import { createSamples, type Samples } from '../testing/artifact-suite/samples.ts';
import { createTestDatabase } from '../testing/database.ts';
import { insertTenant } from '../testing/fixtures.ts';
import { redisServers, startTestRedis } from '../testing/redis.ts';
import { ARTIFACT_PLACES, placeArtifacts } from './place-artifacts.ts';
import { createPostgresArtifactStore } from './postgres/artifact-store.ts';
import { createDatabase } from './postgres/database.ts';
import { createRedisArtifactStore } from './redis/artifact-store.ts';
import { connectRedis, createRedis } from './redis/redis.ts';

interface PlacedHarness extends ArtifactStoreHarness {
  readonly durable: ArtifactStore;
  readonly volatile: ArtifactStore;
}

const isVolatileAway = () => false;

async function startHarness(): Promise<PlacedHarness> {
  const [database, server] = await Promise.all([createTestDatabase(), startTestRedis()]);
  let now = new Date();
  const deps = { now: () => now, keyPrefix: 'gatehouse:' };
  const limits = { poolMax: 8, acquireTimeoutMs: 10_000, statementTimeoutMs: 10_000 };
  const pools = [1, 2].map(() => createDatabase({ ...limits, url: database.url }));
  const connections = [1, 2].map(() =>
    createRedis({ servers: redisServers(server.url), commandTimeoutMs: 10_000 }),
  );
  await Promise.all(connections.map((redis) => connectRedis(redis, 5000)));
  const durables = pools.map((db) => createPostgresArtifactStore(db, deps));
  const volatiles = connections.map((redis) => createRedisArtifactStore(redis, deps));
  const [durable, durable2] = durables;
  const [volatile, volatile2] = volatiles;
  assert.ok(durable && durable2 && volatile && volatile2);
  return {
    durable,
    volatile,
    replicas: [
      placeArtifacts({ durable, volatile, isVolatileAway }),
      placeArtifacts({ durable: durable2, volatile: volatile2, isVolatileAway }),
    ],
    now: () => now,
    setNow: (to) => {
      now = to;
    },
    newTenant: () => insertTenant(database.db),
    async leftovers() {
      const [redis] = connections;
      const indexes = (await redis?.keys('*:x:*')) ?? [];
      let count = await durable.countExpired(10_000);
      for (const key of indexes) count += (await redis?.zcount(key, '-inf', +now)) ?? 0;
      return count;
    },
    stop: async () => {
      for (const redis of connections) redis.disconnect();
      for (const db of pools) await db.destroy();
      await Promise.all([server.stop(), database.drop()]);
    },
  };
}

artifactStoreSuite('artifacts in PostgreSQL and Redis', startHarness);

describe('placing artifacts', () => {
  let harness: PlacedHarness;
  let samples: Samples;
  let tenant: string;

  before(async () => {
    harness = await startHarness();
    samples = createSamples(harness);
    tenant = await harness.newTenant();
  });
  after(() => harness?.stop());

  test('every model is kept in its one place, and in no other', async () => {
    const [store] = harness.replicas;
    for (const [name, place] of Object.entries(ARTIFACT_PLACES)) {
      const write = samples.write(tenant, name as ArtifactModel);
      await store.save(write);
      const found = {
        durable: await harness.durable.find(tenant, write.model, write.key),
        volatile: await harness.volatile.find(tenant, write.model, write.key),
      };
      assert.ok(found[place], name);
      assert.equal(found[place === 'durable' ? 'volatile' : 'durable'], undefined, name);
    }
  });

  test('what a lost Redis may not cost is durable, and what is used once', () => {
    const volatile = Object.entries(ARTIFACT_PLACES).filter(([, place]) => place === 'volatile');
    assert.deepEqual(volatile.map(([model]) => model).toSorted(), [
      'AccessToken',
      'ClientCredentials',
      'Interaction',
      'Session',
    ]);
  });

  test('a store given twice is used once', () => {
    const { durable } = harness;
    assert.equal(placeArtifacts({ durable, volatile: durable, isVolatileAway }), durable);
  });

  test('nothing is used up for what could not be saved', async () => {
    let away = true;
    const store = placeArtifacts({ ...harness, isVolatileAway: () => away });
    const { key } = samples.write(tenant, 'AuthorizationCode');
    await store.save(samples.write(tenant, 'AuthorizationCode', { key }));
    const consume = (thenSaves?: ArtifactModel) =>
      store.consume(tenant, 'AuthorizationCode', key, {
        retryWindowSeconds: 0,
        ...(thenSaves === undefined ? {} : { thenSaves }),
      });
    await assert.rejects(() => consume('AccessToken'), StorageUnavailableError);
    assert.equal((await store.find(tenant, 'AuthorizationCode', key))?.use, 'unused');
    away = false;
    assert.equal(await consume('AccessToken'), 'consumed');

    // What is saved in the same place, or not at all, has nothing to wait for.
    away = true;
    for (const thenSaves of [undefined, 'RefreshToken'] as const) {
      const write = samples.write(tenant, 'AuthorizationCode');
      await store.save(write);
      const options = {
        retryWindowSeconds: 0,
        ...(thenSaves === undefined ? {} : { thenSaves }),
      };
      assert.equal(await store.consume(tenant, write.model, write.key, options), 'consumed');
    }
  });

  test('what was used up for what the volatile store does not take is given back', async () => {
    const refuses = (place: 'durable' | 'volatile'): ArtifactStore =>
      placeArtifacts({
        ...harness,
        isVolatileAway,
        [place]: {
          ...harness[place],
          save: async () => {
            throw new StorageUnavailableError(place === 'volatile' ? 'redis' : 'postgres');
          },
        },
      });
    const code = samples.write(tenant, 'AuthorizationCode');
    const spent = { model: code.model, key: code.key } as const;
    const [store] = harness.replicas;
    await store.save(code);
    const useOf = async () => (await store.find(tenant, code.model, code.key))?.use;
    await store.consume(tenant, code.model, code.key, { retryWindowSeconds: 0 });

    const token = samples.write(tenant, 'AccessToken', { spent });
    const refreshToken = samples.write(tenant, 'RefreshToken', { spent });
    await assert.rejects(() => refuses('durable').save(refreshToken), StorageUnavailableError);
    assert.equal(await useOf(), 'used', 'whoever cannot save cannot give back either');
    await assert.rejects(() => refuses('volatile').save(samples.write(tenant, 'AccessToken')));
    assert.equal(await useOf(), 'used', 'it was not for this');
    assert.equal(await store.save(token), 'saved');
    assert.equal(await useOf(), 'used');
    await assert.rejects(() => refuses('volatile').save(token), /redis did not answer/);
    assert.equal(await useOf(), 'unused');
  });

  test('denials outlive Redis', async () => {
    const [store] = harness.replicas;
    const [jti, grant] = [samples.key(), samples.key()];
    await store.deny(tenant, jti, samples.in(60));
    await store.revokeGrant(tenant, grant, samples.forADay());
    assert.equal(await harness.durable.isDenied(tenant, jti, undefined), true);
    assert.equal(await harness.durable.isDenied(tenant, samples.key(), grant), true);
  });

  for (const broken of ['durable', 'volatile'] as const) {
    for (const [method, { end, spares }] of Object.entries(endings())) {
      test(`${method} that the ${broken} store did not take is complete when it is repeated`, async () => {
        const failing = failOnce(harness[broken]);
        const store = placeArtifacts({ ...harness, isVolatileAway, [broken]: failing.store });
        const [grantKey, sessionKey, accountId] = [samples.key(), samples.key(), samples.key()];
        const details = { grantKey, sessionKey, endsWithSession: true, accountId };
        const writes = [
          samples.write(tenant, 'Grant', { grantKey, accountId, key: grantKey }),
          samples.write(tenant, 'RefreshToken', details),
          samples.write(tenant, 'AccessToken', details),
          samples.write(tenant, 'Session', { sessionKey, accountId }),
        ];
        for (const write of writes) assert.equal(await store.save(write), 'saved');
        const alive = async () => {
          const found = await Promise.all(
            writes.map(({ model, key }) => store.find(tenant, model, key)),
          );
          return writes.map(({ model }) => model).filter((_, i) => found[i] !== undefined);
        };

        failing.arm();
        await assert.rejects(() => end(store, details), StorageUnavailableError);
        // The root is cut first: nothing new is issued even if nobody repeats it.
        const rooted = (await alive()).includes('Grant');
        assert.equal(rooted, broken === 'durable');
        const outcome = await end(store, details);
        assert.deepEqual(outcome, method === 'endSession' ? [grantKey] : undefined);
        assert.deepEqual(await alive(), spares);
      });
    }
  }

  test('offline tokens keep their grant, in both stores', async () => {
    const [store] = harness.replicas;
    const [grantKey, sessionKey] = [samples.key(), samples.key()];
    const refresh = samples.write(tenant, 'RefreshToken', { grantKey, sessionKey });
    const access = samples.write(tenant, 'AccessToken', { grantKey, sessionKey });
    await store.save(refresh);
    await store.save(access);
    assert.deepEqual(await store.endSession(tenant, sessionKey, [grantKey], samples.forADay()), []);
    assert.ok(await store.find(tenant, 'RefreshToken', refresh.key));
    assert.ok(await store.find(tenant, 'AccessToken', access.key));
  });

  interface Ids {
    readonly grantKey: string;
    readonly sessionKey: string;
    readonly accountId: string;
  }
  interface Ending {
    readonly spares: readonly ArtifactModel[];
    end(store: ArtifactStore, ids: Ids): Promise<unknown>;
  }
  function endings(): Record<'revokeGrant' | 'endSession' | 'endAccount', Ending> {
    const until = () => samples.forADay();
    return {
      revokeGrant: {
        spares: ['Session'],
        end: (store, { grantKey }) => store.revokeGrant(tenant, grantKey, until()),
      },
      endSession: {
        spares: [],
        end: (store, { sessionKey, grantKey }) =>
          store.endSession(tenant, sessionKey, [grantKey], until()),
      },
      endAccount: {
        spares: [],
        end: (store, { accountId }) => store.endAccount(tenant, accountId, until()),
      },
    };
  }
});

/** A store whose next ending fails before it does anything. */
function failOnce(store: ArtifactStore): { store: ArtifactStore; arm(): void } {
  let armed = false;
  const fails =
    <A extends unknown[], R>(method: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      if (!armed) return method(...args);
      armed = false;
      throw new StorageUnavailableError('redis');
    };
  return {
    arm: () => {
      armed = true;
    },
    store: {
      ...store,
      revokeGrant: fails(store.revokeGrant),
      endSession: fails(store.endSession),
      endAccount: fails(store.endAccount),
    },
  };
}
