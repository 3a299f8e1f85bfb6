import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import type { AttemptLimits } from '../accounts/attempt-limits.ts';
import type { AttemptStore, AttemptSubject } from '../accounts/attempt-store.ts';
import { pollUntil } from './poll.ts';

const LIMITS: AttemptLimits = {
  account: {
    failures: 3,
    windowSeconds: 60,
    lock: { firstSeconds: 1, maxSeconds: 2, memorySeconds: 60 },
  },
  address: { failures: 5, windowSeconds: 60 },
  address_block: { failures: 8, windowSeconds: 60 },
  factor: {
    failures: 4,
    windowSeconds: 60,
    lock: { firstSeconds: 1, maxSeconds: 2, memorySeconds: 60 },
  },
  mailed_code: {
    failures: 3,
    windowSeconds: 60,
    lock: { firstSeconds: 1, maxSeconds: 2, memorySeconds: 60 },
  },
  code_requests: { failures: 6, windowSeconds: 60 },
  code_pause: { failures: 1, windowSeconds: 60 },
  code_quota: { failures: 2, windowSeconds: 60 },
};

/** One of every kind. */
const EVERY_KIND: readonly AttemptSubject[] = [
  address('192.0.2.1'),
  block('192.0.2.0/24'),
  account('alice'),
  { kind: 'factor', accountId: 'alice' },
  { kind: 'mailed_code', subject: 'alice' },
  { kind: 'code_requests', address: '192.0.2.1' },
  { kind: 'code_pause', name: 'alice' },
  { kind: 'code_quota', name: 'alice' },
];

const DEADLINE_MS = 10_000;

/**
 * What every attempt store guarantees. Each test acts in tenants of its own, so they can share
 * one back end.
 *
 * @param create - a store with the given limits over the same back end every time
 */
export function attemptStoreSuite(
  name: string,
  create: (limits: AttemptLimits) => AttemptStore,
): void {
  describe(`the attempt store ${name}`, () => {
    it('allows attempts up to the limit and then says how long to wait', async () => {
      const store = create(LIMITS);
      const tenant = randomUUID();
      for (const subject of EVERY_KIND) {
        const { failures, windowSeconds } = LIMITS[subject.kind];
        for (let attempt = 1; attempt <= failures; attempt += 1) {
          assert.deepEqual(await store.begin(tenant, [subject]), { allowed: true });
        }
        const wait = await refusal(store, tenant, [subject]);
        assert.ok(Number.isInteger(wait) && wait >= 1 && wait <= windowSeconds, `${wait} s`);
      }
    });

    it('lets no more than the limit through, however many come at once', async () => {
      const store = create({ ...LIMITS, address: { failures: 1000, windowSeconds: 60 } });
      const tenant = randomUUID();
      const subjects = [address('192.0.2.1'), account('alice')];
      const verdicts = await Promise.all(
        Array.from({ length: 100 }, () => store.begin(tenant, subjects)),
      );
      const allowed = verdicts.filter((verdict) => verdict.allowed).length;
      assert.equal(allowed, LIMITS.account.failures);
    });

    it('forgets the failures of an account that signed in', async () => {
      const store = create(LIMITS);
      const tenant = randomUUID();
      for (let round = 0; round < 3; round += 1) {
        await begin(store, tenant, [account('alice')], LIMITS.account.failures);
        // The last one allowed locks the account; being right, it also unlocks it.
        await store.succeeded(tenant, [account('alice')]);
      }
      assert.equal((await store.begin(tenant, [account('alice')])).allowed, true);
    });

    it('forgets wrong codes once a code was right', async () => {
      const store = create(LIMITS);
      const tenant = randomUUID();
      for (const subject of EVERY_KIND.filter(({ kind }) => /^(factor|mailed_code)$/.test(kind))) {
        const { failures } = LIMITS[subject.kind];
        for (let round = 0; round < 3; round += 1) {
          await begin(store, tenant, [subject], failures);
          await store.succeeded(tenant, [subject]);
        }
      }
    });

    it('locks the codes of an account longer each time, and nothing else of it', async () => {
      const store = create(LIMITS);
      const tenant = randomUUID();
      const subjects: AttemptSubject[] = [{ kind: 'factor', accountId: 'alice' }];
      for (const seconds of [1, 2]) {
        await begin(store, tenant, subjects, LIMITS.factor.failures);
        const wait = await refusal(store, tenant, subjects);
        assert.equal(wait, seconds);
        await begin(store, tenant, [account('alice')], 1);
        await waitUntilAllowed(store, tenant, subjects, seconds);
        await store.withdraw(tenant, subjects);
      }
    });

    it('uses nothing of a quota up when it is asked too early', async () => {
      const store = create(LIMITS);
      const tenant = randomUUID();
      const quota: AttemptSubject = { kind: 'code_quota', name: 'alice' };
      const pause = (name: string): AttemptSubject => ({ kind: 'code_pause', name });
      await begin(store, tenant, [quota, pause('alice')], 1);
      for (let attempt = 0; attempt < 5; attempt += 1) {
        await refusal(store, tenant, [quota, pause('alice')]);
      }
      await begin(store, tenant, [quota, pause('another')], 1);
      await refusal(store, tenant, [quota, pause('third')]);
    });

    it('takes only the successful attempt itself back from addresses', async () => {
      const store = create(LIMITS);
      const tenant = randomUUID();
      const subjects = [address('192.0.2.1'), account('own')];
      await begin(store, tenant, [address('192.0.2.1')], LIMITS.address.failures - 1);
      for (let round = 0; round < 5; round += 1) {
        await begin(store, tenant, subjects, 1);
        await store.succeeded(tenant, subjects);
      }
      await begin(store, tenant, subjects, 1);
      await refusal(store, tenant, subjects);
    });

    it('takes an undecided attempt back from all', async () => {
      const store = create(LIMITS);
      const tenant = randomUUID();
      const subjects = [address('192.0.2.1'), block('192.0.2.0/24'), account('alice')];
      for (let round = 0; round < 20; round += 1) {
        await begin(store, tenant, subjects, 1);
        await store.withdraw(tenant, subjects);
      }
    });

    it('counts every tenant, kind and name for itself', async () => {
      const store = create(LIMITS);
      const [a, b] = [randomUUID(), randomUUID()];
      await begin(store, a, [account('alice')], LIMITS.account.failures);
      await refusal(store, a, [account('alice')]);
      for (const [tenant, subject] of [
        [b, account('alice')],
        [a, account('alicf')],
        [a, address('alice')],
        [a, block('alice')],
        [a, { kind: 'factor', accountId: 'alice' }],
        [a, { kind: 'mailed_code', subject: 'alice' }],
        [a, { kind: 'code_pause', name: 'alice' }],
        [a, { kind: 'code_quota', name: 'alice' }],
      ] as const) {
        assert.equal((await store.begin(tenant, [subject])).allowed, true);
      }
      await store.succeeded(b, [account('alice')]);
      await store.withdraw(b, [account('alice')]);
      await refusal(store, a, [account('alice')]);
    });

    it('does not count on an account what is refused for its address', async () => {
      const store = create(LIMITS);
      const tenant = randomUUID();
      await begin(store, tenant, [address('192.0.2.1')], LIMITS.address.failures);
      for (let attempt = 0; attempt < 10; attempt += 1) {
        await refusal(store, tenant, [account('alice'), address('192.0.2.1')]);
      }
      await begin(store, tenant, [account('alice'), address('192.0.2.2')], LIMITS.account.failures);
    });

    it('locks an account longer each time, up to the longest, until it signs in', async () => {
      const store = create(LIMITS);
      const tenant = randomUUID();
      const subjects = [account('alice')];
      for (const seconds of [1, 2, 2]) {
        const start = performance.now();
        await begin(store, tenant, subjects, LIMITS.account.failures);
        await waitUntilAllowed(store, tenant, subjects, seconds);
        const waited = (performance.now() - start) / 1000;
        assert.ok(waited > seconds - 0.01, `${waited} s`);
        // Waiting was an attempt, too.
        await store.withdraw(tenant, subjects);
      }
      await store.succeeded(tenant, subjects);
      await begin(store, tenant, subjects, LIMITS.account.failures);
      await waitUntilAllowed(store, tenant, subjects, 1);
    });

    it('forgets failures when their window ends', async () => {
      const store = create({ ...LIMITS, address: { failures: 2, windowSeconds: 1 } });
      const tenant = randomUUID();
      const subjects = [address('192.0.2.1')];
      await begin(store, tenant, subjects, 2);
      await waitUntilAllowed(store, tenant, subjects, 1);
    });

    it('answers with the longest wait of those that are over their limits', async () => {
      const store = create({ ...LIMITS, address_block: { failures: 5, windowSeconds: 600 } });
      const tenant = randomUUID();
      const subjects = [address('192.0.2.1'), block('192.0.2.0/24')];
      await begin(store, tenant, subjects, 5);
      assert.ok((await refusal(store, tenant, subjects)) > 60);
    });
  });
}

function account(identifier: string): AttemptSubject {
  return { kind: 'account', identifier };
}

function address(text: string): AttemptSubject {
  return { kind: 'address', address: text };
}

function block(text: string): AttemptSubject {
  return { kind: 'address_block', block: text };
}

/** So many attempts, each of which must be allowed. */
async function begin(
  store: AttemptStore,
  tenant: string,
  subjects: readonly AttemptSubject[],
  times: number,
): Promise<void> {
  for (let attempt = 1; attempt <= times; attempt += 1) {
    const verdict = await store.begin(tenant, subjects);
    assert.equal(verdict.allowed, true, `attempt ${attempt} was refused`);
  }
}

/** One attempt, which must be refused. */
async function refusal(
  store: AttemptStore,
  tenant: string,
  subjects: readonly AttemptSubject[],
): Promise<number> {
  const verdict = await store.begin(tenant, subjects);
  assert.ok(!verdict.allowed, 'the attempt was allowed');
  return verdict.retryAfterSeconds;
}

/**
 * Tries until an attempt is allowed.
 *
 * @param longestSeconds - no refusal may ask to wait longer
 */
async function waitUntilAllowed(
  store: AttemptStore,
  tenant: string,
  subjects: readonly AttemptSubject[],
  longestSeconds: number,
): Promise<void> {
  let longest = 0;
  const attempt = async (): Promise<boolean> => {
    const verdict = await store.begin(tenant, subjects);
    if (!verdict.allowed) longest = Math.max(longest, verdict.retryAfterSeconds);
    return verdict.allowed;
  };
  await pollUntil(attempt, { deadlineMs: DEADLINE_MS, everyMs: 50 });
  assert.ok(longest <= longestSeconds, `asked to wait ${longest} s`);
}
