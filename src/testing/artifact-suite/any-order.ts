import { test } from 'node:test';
import fc from 'fast-check';
import type { ArtifactKey, ArtifactStore, ArtifactWrite } from '../../provider/artifact-store.ts';
import type { TenantId } from '../../tenants/tenant.ts';
import type { SuiteContext } from '../artifact-store-suite.ts';
import {
  ARTIFACT_NAMES,
  ARTIFACTS,
  type ArtifactPlan,
  applyOperation,
  EMPTY_STORE,
  fingerprint,
  GRANT_NAMES,
  GRANT_SECONDS,
  isRevoked,
  type StoreOperation,
  type StoreState,
  TOMBSTONE_SECONDS,
  useOf,
} from './store-model.ts';

const RUNS = 150;
const MOST_MS = 15_000;
const AT_ONCE = 4;
const STEPS = 12;

/** Operations that replicas get at the same moment, and the time that passes before them. */
interface Step {
  readonly rest: number;
  readonly operations: readonly StoreOperation[];
}

/**
 * Random operations, several at once on several replicas: their answers, and what is there
 * afterwards, are those of one order of them.
 */
export function testAnyOrder(given: () => SuiteContext): void {
  test('whatever comes at once is answered as if one came after the other', async (t) => {
    const deadline = performance.now() + MOST_MS;
    let runs = 0;
    let steps = 0;
    const seed = process.env.PROPERTY_SEED;
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyStep(), { minLength: 1, maxLength: STEPS, size: 'max' }),
        async (played) => {
          // On a slow machine fewer are played, and a failure is shrunk less.
          if (performance.now() > deadline) return;
          const run = await startRun(given());
          await run.play({ rest: 0, operations: ISSUED });
          for (const step of played) await run.play(step);
          runs += 1;
          steps += played.length;
        },
      ),
      {
        numRuns: RUNS,
        ...(seed === undefined ? {} : { seed: Number(seed) }),
      },
    );
    t.diagnostic(`${runs} runs of ${steps} steps in all`);
  });
}

/** What every run begins with: a sign-in at each of two clients. */
const ISSUED: readonly StoreOperation[] = [
  ...GRANT_NAMES,
  ...(['session-a', 'session-b', 'code-a', 'code-b', 'token-a', 'token-b'] as const),
].map((what) => ({ do: 'save', what, lifetime: 3600, age: 0 }));

function anyStep(): fc.Arbitrary<Step> {
  const tokens = ARTIFACT_NAMES.filter((name) => ARTIFACTS[name].model === 'RefreshToken');
  const codes = ['code-a', 'code-b'] as const;
  const what = fc.constantFrom(...ARTIFACT_NAMES);
  const lifetime = fc.constantFrom(3600, 3600, 3600, 20);
  const age = fc.constantFrom(0, 0, 5);
  const window = fc.constantFrom(10, 10, 10, 3, 0);
  const operation = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('save' as const),
        what: fc.constantFrom(...tokens),
        lifetime,
        age,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('save' as const), what, lifetime, age }),
    },
    {
      weight: 8,
      arbitrary: fc.record({
        do: fc.constant('consume' as const),
        what: fc.constantFrom(...tokens),
        window,
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('consume' as const),
        what: fc.constantFrom(...codes),
        window,
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('find' as const), what }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('destroy' as const), what }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('revokeGrant' as const),
        grant: fc.constantFrom(...GRANT_NAMES),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('endSession' as const),
        session: fc.constantFrom('session-a', 'session-b'),
        grants: fc.subarray([...GRANT_NAMES]),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('endAccount' as const),
        account: fc.constantFrom('alice', 'bob'),
      }),
    },
  );
  return fc.record({
    rest: fc.constantFrom(0, 0, 0, 1, 2, 9, 10, 20, TOMBSTONE_SECONDS),
    operations: fc.oneof(
      fc.array(operation, { minLength: 1, maxLength: AT_ONCE }),
      fc.constantFrom(...FAMILIES).chain(ofFamily),
    ),
  });
}

/** A token and its successors, which are used and saved at once more often than chance has it. */
const FAMILIES = [
  ['token-a', 'token-a1', 'token-a2'],
  ['token-a1', 'token-a11', 'token-a12'],
  ['token-b', 'token-b1', 'token-b2'],
] as const;

function ofFamily(family: (typeof FAMILIES)[number]): fc.Arbitrary<StoreOperation[]> {
  const [, ...successors] = family;
  const use = fc.record({
    do: fc.constant('consume' as const),
    what: fc.constantFrom(...family),
    window: fc.constant(10),
  });
  const rotate = fc.record({
    do: fc.constant('save' as const),
    what: fc.constantFrom(...successors),
    lifetime: fc.constant(3600),
    age: fc.constant(0),
  });
  return fc.array(fc.oneof(use, use, rotate), { minLength: 2, maxLength: AT_ONCE });
}

/** Plays steps on a tenant of its own, and keeps every state that the store may be in. */
async function startRun({ harness, samples }: SuiteContext) {
  const tenant = await harness.newTenant();
  const keys = new Map<string, ArtifactKey>();
  const keyOf = (name: string): ArtifactKey => {
    const key = keys.get(name) ?? samples.key();
    keys.set(name, key);
    return key;
  };
  const began = harness.now().getTime();
  const at = () => (harness.now().getTime() - began) / 1000;
  const store = (turn: number) =>
    harness.replicas[turn % harness.replicas.length] ?? harness.replicas[0];
  let possible: readonly StoreState[] = [EMPTY_STORE];

  const ask = (operation: StoreOperation, turn: number) =>
    answerOf(store(turn), operation, { tenant, keyOf, samples });
  const look = async (): Promise<string> => {
    const uses = ARTIFACT_NAMES.map(async (name) => {
      const found = await store(0).find(tenant, ARTIFACTS[name].model, keyOf(name));
      return `${name} ${found?.use ?? 'absent'}`;
    });
    const grants = GRANT_NAMES.map(async (name) => {
      const denied = await store(0).isDenied(tenant, samples.key(), keyOf(name));
      return `${name} ${denied ? 'denied' : 'allowed'}`;
    });
    return (await Promise.all([...uses, ...grants])).join(', ');
  };
  const expected = (state: StoreState): string =>
    [
      ...ARTIFACT_NAMES.map((name) => `${name} ${useOf(state, name, at())}`),
      ...GRANT_NAMES.map(
        (name) => `${name} ${isRevoked(state, name, at()) ? 'denied' : 'allowed'}`,
      ),
    ].join(', ');

  return {
    async play({ rest, operations }: Step): Promise<void> {
      samples.advance(rest);
      const answers = await Promise.all(operations.map(ask));
      const asked = operations.map((operation, i) => ({ operation, answer: answers[i] ?? '' }));
      const ordered = inSomeOrder(possible, asked, at());
      const seen = await look();
      possible = ordered.filter((state) => expected(state) === seen);
      if (possible.length > 0) return;
      const wanted = ordered.map(expected);
      throw new Error(
        [
          'no order of these explains their answers, or what is there afterwards:',
          ...asked.map(({ operation, answer }) => `${JSON.stringify(operation)} → ${answer}`),
          `there is:  ${seen}`,
          ...wanted.map((view) => `should be: ${view}`),
        ].join('\n'),
      );
    },
  };
}

interface Asked {
  readonly operation: StoreOperation;
  readonly answer: string;
}

/** The different states after any order of operations that gives them these answers. */
function inSomeOrder(
  states: readonly StoreState[],
  asked: readonly Asked[],
  at: number,
): StoreState[] {
  let reached = new Map(states.map((state) => [fingerprint(state), { state, left: asked }]));
  for (const _ of asked) {
    const further: typeof reached = new Map();
    for (const { state, left } of reached.values()) {
      for (const one of left) {
        const applied = applyOperation(state, one.operation, at);
        if (applied.answer !== one.answer) continue;
        const others = left.filter((other) => other !== one);
        const ahead = others.map((other) => asked.indexOf(other)).join();
        const next = { state: applied.state, left: others };
        further.set(`${ahead} ${fingerprint(applied.state)}`, next);
      }
    }
    reached = further;
  }
  return [...reached.values()].map(({ state }) => state);
}

interface RunPlace extends Pick<SuiteContext, 'samples'> {
  readonly tenant: TenantId;
  keyOf(name: string): ArtifactKey;
}

/** Does it on a replica; the answer reads as the model's. */
async function answerOf(
  store: ArtifactStore,
  operation: StoreOperation,
  place: RunPlace,
): Promise<string> {
  const { tenant, keyOf, samples } = place;
  const options = { tombstoneUntil: samples.in(TOMBSTONE_SECONDS) };
  switch (operation.do) {
    case 'save':
      return store.save(writeOf(operation, place));
    case 'find': {
      const { model } = ARTIFACTS[operation.what];
      return (await store.find(tenant, model, keyOf(operation.what)))?.use ?? 'absent';
    }
    case 'consume':
      return store.consume(tenant, ARTIFACTS[operation.what].model, keyOf(operation.what), {
        retryWindowSeconds: operation.window,
      });
    case 'destroy':
      await store.destroy(tenant, ARTIFACTS[operation.what].model, keyOf(operation.what));
      return 'done';
    case 'revokeGrant':
      await store.revokeGrant(tenant, keyOf(operation.grant), options);
      return 'done';
    case 'endSession': {
      const { session, grants } = operation;
      const revoked = await store.endSession(
        tenant,
        keyOf(`uid of ${session}`),
        grants.map(keyOf),
        options,
      );
      const names = grants.filter((grant) => revoked.includes(keyOf(grant)));
      return `revoked ${names.toSorted().join(' ')}`;
    }
    case 'endAccount':
      await store.endAccount(tenant, operation.account, options);
      return 'done';
  }
}

function writeOf(
  { what, lifetime, age }: StoreOperation & { do: 'save' },
  { tenant, keyOf, samples }: RunPlace,
): ArtifactWrite {
  const plan: ArtifactPlan = ARTIFACTS[what];
  return samples.write(tenant, plan.model, {
    key: keyOf(what),
    accountId: plan.account,
    startedAt: samples.in(-age),
    expiresAt: samples.in(plan.model === 'Grant' ? GRANT_SECONDS : lifetime),
    endsWithSession: plan.endsWithSession === true,
    ...(plan.grant === undefined ? {} : { grantKey: keyOf(plan.grant) }),
    ...(plan.session === undefined ? {} : { sessionKey: keyOf(`uid of ${plan.session}`) }),
    ...(plan.parent === undefined ? {} : { parentKey: keyOf(plan.parent) }),
  });
}
