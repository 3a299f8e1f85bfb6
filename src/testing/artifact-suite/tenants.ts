import assert from 'node:assert/strict';
import { test } from 'node:test';
import type {
  ArtifactStore,
  ArtifactWrite,
  StoredArtifact,
} from '../../provider/artifact-store.ts';
import type { TenantId } from '../../tenants/tenant.ts';
import type { SuiteContext } from '../artifact-store-suite.ts';
import { issueAll } from './ending.ts';

const LISTED = ['Grant', 'RefreshToken', 'Session'] as const;

/** What tenant B has: one of each, and the ids by which they are reached. */
interface Theirs {
  readonly tenant: TenantId;
  readonly grantKey: string;
  readonly sessionKey: string;
  readonly userCodeKey: string;
  readonly jtiKey: string;
  readonly refreshToken: ArtifactWrite;
  readonly all: readonly ArtifactWrite[];
}

type Check = (store: ArtifactStore, mine: TenantId, theirs: Theirs) => Promise<void>;

/**
 * For every method: called as tenant A with ids of tenant B it answers as to a stranger, and
 * changes nothing of B's. A method that is added to the contract without a check here does not
 * compile.
 */
export function testTenants(given: () => SuiteContext): void {
  const until = () => given().samples.forADay();

  const checks: Record<keyof ArtifactStore, Check> = {
    async save(store, mine, theirs) {
      for (const write of theirs.all) {
        const { parentKey: _parent, ...own } = write;
        assert.equal(await store.save({ ...own, tenantId: mine, payload: {} }), 'saved');
      }
      const successor = { ...theirs.refreshToken, key: given().samples.key(), tenantId: mine };
      const stranger = { ...successor, parentKey: theirs.all[0]?.key ?? '' };
      assert.equal(await store.save(stranger), 'ended', 'a parent of B is no parent');
    },
    async insertOnce(store, mine, theirs) {
      assert.equal(await store.insertOnce({ ...theirs.refreshToken, tenantId: mine }), true);
    },
    async find(store, mine, theirs) {
      for (const { model, key } of theirs.all) {
        assert.equal(await store.find(mine, model, key), undefined);
      }
    },
    async findSessionByUid(store, mine, theirs) {
      assert.equal(await store.findSessionByUid(mine, theirs.sessionKey), undefined);
    },
    async findByUserCode(store, mine, theirs) {
      assert.equal(await store.findByUserCode(mine, theirs.userCodeKey), undefined);
    },
    async listByAccount(store, mine) {
      for (const model of LISTED) {
        assert.deepEqual(await store.listByAccount(mine, 'alice', model, { limit: 10 }), []);
      }
    },
    async consume(store, mine, theirs) {
      for (const { model, key } of theirs.all) {
        assert.equal(await store.consume(mine, model, key, { retryWindowSeconds: 10 }), 'lost');
      }
    },
    async giveBack(store, mine, { all, refreshToken: { model, key } }) {
      const successor = all.find(({ parentKey }) => parentKey === key);
      assert.ok(successor);
      await store.giveBack(mine, { model, key, successorKey: successor.key });
      for (const write of all) await store.giveBack(mine, write);
    },
    async destroy(store, mine, theirs) {
      for (const { model, key } of theirs.all) await store.destroy(mine, model, key);
    },
    revokeGrant: (store, mine, theirs) => store.revokeGrant(mine, theirs.grantKey, until()),
    async endSession(store, mine, theirs) {
      await store.endSession(mine, theirs.sessionKey, [theirs.grantKey], until());
    },
    endAccount: (store, mine) => store.endAccount(mine, 'alice', until()),
    async deny(store, mine, theirs) {
      await store.deny(mine, given().samples.key(), until().tombstoneUntil);
      await store.deny(mine, theirs.refreshToken.key, until().tombstoneUntil);
      assert.equal(
        await store.isDenied(theirs.tenant, theirs.refreshToken.key, theirs.grantKey),
        false,
      );
    },
    async isDenied(store, mine, theirs) {
      assert.equal(await store.isDenied(mine, theirs.jtiKey, undefined), false);
      await store.revokeGrant(theirs.tenant, 'revoked-at-theirs', until());
      assert.equal(await store.isDenied(mine, 'x', 'revoked-at-theirs'), false);
    },
    // Over all tenants, by contract: what is alive stays.
    async countSessions(store) {
      assert.ok((await store.countSessions()) >= 1);
    },
    async sweep(store) {
      while ((await store.sweep(100)) > 0);
    },
  };

  for (const [method, check] of Object.entries<Check>(checks)) {
    test(`${method} sees and changes nothing of another tenant`, async () => {
      const { store, harness } = given();
      const mine = await harness.newTenant();
      const theirs = await settle(given());
      const before = await stateOf(store, theirs);
      await check(store, mine, theirs);
      assert.deepEqual(await stateOf(store, theirs), before);
    });
  }
}

async function settle({ store, harness, samples }: SuiteContext): Promise<Theirs> {
  const tenant = await harness.newTenant();
  const [sessionKey, userCodeKey, jtiKey] = [samples.key(), samples.key(), samples.key()];
  const details = { accountId: 'alice', sessionKey, endsWithSession: true };
  const { all, grantKey } = issueAll({ samples }, tenant, samples.key(), details);
  const refreshToken = all.find(({ model }) => model === 'RefreshToken');
  assert.ok(refreshToken);
  const { key: parentKey, grantKey: _grant, ...rest } = refreshToken;
  const mores = [
    samples.write(tenant, 'Session', { sessionKey, accountId: 'alice' }),
    samples.write(tenant, 'Interaction', { accountId: 'alice' }),
    samples.write(tenant, 'DeviceCode', { userCodeKey }),
    { ...rest, key: samples.key(), grantKey, parentKey },
  ];
  for (const write of [...all, ...mores]) assert.equal(await store.save(write), 'saved');
  await store.consume(tenant, 'RefreshToken', parentKey, { retryWindowSeconds: 10 });
  await store.deny(tenant, jtiKey, samples.forADay().tombstoneUntil);
  return {
    tenant,
    grantKey,
    sessionKey,
    userCodeKey,
    jtiKey,
    refreshToken,
    all: [...all, ...mores],
  };
}

/** All that a tenant can see of its own. */
async function stateOf(store: ArtifactStore, theirs: Theirs): Promise<unknown> {
  const { tenant, sessionKey, userCodeKey, jtiKey, grantKey } = theirs;
  const found: (StoredArtifact | undefined)[] = [];
  for (const { model, key } of theirs.all) found.push(await store.find(tenant, model, key));
  assert.ok(found.every((artifact) => artifact !== undefined));
  return {
    found,
    session: await store.findSessionByUid(tenant, sessionKey),
    device: await store.findByUserCode(tenant, userCodeKey),
    denied: await store.isDenied(tenant, jtiKey, undefined),
    revoked: await store.isDenied(tenant, 'x', grantKey),
    listed: await Promise.all(
      LISTED.map((model) => store.listByAccount(tenant, 'alice', model, { limit: 10 })),
    ),
  };
}
