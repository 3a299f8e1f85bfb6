import assert from 'node:assert/strict';
import { test } from 'node:test';
import type {
  ArtifactStore,
  ArtifactWrite,
  ListedArtifact,
  ListedModel,
} from '../../provider/artifact-store.ts';
import type { SuiteContext } from '../artifact-store-suite.ts';

const MODELS: readonly ListedModel[] = ['Grant', 'RefreshToken', 'Session'];
const MANY = 23;

/** `listByAccount`. */
export function testListing(given: () => SuiteContext): void {
  const keysOf = (list: readonly ListedArtifact[]) => list.map(({ key }) => key);

  for (const model of MODELS) {
    test(`every ${model} of an account is listed, the last to expire first, and nobody else's`, async () => {
      const { store, harness, samples } = given();
      const tenant = await harness.newTenant();
      const write = (seconds: number, accountId = 'alice') =>
        samples.write(tenant, model, {
          accountId,
          expiresAt: samples.in(seconds),
          payload: { kind: model, seconds },
        });
      const [early, late, between] = [write(60), write(180), write(120)];
      const others = [write(240, 'bob'), samples.write(tenant, 'Interaction', early)];
      for (const one of [early, late, between, ...others]) await store.save(one);

      const listed = await store.listByAccount(tenant, 'alice', model, { limit: 10 });
      assert.deepEqual(
        listed,
        [late, between, early].map(({ key, payload, expiresAt }) => ({
          key,
          payload,
          expiresAt,
          use: 'unused',
          consumedAt: undefined,
        })),
      );
      harness.setNow(between.expiresAt);
      const left = await store.listByAccount(tenant, 'alice', model, { limit: 10 });
      assert.deepEqual(keysOf(left), [late.key]);
      assert.deepEqual(await store.listByAccount(tenant, 'nobody', model, { limit: 10 }), []);
    });
  }

  test('page after page brings each one once, those that expire together too', async () => {
    const { store, harness, samples } = given();
    const tenant = await harness.newTenant();
    const writes = Array.from({ length: MANY }, (_, i) =>
      samples.write(tenant, 'Session', {
        accountId: 'alice',
        sessionKey: samples.key(),
        expiresAt: samples.in(60 + (i % 3)),
      }),
    );
    for (const write of writes) await store.save(write);
    const pages = await allPages(store, tenant, 'Session', 5);
    assert.deepEqual(
      pages.map((page) => page.length),
      [5, 5, 5, 5, 3],
    );
    const keys = pages.flatMap(keysOf);
    assert.deepEqual(keys.toSorted(), writes.map(({ key }) => key).toSorted());
    const expiries = pages.flat().map(({ expiresAt }) => expiresAt.getTime());
    assert.deepEqual(
      expiries,
      expiries.toSorted((a, b) => b - a),
    );
  });

  test('a grant that a refresh token extended keeps its place between two pages', async () => {
    const { store, harness, samples } = given();
    const tenant = await harness.newTenant();
    const grants: ArtifactWrite[] = [];
    for (let i = 0; i < 6; i += 1) {
      const key = samples.key();
      const grant = samples.write(tenant, 'Grant', { key, grantKey: key, accountId: 'alice' });
      grants.push(grant);
      await store.save(grant);
      // A lifetime whose twentieth part is no whole millisecond.
      const expiresAt = new Date(samples.in(7200).getTime() + 7 + i);
      const token = { grantKey: key, accountId: 'alice', expiresAt };
      await store.save(samples.write(tenant, 'RefreshToken', token));
    }
    const pages = await allPages(store, tenant, 'Grant', 2);
    assert.deepEqual(pages.flatMap(keysOf).toSorted(), grants.map(({ key }) => key).toSorted());
  });

  test('what was consumed, is a dead branch, was destroyed or has ended is not listed', async () => {
    const { store, harness, samples } = given();
    const tenant = await harness.newTenant();
    const details = { accountId: 'alice', grantKey: samples.key() };
    const parent = samples.write(tenant, 'RefreshToken', details);
    const [used, dead] = [0, 1].map(() =>
      samples.write(tenant, 'RefreshToken', { ...details, parentKey: parent.key }),
    ) as [ArtifactWrite, ArtifactWrite];
    const gone = samples.write(tenant, 'RefreshToken', { accountId: 'alice' });
    const alive = samples.write(tenant, 'RefreshToken', { accountId: 'alice' });
    const window = { retryWindowSeconds: 10 };
    await store.save(parent);
    await store.consume(tenant, 'RefreshToken', parent.key, window);
    for (const write of [used, dead, gone, alive]) await store.save(write);
    await store.consume(tenant, 'RefreshToken', used.key, window);
    await store.destroy(tenant, 'RefreshToken', gone.key);
    const list = () => store.listByAccount(tenant, 'alice', 'RefreshToken', { limit: 10 });
    assert.deepEqual(keysOf(await list()), [alive.key]);
    // However many of them are in the way.
    const one = await store.listByAccount(tenant, 'alice', 'RefreshToken', { limit: 1 });
    assert.deepEqual(keysOf(one), [alive.key]);
    await store.endAccount(tenant, 'alice', samples.forADay());
    assert.deepEqual(await list(), []);
  });

  test('of a session only the record under its latest id is listed', async () => {
    const { store, harness, samples } = given();
    const tenant = await harness.newTenant();
    const details = { accountId: 'alice', sessionKey: samples.key() };
    const [before, after] = [0, 1].map(() => samples.write(tenant, 'Session', details)) as [
      ArtifactWrite,
      ArtifactWrite,
    ];
    await store.save(before);
    await store.destroy(tenant, 'Session', before.key);
    await store.save(after);
    await store.save({ ...after, expiresAt: samples.in(7200) });
    const list = () => store.listByAccount(tenant, 'alice', 'Session', { limit: 10 });
    assert.deepEqual(keysOf(await list()), [after.key]);
    await store.endSession(tenant, details.sessionKey, [], samples.forADay());
    assert.deepEqual(await list(), []);
  });
}

async function allPages(
  store: ArtifactStore,
  tenant: string,
  model: ListedModel,
  limit: number,
): Promise<ListedArtifact[][]> {
  const pages: ListedArtifact[][] = [];
  for (;;) {
    const after = pages.at(-1)?.at(-1);
    const page = await store.listByAccount(tenant, 'alice', model, {
      limit,
      ...(after === undefined ? {} : { after }),
    });
    if (page.length > 0) pages.push(page);
    if (page.length < limit) return pages;
  }
}
