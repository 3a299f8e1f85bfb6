import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { TotpStore } from '../../accounts/totp-store.ts';
import { randomId } from '../../crypto/random-id.ts';
import { NotFoundError } from '../../errors.ts';
import type { TenantId } from '../../tenants/tenant.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts';
import { insertAccount, insertTenant, newPasskey } from '../../testing/fixtures.ts';
import { pollUntil } from '../../testing/poll.ts';
import { populateTenant } from '../../testing/populated-tenant.ts';
import { testTenantIsolation } from '../../testing/tenant-isolation.ts';
import { createPostgresPasskeyStore } from './passkey-store.ts';
import { createPostgresRecoveryCodeStore } from './recovery-code-store.ts';
import { createPostgresTotpStore } from './totp-store.ts';

const NOW = new Date('2030-01-01T12:00:00Z');
const LATER = new Date('2030-01-01T12:15:00Z');
const AT_ONCE = 12;

let database: TestDatabase;
let store: TotpStore;
let tenantId: TenantId;
let accountId: string;
let now = NOW;

before(async () => {
  database = await createTestDatabase();
  store = createPostgresTotpStore(database.db, { now: () => now });
});

beforeEach(async () => {
  now = NOW;
  tenantId = await insertTenant(database.db);
  accountId = await insertAccount(database.db, tenantId);
});

after(() => database.drop());

async function begin(bindingDigest = 'here'): Promise<string> {
  const id = randomUUID();
  const pending = { id, accountId, sealedSeed: `sealed ${id}`, bindingDigest, expiresAt: LATER };
  await store.savePending(tenantId, pending);
  return id;
}

function confirm(id: string, step = 100): Promise<boolean> {
  return store.confirm(tenantId, accountId, { id, name: 'phone', step });
}

function remove(keepLast = false) {
  return store.remove(tenantId, accountId, { keepLast });
}

describe('an authenticator app that waits', () => {
  test('is found where it was begun, and nowhere else', async () => {
    const id = await begin('here');
    assert.deepEqual(await store.findPending(tenantId, accountId, 'here'), {
      id,
      sealedSeed: `sealed ${id}`,
      expiresAt: LATER,
    });
    assert.equal(await store.findPending(tenantId, accountId, 'there'), undefined);
    assert.equal(await store.findPending(tenantId, 'a\0b', 'here'), undefined);
    assert.equal(await store.findActive(tenantId, accountId), undefined);
  });

  test('takes the place of the one that waited before', async () => {
    const older = await begin('here');
    const newer = await begin('there');
    assert.equal(await store.findPending(tenantId, accountId, 'here'), undefined);
    assert.equal(await confirm(older), false);
    assert.equal(await confirm(newer), true);
  });

  test('is gone at the moment of its expiry, swept or not', async () => {
    const id = await begin();
    now = LATER;
    assert.equal(await store.findPending(tenantId, accountId, 'here'), undefined);
    assert.equal(await confirm(id), false);
  });

  test('is refused for an account that is not there', async () => {
    const pending = { id: randomUUID(), sealedSeed: '', bindingDigest: '', expiresAt: LATER };
    await assert.rejects(
      store.savePending(tenantId, { ...pending, accountId: 'nobody' }),
      NotFoundError,
    );
  });
});

describe('confirming', () => {
  test('makes it the active one, whose first code is used', async () => {
    const id = await begin();
    assert.equal(await confirm(id, 100), true);
    assert.deepEqual(await store.findActive(tenantId, accountId), {
      id,
      sealedSeed: `sealed ${id}`,
      lastUsedStep: 100,
    });
    assert.equal(await store.findPending(tenantId, accountId, 'here'), undefined);
    assert.equal(await store.useStep(tenantId, accountId, id, 100), false);
  });

  test('replaces the one before, which proves nothing any more', async () => {
    const older = await begin();
    await confirm(older);
    const newer = await begin();
    assert.equal((await store.findActive(tenantId, accountId))?.id, older);
    assert.equal(await confirm(newer), true);
    assert.equal((await store.findActive(tenantId, accountId))?.id, newer);
    assert.equal(await store.useStep(tenantId, accountId, older, 500), false);
  });

  test('wins once, however many do it at once', async () => {
    await confirm(await begin());
    const id = await begin();
    const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => confirm(id)));
    assert.equal(answers.filter(Boolean).length, 1);
  });

  test('wins once of two that both found it waiting', async () => {
    const { db } = database;
    const id = await begin();
    const holder = await db.transaction();
    await holder('totp_factors').where({ id }).forUpdate().first();
    const racers = [confirm(id), confirm(id)];
    const waiting = async () => {
      const { rows } = await db.raw<{ rows: { count: number }[] }>(
        `select count(*)::int as count from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return rows[0]?.count === racers.length;
    };
    await pollUntil(waiting, { deadlineMs: 10_000 });
    await holder.rollback();
    assert.deepEqual((await Promise.all(racers)).toSorted(), [false, true]);
  });

  test('is refused for what is no id, and for another account', async () => {
    const id = await begin();
    assert.equal(await confirm('no uuid'), false);
    const other = await insertAccount(database.db, tenantId);
    const asOther = await store.confirm(tenantId, other, { id, name: '', step: 1 });
    assert.equal(asOther, false);
  });
});

describe('the step of a code', () => {
  test('is used once, however many use it at once', async () => {
    const id = await begin();
    await confirm(id, 100);
    const answers = await Promise.all(
      Array.from({ length: AT_ONCE }, () => store.useStep(tenantId, accountId, id, 101)),
    );
    assert.equal(answers.filter(Boolean).length, 1);
  });

  test('uses every older one up', async () => {
    const id = await begin();
    await confirm(id, 100);
    assert.equal(await store.useStep(tenantId, accountId, id, 103), true);
    for (const step of [101, 102, 103]) {
      assert.equal(await store.useStep(tenantId, accountId, id, step), false);
    }
    assert.equal(await store.useStep(tenantId, accountId, id, 104), true);
  });
});

test('removing takes both the active one and the one that waits', async () => {
  assert.equal(await remove(), 'none');
  const id = await begin();
  await confirm(id);
  await begin();
  assert.equal(await remove(), 'removed');
  assert.equal(await store.findActive(tenantId, accountId), undefined);
  assert.equal(await store.findPending(tenantId, accountId, 'here'), undefined);
  assert.equal(await remove(), 'none');
});

describe('removing the last second factor', () => {
  const codes = () => database.db('recovery_codes').where({ account_id: accountId });
  const addPasskey = async () => {
    const passkeys = createPostgresPasskeyStore(database.db, { now: () => now });
    await passkeys.userHandle(tenantId, accountId, randomId());
    const passkey = newPasskey();
    assert.equal(await passkeys.add(tenantId, accountId, passkey, 5), 'added');
    return { passkeys, id: passkey.id };
  };
  beforeEach(async () => {
    await confirm(await begin());
    await createPostgresRecoveryCodeStore(database.db).replace(tenantId, accountId, ['a', 'b']);
  });

  test('takes the recovery codes along, which stand in for one', async () => {
    const { passkeys, id } = await addPasskey();
    assert.equal(await remove(), 'removed');
    assert.equal((await codes()).length, 2);
    const anything = { way: false, factor: false };
    const { outcome } = await passkeys.remove(tenantId, accountId, id, anything);
    assert.equal(outcome, 'removed');
    assert.deepEqual(await codes(), []);
  });

  test('is refused where one must stay', async () => {
    assert.equal(await remove(true), 'last');
    assert.ok(await store.findActive(tenantId, accountId));
    await addPasskey();
    assert.equal(await remove(true), 'removed');
    assert.equal(await remove(true), 'none');
  });

  test('leaves one of two that are removed at once', async () => {
    const { passkeys, id } = await addPasskey();
    const outcomes = await Promise.all([
      remove(true),
      passkeys
        .remove(tenantId, accountId, id, { way: false, factor: true })
        .then(({ outcome }) => outcome),
    ]);
    assert.equal(outcomes.filter((outcome) => outcome === 'removed').length, 1);
  });
});

test('a change of the authenticator app forgets the browsers of its account alone', async () => {
  const browsers = (of: string) =>
    database.db('remembered_browsers').where({ account_id: of }).count().first();
  const mine = await populateTenant(database.db);
  const neighbour = await populateTenant(database.db);
  now = new Date();
  await store.confirm(mine.tenantId, mine.accountId, { id: mine.pendingTotpId, name: '', step: 1 });
  assert.deepEqual(await browsers(mine.accountId), { count: '0' });
  await store.remove(neighbour.tenantId, neighbour.accountId, { keepLast: false });
  assert.deepEqual(await browsers(neighbour.accountId), { count: '0' });
  const third = await populateTenant(database.db);
  assert.deepEqual(await browsers(third.accountId), { count: '1' });
});

testTenantIsolation<TotpStore>(
  {
    async savePending(totp, mine, theirs) {
      const pending = { id: randomUUID(), sealedSeed: '', bindingDigest: '', expiresAt: LATER };
      await assert.rejects(
        totp.savePending(mine.tenantId, { ...pending, accountId: theirs.accountId }),
        NotFoundError,
      );
    },
    async findPending(totp, mine, theirs) {
      now = new Date();
      const find = (accountId: string, bindingDigest: string) =>
        totp.findPending(mine.tenantId, accountId, bindingDigest);
      assert.ok(await find(mine.accountId, mine.pendingBindingDigest));
      assert.equal(await find(theirs.accountId, theirs.pendingBindingDigest), undefined);
    },
    async confirm(totp, mine, theirs) {
      now = new Date();
      const confirmed = { id: theirs.pendingTotpId, name: '', step: 1 };
      assert.equal(await totp.confirm(mine.tenantId, theirs.accountId, confirmed), false);
    },
    async findActive(totp, mine, theirs) {
      assert.ok(await totp.findActive(mine.tenantId, mine.accountId));
      assert.equal(await totp.findActive(mine.tenantId, theirs.accountId), undefined);
    },
    async useStep(totp, mine, theirs) {
      const use = (accountId: string, id: string) => totp.useStep(mine.tenantId, accountId, id, 1);
      assert.equal(await use(theirs.accountId, theirs.totpId), false);
      assert.equal(await use(mine.accountId, theirs.totpId), false);
      assert.equal(await use(mine.accountId, mine.totpId), true);
    },
    async remove(totp, mine, theirs) {
      const anything = { keepLast: false };
      assert.equal(await totp.remove(mine.tenantId, theirs.accountId, anything), 'none');
    },
  },
  () => ({ db: database.db, store }),
);
