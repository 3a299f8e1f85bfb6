import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ArtifactKey, ArtifactUse, ArtifactWrite } from '../../provider/artifact-store.ts';
import type { TenantId } from '../../tenants/tenant.ts';
import type { SuiteContext } from '../artifact-store-suite.ts';

const MODEL = 'RefreshToken';
const WINDOW = { retryWindowSeconds: 10 };

/**
 * Rotation with a retry window: a retry is answered while no successor has been used; the first
 * use of one sibling kills the others.
 */
export function testFamilies(given: () => SuiteContext): void {
  test('inside the window a refresh token is retried, and its first use stays on record', async () => {
    const { family, samples, harness } = await start(given());
    const consumedAt = harness.now();
    assert.equal(await family.use(), 'consumed');
    samples.advance(9.999);
    assert.equal(await family.state(), 'retryable');
    assert.equal(await family.use(), 'consumed');
    assert.deepEqual((await family.find())?.consumedAt, consumedAt);
  });

  test('the window begins with the first use, not with a retry', async () => {
    const { family, samples } = await start(given());
    await family.use();
    samples.advance(6);
    assert.equal(await family.use(), 'consumed');
    samples.advance(4);
    assert.equal(await family.state(), 'used');
    assert.equal(await family.use(), 'lost');
  });

  test('with a window of 0 there is no retry, in the same millisecond neither', async () => {
    const { family } = await start(given());
    assert.equal(await family.use(undefined, 0), 'consumed');
    assert.equal(await family.state(), 'used');
    assert.equal(await family.use(undefined, 0), 'lost');
    assert.equal(await family.use(undefined, 10), 'lost', 'a later call opens no window');
  });

  test('a later call may shorten the window for itself, and not lengthen it', async () => {
    const { family, samples } = await start(given());
    await family.use();
    samples.advance(5);
    assert.equal(await family.use(undefined, 5), 'lost');
    assert.equal(await family.use(undefined, 6), 'consumed');
    samples.advance(5);
    assert.equal(await family.use(undefined, 60), 'lost');
  });

  test('the first use of a successor ends the retries of its predecessor at once', async () => {
    const { family } = await start(given());
    await family.use();
    const successor = await family.rotate();
    assert.equal(await family.state(), 'retryable');
    assert.equal(await family.use(successor), 'consumed');
    assert.equal(await family.state(), 'used');
    assert.equal(await family.use(), 'lost');
  });

  test('the first use of one sibling turns the others into used', async () => {
    const { family } = await start(given());
    await family.use();
    const [lost, retried, thief] = [
      await family.rotate(),
      await family.rotate(),
      await family.rotate(),
    ];
    assert.equal(await family.use(retried), 'consumed');
    for (const dead of [lost, thief]) {
      assert.equal(await family.state(dead), 'used');
      assert.equal(await family.use(dead), 'lost');
    }
    assert.equal(await family.state(retried), 'retryable');
    assert.equal(await family.use(retried), 'consumed', 'the used sibling has a window of its own');
  });

  test('of two siblings used at once exactly one wins', async () => {
    const { family, harness } = await start(given());
    for (let round = 0; round < 10; round += 1) {
      await family.use();
      const siblings = await Promise.all([family.rotate(), family.rotate()]);
      const outcomes = await Promise.all(
        siblings.map((key, i) =>
          (harness.replicas[i] ?? harness.replicas[0]).consume(family.tenant, MODEL, key, WINDOW),
        ),
      );
      assert.deepEqual(outcomes.toSorted(), ['consumed', 'lost']);
      family.current = siblings[outcomes.indexOf('consumed')] ?? '';
    }
  });

  test('a predecessor and its successor used at once leave one living branch', async () => {
    const { family, harness } = await start(given());
    for (let round = 0; round < 10; round += 1) {
      await family.use();
      const successor = await family.rotate();
      const [retry, use] = await Promise.all([
        harness.replicas[1].consume(family.tenant, MODEL, family.current, WINDOW),
        family.use(successor),
      ]);
      assert.equal(use, 'consumed', 'a retry does no harm to the successor');
      // The retry was answered before, or refused after; its answer cannot be saved any more.
      assert.ok(retry === 'consumed' || retry === 'lost');
      assert.equal(await family.trySave(family.current), 'ended');
      family.current = successor;
    }
  });

  test('a sibling saved after a successor was used is refused', async () => {
    const { family } = await start(given());
    await family.use();
    await family.use(await family.rotate());
    assert.equal(await family.trySave(family.current), 'ended');
  });

  test('siblings saved and used at once leave exactly one usable', async () => {
    const { family, samples } = await start(given());
    for (let round = 0; round < 10; round += 1) {
      await family.use();
      const first = await family.rotate();
      const late = samples.key();
      await Promise.all([family.use(first), family.trySave(family.current, late)]);
      assert.notEqual(await family.state(late), 'unused', 'saved before: dead; after: refused');
      family.current = first;
    }
  });

  test('a successor whose parent is gone, or has expired, is refused', async () => {
    const { family, samples, store } = await start(given());
    await family.use();
    assert.equal(await family.trySave(samples.key()), 'ended');
    samples.advance(3600);
    assert.equal(await family.trySave(family.current), 'ended');
    const another = await start(given());
    await another.family.use();
    await store.destroy(another.family.tenant, MODEL, another.family.current);
    assert.equal(await another.family.trySave(another.family.current), 'ended');
  });

  test('siblings kill each other though their parent is no longer stored', async () => {
    const { family, samples, store } = await start(given());
    await family.use();
    const siblings = [
      await family.rotate(samples.in(7200)),
      await family.rotate(samples.in(7200)),
    ] as const;
    samples.advance(3600);
    while ((await store.sweep(1000)) > 0);
    const outcomes = await Promise.all(siblings.map((key) => family.use(key)));
    assert.deepEqual(outcomes.toSorted(), ['consumed', 'lost']);
  });

  test('replacing a refresh token keeps its place in the family', async () => {
    const { family, store } = await start(given());
    await family.use();
    const [used, dead] = [await family.rotate(), await family.rotate()];
    await family.use(used);
    for (const key of [used, dead]) {
      const { parentKey: _parent, ...again } = family.write(key);
      assert.equal(await store.save({ ...again, payload: { again: true } }), 'saved');
      assert.equal(await store.save(family.write(key)), 'saved', 'not a new successor');
    }
    assert.equal(await family.state(used), 'retryable');
    assert.equal(await family.state(dead), 'used');
    const thrown = await family.rotate(undefined, used);
    await family.use(thrown);
    assert.equal(await family.state(used), 'used');
  });

  test('generations follow each other, and only the newest can be used', async () => {
    const { family } = await start(given());
    const older: ArtifactKey[] = [];
    for (let generation = 0; generation < 5; generation += 1) {
      assert.equal(await family.use(), 'consumed');
      older.push(family.current);
      family.current = await family.rotate();
    }
    for (const key of older.slice(0, -1)) assert.equal(await family.use(key), 'lost');
    assert.equal(await family.state(older.at(-1)), 'retryable');
    assert.equal(await family.use(), 'consumed');
  });

  test('what is given back is as it was, and its successor is gone', async () => {
    const { family, samples } = await start(given());
    await family.use();
    const untold = await family.rotate();
    await family.giveBack(untold);
    assert.equal(await family.state(untold), undefined);
    assert.equal(await family.state(), 'unused');
    assert.equal((await family.find())?.consumedAt, undefined);

    samples.advance(60);
    assert.equal(await family.use(), 'consumed', 'however long after');
    samples.advance(9);
    assert.equal(await family.state(), 'retryable', 'with a window of its own');
    const successor = await family.rotate();
    samples.advance(1);
    assert.equal(await family.state(), 'used');
    assert.equal(await family.use(), 'lost');
    assert.equal(await family.use(successor), 'consumed');
  });

  test('without a window, or a successor, it is given back, too', async () => {
    const { family } = await start(given());
    await family.use(undefined, 0);
    await family.giveBack();
    assert.equal(await family.use(undefined, 0), 'consumed');
    assert.equal(await family.use(undefined, 0), 'lost');
  });

  test('a retry that is given back leaves what the first use was answered with', async () => {
    const { family, samples } = await start(given());
    await family.use();
    const told = await family.rotate();
    samples.advance(5);
    await family.use();
    const untold = await family.rotate();
    await family.giveBack(untold);
    assert.equal(await family.state(untold), undefined);
    assert.equal(await family.state(), 'retryable');
    samples.advance(5);
    assert.equal(await family.state(), 'used', 'the window is the one of the first use');
    assert.equal(await family.use(), 'lost');
    assert.equal(await family.use(told), 'consumed');
  });

  test('what has a used successor, or sibling, is not given back', async () => {
    const { family } = await start(given());
    await family.use();
    const [used, dead] = [await family.rotate(), await family.rotate()];
    await family.use(used);
    await family.giveBack(dead);
    assert.equal(await family.state(), 'used');
    await family.giveBack(used);
    assert.equal(await family.state(), 'used', 'though it is gone');
    const another = await start(given());
    await another.family.use();
    const siblings = [await another.family.rotate(), await another.family.rotate()] as const;
    await another.family.use(siblings[0]);
    await another.family.giveBack(undefined, siblings[1]);
    assert.equal(await another.family.state(siblings[1]), 'used');
  });

  test('what is no successor stays', async () => {
    const { family } = await start(given());
    await family.use();
    const successor = await family.rotate();
    await family.use(successor);
    const further = await family.rotate(undefined, successor);
    await family.giveBack(further);
    assert.equal(await family.state(further), 'unused');
  });

  test('of two that are given back at once neither leaves it used up', async () => {
    const { family, harness } = await start(given());
    for (let round = 0; round < 20; round += 1) {
      await family.use();
      const untold = [await family.rotate(), await family.rotate()];
      await Promise.all(
        untold.map((key, i) => family.giveBack(key, family.current, harness.replicas[i])),
      );
      assert.equal(await family.state(), 'unused', `round ${round}`);
    }
  });

  test('a code that is given back is used once', async () => {
    const { store, harness, samples } = given();
    const tenant = await harness.newTenant();
    const code = samples.write(tenant, 'AuthorizationCode');
    await store.save(code);
    await store.consume(tenant, code.model, code.key, WINDOW);
    await store.giveBack(tenant, code);
    assert.equal((await store.find(tenant, code.model, code.key))?.use, 'unused');
    assert.equal(await store.consume(tenant, code.model, code.key, WINDOW), 'consumed');
    assert.equal(await store.consume(tenant, code.model, code.key, WINDOW), 'lost');
    await store.giveBack(tenant, { ...code, key: samples.key() });
  });

  test('the window is for refresh tokens alone', async () => {
    const { store, harness, samples } = given();
    const tenant = await harness.newTenant();
    const code = samples.write(tenant, 'AuthorizationCode');
    await store.save(code);
    assert.equal(await store.consume(tenant, code.model, code.key, WINDOW), 'consumed');
    assert.equal((await store.find(tenant, code.model, code.key))?.use, 'used');
    assert.equal(await store.consume(tenant, code.model, code.key, WINDOW), 'lost');
  });
}

interface Family {
  readonly tenant: TenantId;
  /** The token that the next step is about. */
  current: ArtifactKey;
  find(key?: ArtifactKey): ReturnType<SuiteContext['store']['find']>;
  state(key?: ArtifactKey): Promise<ArtifactUse | undefined>;
  use(key?: ArtifactKey, windowSeconds?: number): Promise<'consumed' | 'lost'>;
  write(key: ArtifactKey): ArtifactWrite;
  /** Saves a successor of a token, as after its use. */
  trySave(parentKey: ArtifactKey, key?: ArtifactKey): Promise<'saved' | 'ended'>;
  rotate(expiresAt?: Date, parentKey?: ArtifactKey): Promise<ArtifactKey>;
  giveBack(
    successorKey?: ArtifactKey,
    key?: ArtifactKey,
    by?: SuiteContext['store'],
  ): Promise<void>;
}

/** A tenant with a grant and its first refresh token. */
async function start(context: SuiteContext): Promise<SuiteContext & { family: Family }> {
  const { store, harness, samples } = context;
  const tenant = await harness.newTenant();
  const grantKey = samples.key();
  const details = { grantKey, accountId: 'alice', sessionKey: samples.key() };
  await store.save(samples.write(tenant, 'Grant', { ...details, key: grantKey }));
  const first = samples.write(tenant, MODEL, details);
  await store.save(first);
  const writes = new Map([[first.key, first]]);

  const save = (parentKey: ArtifactKey, more: Partial<ArtifactWrite>) => {
    const write = samples.write(tenant, MODEL, { ...details, parentKey, ...more });
    writes.set(write.key, write);
    return { key: write.key, outcome: store.save(write) };
  };

  const family: Family = {
    tenant,
    current: first.key,
    find: (key = family.current) => store.find(tenant, MODEL, key),
    state: async (key) => (await family.find(key))?.use,
    use: (key = family.current, retryWindowSeconds = 10) =>
      store.consume(tenant, MODEL, key, { retryWindowSeconds }),
    write: (key) => {
      const write = writes.get(key);
      assert.ok(write);
      return write;
    },
    trySave: (parentKey, key) => save(parentKey, key === undefined ? {} : { key }).outcome,
    rotate: async (expiresAt, parentKey = family.current) => {
      const saved = save(parentKey, expiresAt === undefined ? {} : { expiresAt });
      assert.equal(await saved.outcome, 'saved');
      return saved.key;
    },
    giveBack: (successorKey, key = family.current, by = store) =>
      by.giveBack(tenant, {
        model: MODEL,
        key,
        ...(successorKey === undefined ? {} : { successorKey }),
      }),
  };
  return { ...context, family };
}
