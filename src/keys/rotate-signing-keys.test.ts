import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { NotFoundError } from '../errors.ts';
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
} from '../testing/key-replica.ts';
import { advanceKeyStages } from './advance-key-stages.ts';
import { loadKeySet } from './load-key-set.ts';
import { type RotationResult, rotateSigningKeys } from './rotate-signing-keys.ts';
import type { KeySet, KeyStage } from './signing-key.ts';

const OPERATOR = { type: 'operator', id: 'root' } as const;

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
  await load();
  one.events.length = 0;
});

function replica(): KeyReplica {
  return createKeyReplica({ db: database.db, redis: undefined, clock, sealingKeys });
}

/** Replicas that read the set together, first to see that it is complete and then to change it. */
function racing(): KeyReplica[] {
  return readTogether([replica(), replica(), replica()], 2);
}

async function load(): Promise<KeySet> {
  return loadKeySet(one.deps, await one.tenant(tenantId));
}

async function rotate(
  input: Parameters<typeof rotateSigningKeys>[2],
  by: KeyReplica = one,
): Promise<RotationResult> {
  return rotateSigningKeys(by.deps, await by.tenant(tenantId), input);
}

const staged = () => rotate({ mode: 'staged', actor: OPERATOR });
const force = () => rotate({ mode: 'force', actor: OPERATOR });
const compromised = (kid?: string) => rotate({ mode: 'compromised', kid, actor: OPERATOR });
/** Where operators rotate, and nobody else. */
const advance = async () =>
  advanceKeyStages({ ...one.deps, successorSeconds: undefined }, await one.tenant(tenantId));

const kidsIn = (set: KeySet, ...stages: KeyStage[]) =>
  set.keys
    .filter((key) => stages.includes(key.stage))
    .map((key) => key.kid)
    .sort();
const sorted = (kids: readonly string[]) => [...kids].sort();

describe('a staged rotation', () => {
  test('publishes a next key per algorithm and goes on signing with the old ones', async () => {
    const before = await load();
    const result = await staged();
    const set = await load();
    assert.deepEqual(kidsIn(set, 'active'), kidsIn(before, 'active'));
    assert.deepEqual(kidsIn(set, 'next'), sorted(result.published));
    assert.equal(result.published.length, 2);
    assert.deepEqual(
      result.activeFrom,
      new Date(clock.now().getTime() + SHORT_POLICY.publishSeconds * 1000),
    );
  });

  test('lets the next keys sign after the publish time, not before', async () => {
    const before = await load();
    const { published } = await staged();
    clock.advance(SHORT_POLICY.publishSeconds - 1);
    assert.deepEqual(await advance(), {
      published: [],
      activated: [],
      retired: [],
      dropped: [],
    });
    assert.deepEqual(kidsIn(await load(), 'active'), kidsIn(before, 'active'));

    clock.advance(1);
    const moved = await advance();
    assert.deepEqual(sorted(moved.activated), sorted(published));
    assert.deepEqual(sorted(moved.retired), kidsIn(before, 'active'));
    const set = await load();
    assert.deepEqual(kidsIn(set, 'active'), sorted(published));
    assert.deepEqual(kidsIn(set, 'retiring'), kidsIn(before, 'active'));
  });

  test('keeps the old keys published for the time to retire, then drops them', async () => {
    const before = await load();
    await staged();
    clock.advance(SHORT_POLICY.publishSeconds);
    await advance();
    clock.advance(SHORT_POLICY.retireSeconds - 1);
    assert.deepEqual((await advance()).dropped, []);
    assert.deepEqual(kidsIn(await load(), 'retiring'), kidsIn(before, 'active'));
    clock.advance(1);
    assert.deepEqual(sorted((await advance()).dropped), kidsIn(before, 'active'));
    assert.deepEqual(kidsIn(await load(), 'retiring', 'next'), []);
  });

  test('is not started twice: the keys that wait are told again', async () => {
    const first = await staged();
    clock.advance(10);
    const second = await staged();
    assert.deepEqual(second.published, []);
    assert.deepEqual(second.activeFrom, first.activeFrom);
    assert.equal(second.version, first.version);
    assert.equal(one.events.length, 1);
  });

  test('started by replicas at once publishes one next key per algorithm', async () => {
    const replicas = racing();
    const results = await Promise.all(
      replicas.map((each) => rotate({ mode: 'staged', actor: OPERATOR }, each)),
    );
    const set = await load();
    assert.deepEqual(kidsIn(set, 'next'), sorted(results.flatMap((result) => result.published)));
    assert.equal(set.keys.length, 4);
    assert.equal(replicas.flatMap((each) => each.events).length, 1);
  });

  test('never signs with a key before it was published for the publish time', async () => {
    const publishedAt = new Map<string, Date>();
    for (const key of (await load()).keys) publishedAt.set(key.kid, new Date(0));
    let taken = 0;
    for (let step = 0; step < 60; step++) {
      if (step % 15 === 0) await staged();
      await advance();
      const set = await load();
      for (const key of set.keys) {
        const since = publishedAt.get(key.kid) ?? clock.now();
        publishedAt.set(key.kid, since);
        const age = (clock.now().getTime() - since.getTime()) / 1000;
        if (key.stage !== 'active') continue;
        assert.ok(age >= SHORT_POLICY.publishSeconds, `signed after ${age} s`);
      }
      taken = Math.max(taken, publishedAt.size);
      // In the order in which the library picks: nothing precedes the active key of an algorithm.
      for (const algorithm of ['RS256', 'ES256']) {
        assert.equal(set.keys.find((key) => key.algorithm === algorithm)?.stage, 'active');
      }
      clock.advance(61);
    }
    assert.ok(taken >= 8, `${taken} keys seen`);
  });

  test('is audited when it starts and when it takes over', async () => {
    const { published } = await staged();
    clock.advance(SHORT_POLICY.publishSeconds);
    await advance();
    const [started, took] = one.events;
    assert.equal(started?.kind, 'keys.created');
    assert.deepEqual(started.actor, OPERATOR);
    assert.deepEqual(detailList(started, 'published'), sorted(published));
    assert.equal(took?.kind, 'keys.rotated');
    assert.deepEqual(took.actor, { type: 'system' });
    assert.deepEqual(detailList(took, 'activated'), sorted(published));
  });
});

describe('a forced rotation', () => {
  test('signs with new keys at once and keeps the old ones published', async () => {
    const before = await load();
    const result = await force();
    const set = await load();
    assert.deepEqual(sorted(result.retired), kidsIn(before, 'active'));
    assert.deepEqual(kidsIn(set, 'retiring'), kidsIn(before, 'active'));
    assert.deepEqual(kidsIn(set, 'active'), sorted(result.activated));
    assert.equal(one.events[0]?.kind, 'keys.rotated');
    assert.deepEqual(one.events[0].actor, OPERATOR);
  });

  test('uses the next keys when there are some: verifiers may know them already', async () => {
    const { published } = await staged();
    const result = await force();
    assert.deepEqual(sorted(result.activated), sorted(published));
    assert.equal(result.activeFrom, undefined);
  });

  test('by replicas at once replaces each key once', async () => {
    const before = await load();
    const replicas = racing();
    await Promise.all(replicas.map((each) => rotate({ mode: 'force', actor: OPERATOR }, each)));
    const set = await load();
    assert.equal(set.keys.length, 4);
    assert.deepEqual(kidsIn(set, 'retiring'), kidsIn(before, 'active'));
    assert.equal(replicas.flatMap((each) => each.events).length, 1);
  });
});

describe('a compromised key', () => {
  test('is dropped at once and replaced', async () => {
    const before = await load();
    const [leaked] = before.keys;
    assert.ok(leaked);
    const result = await compromised(leaked.kid);
    const set = await load();
    assert.deepEqual(result.dropped, [leaked.kid]);
    assert.equal(
      set.keys.some((key) => key.kid === leaked.kid),
      false,
    );
    assert.deepEqual(set.keys.map((key) => [key.algorithm, key.stage]).sort(), [
      ['ES256', 'active'],
      ['RS256', 'active'],
    ]);
    const [event] = one.events;
    assert.equal(event?.kind, 'keys.compromised');
    assert.deepEqual(detailList(event, 'dropped'), [leaked.kid]);
  });

  test('is replaced by the next key of its algorithm when there is one', async () => {
    await staged();
    const set = await load();
    const leaked = set.keys.find((key) => key.algorithm === 'ES256' && key.stage === 'active');
    const next = set.keys.find((key) => key.algorithm === 'ES256' && key.stage === 'next');
    const result = await compromised(leaked?.kid);
    assert.deepEqual(result.activated, [next?.kid]);
  });

  test('that retires already is dropped without a successor', async () => {
    const { retired } = await force();
    const [leaked = ''] = retired;
    const result = await compromised(leaked);
    assert.deepEqual(result.dropped, [leaked]);
    assert.deepEqual(result.activated, []);
  });

  test('that nobody has is not found, and nothing changes', async () => {
    const before = await load();
    await assert.rejects(compromised('no-such-key'), NotFoundError);
    assert.deepEqual(await load(), before);
    assert.deepEqual(one.events, []);
  });

  test('of another tenant is not found', async () => {
    const [foreign] = (await load()).keys;
    tenantId = await insertTenant(database.db);
    await load();
    await assert.rejects(compromised(foreign?.kid), NotFoundError);
  });

  test('told of by two operators at once is replaced once', async () => {
    const [leaked] = (await load()).keys;
    const results = await Promise.all(
      readTogether([replica(), replica()], 1).map((each) =>
        rotate({ mode: 'compromised', kid: leaked?.kid, actor: OPERATOR }, each),
      ),
    );
    assert.deepEqual(
      results.flatMap((result) => result.dropped),
      [leaked?.kid],
    );
    assert.equal((await load()).keys.length, 2);
  });

  test('not named means all of them: every key is dropped and replaced', async () => {
    await staged();
    await force();
    await staged();
    const before = await load();
    const result = await compromised();
    const set = await load();
    assert.deepEqual(sorted(result.dropped), kidsIn(before, 'active', 'next', 'retiring'));
    assert.deepEqual(kidsIn(set, 'active'), sorted(result.activated));
    assert.equal(set.keys.length, 2);
  });
});
