import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ArtifactStore, ArtifactWrite } from '../../provider/artifact-store.ts';
import type { SuiteContext } from '../artifact-store-suite.ts';

const ROUNDS = 8;
const WRITERS = 40;

/**
 * Ending something while requests of it are being answered by other replicas: whatever the order
 * in which both arrive, nothing is alive afterwards.
 */
export function testEndingInFlight(given: () => SuiteContext): void {
  const cases: Record<
    string,
    {
      details: (key: string) => Partial<ArtifactWrite>;
      end: (store: ArtifactStore, tenant: string, key: string) => Promise<unknown>;
    }
  > = {
    grant: {
      details: (key) => ({ grantKey: key }),
      end: (store, tenant, key) => store.revokeGrant(tenant, key, given().samples.forADay()),
    },
    session: {
      details: (key) => ({ sessionKey: key, endsWithSession: true }),
      end: (store, tenant, key) => store.endSession(tenant, key, [], given().samples.forADay()),
    },
    'grant by its session': {
      details: (key) => ({ grantKey: key, sessionKey: `s-${key}`, endsWithSession: true }),
      end: (store, tenant, key) =>
        store.endSession(tenant, `s-${key}`, [key], given().samples.forADay()),
    },
    account: {
      details: (key) => ({ accountId: key }),
      end: (store, tenant, key) => store.endAccount(tenant, key, given().samples.forADay()),
    },
  };

  for (const [name, { details, end }] of Object.entries(cases)) {
    test(`of what is saved while its ${name} ends nothing is left alive`, async () => {
      const { store, harness, samples } = given();
      const tenant = await harness.newTenant();
      let [saved, ended] = [0, 0];
      for (let round = 0; round < ROUNDS; round += 1) {
        const key = samples.key();
        const writes = Array.from({ length: WRITERS }, (_, i) =>
          samples.write(tenant, i % 2 === 0 ? 'RefreshToken' : 'AccessToken', details(key)),
        );
        const { outcomes } = await amidst(given(), writes, (replica) => end(replica, tenant, key));
        saved += outcomes.filter((outcome) => outcome === 'saved').length;
        ended += outcomes.filter((outcome) => outcome === 'ended').length;
        for (const write of writes) {
          assert.equal(await store.find(tenant, write.model, write.key), undefined);
        }
      }
      // Both happened, or this proved nothing.
      assert.ok(saved > 0 && ended > 0, `${saved} saved, ${ended} ended`);
    });
  }

  test('rotation, revocation and every other end at once: no error, and one outcome', async () => {
    const { store, harness, samples } = given();
    const tenant = await harness.newTenant();
    for (let round = 0; round < ROUNDS; round += 1) {
      const [grantKey, sessionKey] = [samples.key(), samples.key()];
      const details = { grantKey, sessionKey, endsWithSession: true, accountId: 'alice' };
      const parent = samples.write(tenant, 'RefreshToken', details);
      const child = () =>
        samples.write(tenant, 'RefreshToken', { ...details, parentKey: parent.key });
      const siblings = Array.from({ length: 6 }, child);
      const late = Array.from({ length: 6 }, child);
      await store.save(samples.write(tenant, 'Grant', { ...details, key: grantKey }));
      await store.save(parent);
      await use(store, parent);
      for (const sibling of siblings) assert.equal(await store.save(sibling), 'saved');

      const until = samples.forADay();
      const work = [
        ...siblings.map((sibling) => (replica: ArtifactStore) => use(replica, sibling)),
        ...late.map((write) => (replica: ArtifactStore) => replica.save(write)),
        (replica: ArtifactStore) => use(replica, parent),
        (replica: ArtifactStore) => replica.revokeGrant(tenant, grantKey, until),
        (replica: ArtifactStore) => replica.endSession(tenant, sessionKey, [grantKey], until),
        (replica: ArtifactStore) => replica.endAccount(tenant, 'alice', until),
        (replica: ArtifactStore) => replica.sweep(100),
      ];
      const results = await Promise.all(
        rotated(work, round).map((job, i) =>
          job(harness.replicas[i % harness.replicas.length] ?? store),
        ),
      );
      const used = results.slice(0).filter((outcome) => outcome === 'consumed').length;
      assert.ok(used <= 2, 'one sibling, and perhaps the parent before it');
      for (const write of [parent, ...siblings, ...late]) {
        assert.equal(await store.find(tenant, 'RefreshToken', write.key), undefined);
      }
      assert.equal(await store.find(tenant, 'Grant', grantKey), undefined);
      samples.advance(1);
    }
  });
}

/** Saves on all replicas, and ends in the middle of it. */
async function amidst(
  { harness, store }: SuiteContext,
  writes: readonly ArtifactWrite[],
  end: (replica: ArtifactStore) => Promise<unknown>,
): Promise<{ outcomes: ('saved' | 'ended')[] }> {
  const replicaOf = (i: number) => harness.replicas[i % harness.replicas.length] ?? store;
  let ending: Promise<unknown> | undefined;
  // Each replica writes one after the other, so that some come before the end and some after.
  const lanes = harness.replicas.map(async (_, lane) => {
    const outcomes: ('saved' | 'ended')[] = [];
    for (let i = lane; i < writes.length; i += harness.replicas.length) {
      if (i >= writes.length / 2) ending ??= end(replicaOf(lane + 1));
      const write = writes[i];
      if (write) outcomes.push(await replicaOf(lane).save(write));
    }
    return outcomes;
  });
  const outcomes = (await Promise.all(lanes)).flat();
  await ending;
  return { outcomes };
}

function use(store: ArtifactStore, { tenantId, model, key }: ArtifactWrite) {
  return store.consume(tenantId, model, key, { retryWindowSeconds: 10 });
}

function rotated<T>(list: readonly T[], by: number): T[] {
  const at = (by * 5) % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
}
