import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { StorageUnavailableError } from '../../errors.ts';
import type { ArtifactStore } from '../../provider/artifact-store.ts';
import type { OutageProxy } from '../outage-proxy.ts';
import { pollUntil } from '../poll.ts';

/** Within this much of its return a store must be back. */
const RECOVERY_MS = 5000;

interface OutageHarness {
  /** On connections that go through the proxy, with time limits of at most a second. */
  readonly store: ArtifactStore;
  readonly proxy: OutageProxy;
  readonly tenantId: string;
  stop(): Promise<void>;
}

/** Declares that an outage is a 503 from every method, and that it ends by itself. */
export function artifactOutageSuite(
  name: string,
  createHarness: () => Promise<OutageHarness>,
): void {
  describe(name, () => {
    let harness: OutageHarness;
    before(async () => {
      harness = await createHarness();
    });
    after(() => harness?.stop());

    test('a server that is stopped: every method throws 503, and works when it is back', async () => {
      await harness.store.countSessions();
      await harness.proxy.refuse();
      await everyMethodIsUnavailable(harness);
      await harness.proxy.restore();
      await recovers(harness);
    });

    test('calls whose connection is cut before the answer throw 503', async () => {
      await recovers(harness);
      harness.proxy.silence();
      const calls = Array.from({ length: 20 }, () => find(harness));
      const outcomes = Promise.allSettled(calls);
      await harness.proxy.refuse();
      for (const outcome of await outcomes) {
        assert.equal(outcome.status, 'rejected');
        assert.ok(outcome.reason instanceof StorageUnavailableError, String(outcome.reason));
      }
      await harness.proxy.restore();
      await recovers(harness);
    });

    test('a server that says nothing: every method throws 503 in time, and it recovers', async () => {
      await recovers(harness);
      harness.proxy.silence();
      await everyMethodIsUnavailable(harness);
      await harness.proxy.restore();
      await recovers(harness);
    });
  });
}

async function everyMethodIsUnavailable({ store, tenantId }: OutageHarness): Promise<void> {
  const later = new Date(Date.now() + 60_000);
  const write = {
    tenantId,
    model: 'Session',
    key: 'k',
    payload: {},
    expiresAt: later,
    startedAt: new Date(),
  } as const;
  const until = { tombstoneUntil: later };
  const calls: Record<keyof ArtifactStore, () => Promise<unknown>> = {
    save: () => store.save(write),
    insertOnce: () => store.insertOnce(write),
    find: () => store.find(tenantId, 'Session', 'k'),
    findSessionByUid: () => store.findSessionByUid(tenantId, 'k'),
    findByUserCode: () => store.findByUserCode(tenantId, 'k'),
    listByAccount: () => store.listByAccount(tenantId, 'k', 'Session', { limit: 10 }),
    consume: () => store.consume(tenantId, 'RefreshToken', 'k', { retryWindowSeconds: 10 }),
    giveBack: () => store.giveBack(tenantId, { model: 'RefreshToken', key: 'k' }),
    destroy: () => store.destroy(tenantId, 'Session', 'k'),
    revokeGrant: () => store.revokeGrant(tenantId, 'k', until),
    endSession: () => store.endSession(tenantId, 'k', ['k'], until),
    endAccount: () => store.endAccount(tenantId, 'k', until),
    deny: () => store.deny(tenantId, 'k', later),
    isDenied: () => store.isDenied(tenantId, 'k', 'k'),
    countSessions: () => store.countSessions(),
    sweep: () => store.sweep(10),
  };
  await Promise.all(
    Object.entries(calls).map(([method, call]) =>
      assert.rejects(
        call,
        (error) => error instanceof StorageUnavailableError && error.status === 503,
        method,
      ),
    ),
  );
}

function find({ store, tenantId }: OutageHarness) {
  return store.find(tenantId, 'Session', 'none');
}

async function recovers(harness: OutageHarness): Promise<void> {
  await pollUntil(async () => (await find(harness)) === undefined, { deadlineMs: RECOVERY_MS });
}
