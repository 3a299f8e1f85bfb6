import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { createPostgresTenantStore } from '../storage/postgres/tenant-store.ts';
import type { TenantId } from '../tenants/tenant.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { insertTenant } from '../testing/fixtures.ts';
import {
  createKeyReplica,
  createTestClock,
  detailList,
  type KeyReplica,
  randomSealingKey,
  readTogether,
  SHORT_POLICY,
  SHORT_SUCCESSOR_SECONDS,
} from '../testing/key-replica.ts';
import { advanceDueKeyStages } from './advance-key-stages.ts';
import { loadKeySet } from './load-key-set.ts';
import { rotateSigningKeys } from './rotate-signing-keys.ts';
import type { KeySet } from './signing-key.ts';

const clock = createTestClock();
const sealingKeys = [randomSealingKey()];

let database: TestDatabase;
let tenantId: TenantId;
let one: KeyReplica;

before(async () => {
  database = await createTestDatabase();
});

after(() => database.drop());

beforeEach(async () => {
  tenantId = await insertTenant(database.db);
  one = replica();
  await load(tenantId);
  one.events.length = 0;
});

function replica(): KeyReplica {
  return createKeyReplica({ db: database.db, redis: undefined, clock, sealingKeys });
}

async function load(id: TenantId): Promise<KeySet> {
  return loadKeySet(one.deps, await one.tenant(id));
}

async function stage(id: TenantId): Promise<readonly string[]> {
  const rotation = { mode: 'staged', actor: { type: 'operator' } } as const;
  const { published } = await rotateSigningKeys(one.deps, await one.tenant(id), rotation);
  return published;
}

const waiting = (set: KeySet) => set.keys.filter((key) => key.stage === 'next');

describe('advanceDueKeyStages', () => {
  const tenants = () => createPostgresTenantStore(database.db);

  test('advances the tenants that are due, once, whichever replicas call it', async () => {
    await stage(tenantId);
    clock.advance(SHORT_POLICY.publishSeconds);
    const replicas = readTogether([replica(), replica(), replica()], 1);
    await Promise.all(
      replicas.map((each) => advanceDueKeyStages({ ...each.deps, tenants: tenants() })),
    );
    assert.deepEqual(waiting(await load(tenantId)), []);
    const events = replicas.flatMap((each) => each.events);
    assert.equal(events.filter((event) => event.tenantId === tenantId).length, 1);
    const again = await advanceDueKeyStages({ ...one.deps, tenants: tenants() });
    assert.equal(again.changed, 0);
  });

  test('does nothing before anything is due', async () => {
    await stage(tenantId);
    clock.advance(SHORT_POLICY.publishSeconds - 1);
    const again = await advanceDueKeyStages({ ...one.deps, tenants: tenants() });
    assert.equal(again.changed, 0);
    assert.equal(waiting(await load(tenantId)).length, 2);
  });

  test('goes on with other tenants when one fails', async () => {
    const broken = await insertTenant(database.db);
    await load(broken);
    await stage(broken);
    await stage(tenantId);
    clock.advance(SHORT_POLICY.publishSeconds);
    const failing = {
      findById: (id: TenantId) =>
        id === broken ? Promise.reject(new Error('broken')) : tenants().findById(id),
    };
    await advanceDueKeyStages({ ...one.deps, tenants: failing });
    assert.deepEqual(waiting(await load(tenantId)), []);
    assert.equal(waiting(await load(broken)).length, 2);
    assert.equal(one.warnings.length, 1);
  });

  test('goes on behind those that fail, however many they are', async () => {
    await stage(tenantId);
    clock.advance(SHORT_POLICY.publishSeconds);
    const failing = Array.from({ length: 100 }, (_, index) => `failing-${index}`);
    const asked: (readonly TenantId[])[] = [];
    const keys = {
      ...one.deps.keys,
      async tenantsDue(_now: Date, limit: number, except: readonly TenantId[] = []) {
        asked.push(except);
        return [...failing, tenantId].filter((id) => !except.includes(id)).slice(0, limit);
      },
      tenantsWithoutSuccessor: async () => [],
    };
    const findById = async (id: TenantId) =>
      id === tenantId ? one.tenant(id) : Promise.reject(new Error('broken'));
    const deps = { ...one.deps, keys, tenants: { findById } };
    const first = await advanceDueKeyStages(deps);
    assert.deepEqual(first, { changed: 0, more: false, behind: failing });
    const second = await advanceDueKeyStages(deps, first);
    assert.deepEqual(second, { changed: 1, more: false, behind: [] });
    assert.deepEqual(asked, [[], failing]);
    assert.deepEqual(waiting(await load(tenantId)), []);
  });

  test('has more to do while a list was full, whether or not one of it failed', async () => {
    const broken = await insertTenant(database.db);
    const others = Array.from({ length: 99 }, () => tenantId);
    const findById = (id: TenantId) =>
      id === broken ? Promise.reject(new Error('broken')) : one.tenant(id);
    await stage(tenantId);
    clock.advance(SHORT_POLICY.publishSeconds);
    const tenantsDue = async () => [...others, broken];
    const keys = { ...one.deps.keys, tenantsDue, tenantsWithoutSuccessor: async () => [] };
    const turn = await advanceDueKeyStages({ ...one.deps, keys, tenants: { findById } });
    assert.deepEqual(turn, { changed: 1, more: true, behind: [broken] });
  });

  test('ends after the tenant at hand when it is told to stop', async () => {
    const stop = new AbortController();
    const second = await insertTenant(database.db);
    await load(second);
    await stage(second);
    await stage(tenantId);
    clock.advance(SHORT_POLICY.publishSeconds);
    const stopping = {
      findById(id: TenantId) {
        stop.abort();
        return tenants().findById(id);
      },
    };
    const deps = { ...one.deps, tenants: stopping };
    const stopped = await advanceDueKeyStages(deps, { signal: stop.signal });
    assert.equal(stopped.changed, 1);
    assert.ok((await advanceDueKeyStages({ ...one.deps, tenants: tenants() })).changed >= 1);
  });
});

describe('keys that have signed for long enough', () => {
  const tenants = () => createPostgresTenantStore(database.db);
  const advance = (each = one) => advanceDueKeyStages({ ...each.deps, tenants: tenants() });
  const signing = (set: KeySet) => set.keys.filter((key) => key.stage === 'active');

  test('get a successor, one of each, whichever replicas look', async () => {
    clock.advance(SHORT_SUCCESSOR_SECONDS - 1);
    await advance();
    assert.deepEqual(waiting(await load(tenantId)), []);
    clock.advance(1);
    const replicas = readTogether([replica(), replica(), replica()], 1);
    await Promise.all(replicas.map((each) => advance(each)));
    const published = waiting(await load(tenantId));
    assert.deepEqual(published.map((key) => key.algorithm).sort(), ['ES256', 'RS256']);
    const events = replicas.flatMap((each) => each.events);
    const mine = events.filter((event) => event.tenantId === tenantId);
    assert.deepEqual(
      mine.map(({ kind, actor }) => [kind, actor.type]),
      [['keys.created', 'system']],
    );
    assert.deepEqual(detailList(mine[0], 'published'), published.map((key) => key.kid).sort());
  });

  test('are replaced period after period, and every key goes its whole way', async () => {
    const first = signing(await load(tenantId)).map((key) => key.kid);
    const signers = new Set<string>();
    const period = SHORT_SUCCESSOR_SECONDS + SHORT_POLICY.publishSeconds;
    for (let minutes = 0; minutes < (4 * period) / 60; minutes += 1) {
      clock.advance(60);
      await advance();
      for (const key of signing(await load(tenantId))) signers.add(key.kid);
    }
    assert.equal(signers.size, 2 * 5, 'four periods, two algorithms');
    const left = (await load(tenantId)).keys.map((key) => key.kid);
    assert.ok(first.every((kid) => !left.includes(kid)));
    assert.ok(left.length <= 2 * 3, left.join());
  });

  test('of a deployment whose operators rotate are left alone', async () => {
    clock.advance(100 * SHORT_SUCCESSOR_SECONDS);
    const manual = { ...one.deps, successorSeconds: undefined, tenants: tenants() };
    await advanceDueKeyStages(manual);
    assert.deepEqual(waiting(await load(tenantId)), []);
  });

  test('wait for as long as ever after a month in which nobody looked', async () => {
    await stage(tenantId);
    clock.advance(30 * 24 * 60 * 60);
    await advance();
    const set = await load(tenantId);
    assert.deepEqual(waiting(set), []);
    clock.advance(SHORT_SUCCESSOR_SECONDS);
    await advance();
    assert.equal(waiting(await load(tenantId)).length, 2);
    clock.advance(SHORT_POLICY.publishSeconds - 1);
    await advance();
    assert.equal(waiting(await load(tenantId)).length, 2);
  });
});
