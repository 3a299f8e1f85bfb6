import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { NewPasskey, PasskeyStore } from '../../accounts/passkey-store.ts';
import { randomId } from '../../crypto/random-id.ts';
import { NotFoundError } from '../../errors.ts';
import type { TenantId } from '../../tenants/tenant.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts';
import {
  insertAccount,
  insertTenant,
  insertUpstreamProvider,
  newPasskey,
} from '../../testing/fixtures.ts';
import { populateTenant } from '../../testing/populated-tenant.ts';
import { testTenantIsolation } from '../../testing/tenant-isolation.ts';
import { createPostgresPasskeyStore } from './passkey-store.ts';
import { createPostgresUpstreamLinkStore } from './upstream-link-store.ts';

const NOW = new Date('2030-01-01T12:00:00Z');
const LATER = new Date('2030-01-01T12:05:00Z');
const LIMIT = 5;
const RACERS = 12;
const ANYTHING = { way: false, factor: false };
const A_WAY = { way: true, factor: false };

let database: TestDatabase;
let store: PasskeyStore;
/** The same tables, as another replica sees them. */
let replica: PasskeyStore;
let tenantId: TenantId;
let accountId: string;
let handle: string;
let now = NOW;

before(async () => {
  database = await createTestDatabase();
  store = createPostgresPasskeyStore(database.db, { now: () => now });
  replica = createPostgresPasskeyStore(database.db, { now: () => now });
});

beforeEach(async () => {
  now = NOW;
  tenantId = await insertTenant(database.db);
  accountId = await insertAccount(database.db, tenantId);
  handle = await store.userHandle(tenantId, accountId, randomId());
});

after(() => database.drop());

async function added(more: Partial<NewPasskey> = {}): Promise<string> {
  const passkey = newPasskey(more);
  assert.equal(await store.add(tenantId, accountId, passkey, 100), 'added');
  return passkey.id;
}

describe('a user handle', () => {
  test('is made once and stays, whatever is offered later', async () => {
    assert.equal(await store.userHandle(tenantId, accountId, randomId()), handle);
  });

  test('is one, of however many are offered at once', async () => {
    const other = await insertAccount(database.db, tenantId);
    const handles = await Promise.all(
      Array.from({ length: RACERS }, () => store.userHandle(tenantId, other, randomId())),
    );
    assert.equal(new Set(handles).size, 1);
  });

  test('is not made for an account that is not there', async () => {
    await assert.rejects(store.userHandle(tenantId, 'nobody', randomId()), NotFoundError);
  });
});

describe('a passkey', () => {
  test('comes back as it was added, with whose it is', async () => {
    const passkey = newPasskey({ name: 'Küche', counter: 7 });
    await store.add(tenantId, accountId, passkey, LIMIT);
    assert.deepEqual(await store.find(tenantId, passkey.id), {
      ...passkey,
      lastUsedAt: undefined,
      accountId,
      userHandle: handle,
    });
    const { publicKey: _key, counter: _counter, ...shown } = passkey;
    assert.deepEqual(await store.list(tenantId, accountId), [{ ...shown, lastUsedAt: undefined }]);
    assert.equal(await store.count(tenantId, accountId), 1);
  });

  test('is found by its own id alone', async () => {
    await added();
    for (const id of ['', 'nothing', 'a\0b', 'x'.repeat(100_000)]) {
      assert.equal(await store.find(tenantId, id), undefined);
    }
  });

  test('is added once in a tenant, whoever adds it again', async () => {
    const id = await added();
    const other = await insertAccount(database.db, tenantId);
    await store.userHandle(tenantId, other, randomId());
    for (const account of [accountId, other]) {
      assert.equal(await store.add(tenantId, account, newPasskey({ id }), LIMIT), 'taken');
    }
    assert.equal((await store.find(tenantId, id))?.accountId, accountId);
  });

  test('is added once, of however many that come at once', async () => {
    const passkey = newPasskey();
    const answers = await Promise.all(
      Array.from({ length: RACERS }, () => store.add(tenantId, accountId, passkey, 100)),
    );
    assert.equal(answers.filter((answer) => answer === 'added').length, 1);
  });

  test('is refused when the account has as many as it may', async () => {
    for (let count = 0; count < LIMIT; count += 1) await added();
    assert.equal(await store.add(tenantId, accountId, newPasskey(), LIMIT), 'full');
    assert.equal(await store.count(tenantId, accountId), LIMIT);
  });

  test('is not added to an account that is not there', async () => {
    await assert.rejects(store.add(tenantId, 'nobody', newPasskey(), LIMIT), NotFoundError);
  });

  test('is listed after those that are older', async () => {
    const second = await added({ createdAt: LATER });
    const first = await added({ createdAt: NOW });
    const listed = await store.list(tenantId, accountId);
    assert.deepEqual(
      listed.map(({ id }) => id),
      [first, second],
    );
  });

  test('is renamed, and loses its name again', async () => {
    const id = await added();
    assert.equal(await store.rename(tenantId, accountId, id, 'Laptop'), true);
    assert.equal((await store.find(tenantId, id))?.name, 'Laptop');
    assert.equal(await store.rename(tenantId, accountId, id, undefined), true);
    assert.equal((await store.find(tenantId, id))?.name, undefined);
  });

  test('is renamed and removed by its owner alone', async () => {
    const id = await added();
    const other = await insertAccount(database.db, tenantId);
    assert.equal(await store.rename(tenantId, other, id, 'mine'), false);
    assert.equal((await store.remove(tenantId, other, id, ANYTHING)).outcome, 'unknown');
    assert.equal(await store.rename(tenantId, accountId, 'a\0b', 'x'), false);
    assert.equal((await store.remove(tenantId, accountId, 'a\0b', ANYTHING)).outcome, 'unknown');
    assert.equal((await store.find(tenantId, id))?.name, undefined);
  });

  test('is gone when it was removed, and its user handle is not', async () => {
    const id = await added({ name: 'Laptop' });
    const removed = await store.remove(tenantId, accountId, id, ANYTHING);
    assert.equal(removed.outcome === 'removed' && removed.passkey.name, 'Laptop');
    const again = await store.remove(tenantId, accountId, id, ANYTHING);
    assert.deepEqual(again, { outcome: 'unknown' });
    assert.equal(await store.find(tenantId, id), undefined);
    assert.equal(await store.userHandle(tenantId, accountId, randomId()), handle);
  });

  test('takes the account’s remembered browsers with it, if there was such a passkey', async () => {
    const { db } = database;
    const tenant = await populateTenant(db);
    const browsers = () => db('remembered_browsers').where({ tenant_id: tenant.tenantId });
    assert.equal((await browsers()).length, 1);
    await store.remove(tenant.tenantId, tenant.accountId, randomId(), ANYTHING);
    assert.equal((await browsers()).length, 1);
    await store.remove(tenant.tenantId, tenant.accountId, tenant.passkeyId, ANYTHING);
    assert.deepEqual(await browsers(), []);
  });

  test('stays when it is the last way to sign in', async () => {
    const id = await added();
    const remove = async () => (await store.remove(tenantId, accountId, id, A_WAY)).outcome;
    assert.equal(await remove(), 'last_way');
    const { db } = database;
    await insertUpstreamProvider(db, tenantId, { key: 'up' });
    await createPostgresUpstreamLinkStore(db).create(tenantId, {
      ...{ provider: 'up', issuer: 'https://up.example', subject: 'alice-1', accountId, at: NOW },
      ...{ shownName: undefined, shownEmail: undefined },
    });
    // Nobody signs in with a provider that is out of use.
    await db('upstream_providers').where({ tenant_id: tenantId }).update({ disabled_at: NOW });
    assert.equal(await remove(), 'last_way');
    await db('passwords').insert({ tenant_id: tenantId, account_id: accountId, hash: 'hash' });
    assert.equal(await remove(), 'removed');
  });

  test('is not removed with the last other way at the same time', async () => {
    const { db } = database;
    for (let round = 0; round < 5; round += 1) {
      const [one, two] = [await added(), await added()];
      const outcomes = await Promise.all(
        [one, two].map((id) => store.remove(tenantId, accountId, id, A_WAY)),
      );
      const removed = outcomes.filter(({ outcome }) => outcome === 'removed');
      assert.equal(removed.length, 1);
      await db('passkeys').where({ tenant_id: tenantId }).delete();
    }
  });

  test('is gone with its account', async () => {
    const id = await added();
    await database.db('accounts').where({ tenant_id: tenantId, id: accountId }).delete();
    assert.equal(await store.find(tenantId, id), undefined);
  });
});

describe('a use', () => {
  const use = (counter: number) => ({ counter, backedUp: true, usedAt: LATER });

  test('is recorded with its moment, its counter and where the passkey is now', async () => {
    const id = await added({ counter: 3 });
    assert.equal(await store.recordUse(tenantId, id, use(4)), 'recorded');
    const stored = await store.find(tenantId, id);
    assert.deepEqual(
      [stored?.counter, stored?.backedUp, stored?.lastUsedAt?.getTime()],
      [4, true, LATER.getTime()],
    );
  });

  test('is refused unless its counter is beyond the last', async () => {
    const id = await added({ counter: 3 });
    for (const counter of [3, 2, 0]) {
      assert.equal(await store.recordUse(tenantId, id, use(counter)), 'behind', `${counter}`);
    }
    assert.equal((await store.find(tenantId, id))?.lastUsedAt, undefined);
    assert.equal(await store.recordUse(tenantId, id, use(2 ** 32 - 1)), 'recorded');
  });

  test('of an authenticator that does not count is recorded every time', async () => {
    const id = await added({ counter: 0 });
    assert.equal(await store.recordUse(tenantId, id, use(0)), 'recorded');
    assert.equal(await store.recordUse(tenantId, id, use(0)), 'recorded');
  });

  test('of one count is recorded once, of however many on two replicas', async () => {
    const id = await added({ counter: 3 });
    const answers = await Promise.all(
      Array.from({ length: RACERS }, (_, racer) =>
        (racer % 2 === 0 ? store : replica).recordUse(tenantId, id, use(4)),
      ),
    );
    assert.equal(answers.filter((answer) => answer === 'recorded').length, 1);
    assert.equal(answers.filter((answer) => answer === 'behind').length, RACERS - 1);
  });

  test('of a passkey that was removed meanwhile is none', async () => {
    assert.equal(await store.recordUse(tenantId, randomId(), use(1)), 'gone');
  });
});

describe('a challenge', () => {
  const challenge = () => ({ binding: randomId(), digest: randomId(), expiresAt: LATER });

  test('is used once', async () => {
    const asked = challenge();
    await store.saveChallenge(tenantId, asked);
    assert.equal(await store.useChallenge(tenantId, asked), true);
    assert.equal(await store.useChallenge(tenantId, asked), false);
  });

  test('is used by exactly one of many, on two replicas', async () => {
    const asked = challenge();
    await store.saveChallenge(tenantId, asked);
    const answers = await Promise.all(
      Array.from({ length: RACERS }, (_, racer) =>
        (racer % 2 === 0 ? store : replica).useChallenge(tenantId, asked),
      ),
    );
    assert.deepEqual(
      answers.filter((used) => used),
      [true],
    );
  });

  test('is not used by another’s digest, nor for another binding, and still works then', async () => {
    const asked = challenge();
    await store.saveChallenge(tenantId, asked);
    for (const other of [
      { ...asked, digest: randomId() },
      { ...asked, binding: randomId() },
    ]) {
      assert.equal(await store.useChallenge(tenantId, other), false);
    }
    assert.equal(await store.useChallenge(tenantId, asked), true);
  });

  test('ends the one before it', async () => {
    const first = challenge();
    const second = { ...challenge(), binding: first.binding };
    await store.saveChallenge(tenantId, first);
    await store.saveChallenge(tenantId, second);
    assert.equal(await store.useChallenge(tenantId, first), false);
    assert.equal(await store.useChallenge(tenantId, second), true);
  });

  test('stops working at the moment of its expiry, swept or not', async () => {
    const asked = challenge();
    await store.saveChallenge(tenantId, asked);
    now = LATER;
    assert.equal(await store.useChallenge(tenantId, asked), false);
    now = new Date(LATER.getTime() - 1);
    assert.equal(await store.useChallenge(tenantId, asked), true);
  });
});

testTenantIsolation<PasskeyStore>(
  {
    async userHandle(passkeys, mine, theirs) {
      await assert.rejects(
        passkeys.userHandle(mine.tenantId, theirs.accountId, randomId()),
        NotFoundError,
      );
    },
    async list(passkeys, mine, theirs) {
      assert.equal((await passkeys.list(mine.tenantId, mine.accountId)).length, 1);
      assert.deepEqual(await passkeys.list(mine.tenantId, theirs.accountId), []);
    },
    async count(passkeys, mine, theirs) {
      assert.equal(await passkeys.count(mine.tenantId, mine.accountId), 1);
      assert.equal(await passkeys.count(mine.tenantId, theirs.accountId), 0);
    },
    async find(passkeys, mine, theirs) {
      assert.ok(await passkeys.find(mine.tenantId, mine.passkeyId));
      assert.equal(await passkeys.find(mine.tenantId, theirs.passkeyId), undefined);
    },
    async add(passkeys, mine, theirs) {
      const { tenantId: tenant } = mine;
      await assert.rejects(
        passkeys.add(tenant, theirs.accountId, newPasskey(), LIMIT),
        NotFoundError,
      );
      // Two tenants may well know one credential: nothing of one is visible from the other.
      const theirId = newPasskey({ id: theirs.passkeyId });
      assert.equal(await passkeys.add(tenant, mine.accountId, theirId, LIMIT), 'added');
    },
    async recordUse(passkeys, mine, theirs) {
      const use = { counter: 9, backedUp: false, usedAt: NOW };
      assert.equal(await passkeys.recordUse(mine.tenantId, theirs.passkeyId, use), 'gone');
    },
    async rename(passkeys, mine, theirs) {
      const { accountId: account, passkeyId } = theirs;
      assert.equal(await passkeys.rename(mine.tenantId, account, passkeyId, 'stolen'), false);
    },
    async remove(passkeys, mine, theirs) {
      const { accountId: account, passkeyId } = theirs;
      const removed = await passkeys.remove(mine.tenantId, account, passkeyId, ANYTHING);
      assert.equal(removed.outcome, 'unknown');
    },
    async saveChallenge(passkeys, mine, theirs) {
      const { binding } = theirs.challenge;
      const other = { binding, digest: randomId(), expiresAt: LATER };
      await passkeys.saveChallenge(mine.tenantId, other);
    },
    async useChallenge(passkeys, mine, theirs) {
      now = new Date();
      assert.equal(await passkeys.useChallenge(mine.tenantId, theirs.challenge), false);
      assert.equal(await passkeys.useChallenge(mine.tenantId, mine.challenge), true);
    },
  },
  () => ({ db: database.db, store }),
);
