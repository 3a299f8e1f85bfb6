import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { LogoutNotificationStore } from '../../provider/logout-notification-store.ts';
import type { TenantId } from '../../tenants/tenant.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts';
import { insertApplication, insertClient, insertTenant } from '../../testing/fixtures.ts';
import { testTenantIsolation } from '../../testing/tenant-isolation.ts';
import { createPostgresLogoutNotificationStore } from './logout-notification-store.ts';

const MINUTE_MS = 60 * 1000;
const T0 = new Date('2026-11-26T10:00:00Z');
const GIVE_UP = new Date('2026-11-26T16:00:00Z');
const TIMES = { now: T0, giveUpAt: GIVE_UP, expiresAt: new Date('2026-12-03T10:00:00Z') };
const LISTENS = { backchannel_logout_uri: 'https://app.example/logout' };

let database: TestDatabase;
let store: LogoutNotificationStore;
let tenantId: TenantId;
let application: string;

/** A database of its own for each test: claims are over all of it. */
beforeEach(async () => {
  database = await createTestDatabase();
  store = createPostgresLogoutNotificationStore(database.db);
  tenantId = await insertTenant(database.db);
  application = await insertApplication(database.db, tenantId);
  await insertClient(database.db, tenantId, application, { clientId: 'web', metadata: LISTENS });
});

afterEach(() => database.drop());

const after = (minutes: number) => new Date(T0.getTime() + minutes * MINUTE_MS);
const ended = (sid: string, clientId = 'web') => ({ clientId, accountId: 'alice', sid });
const claim = (now = T0, limit = 10) =>
  store.claim({ now, until: new Date(now.getTime() + MINUTE_MS), limit });

describe('a client that ought to hear of the end of a session', () => {
  test('gets one notification for its part in it', async () => {
    assert.equal(await store.add(tenantId, [ended('s1')], TIMES), 1);
    const [claimed, ...more] = await claim();
    assert.deepEqual(more, []);
    const { id, ...rest } = claimed ?? { id: '' };
    assert.match(id, /^[0-9a-f-]{36}$/);
    assert.deepEqual(rest, { tenantId, ...ended('s1'), attempt: 1, giveUpAt: GIVE_UP });
  });

  test('gets none if it registered no address, is disabled, or is not there', async () => {
    const { db } = database;
    await insertClient(db, tenantId, application, { clientId: 'deaf' });
    const off = { clientId: 'off', metadata: LISTENS, disabled: true };
    await insertClient(db, tenantId, application, off);
    const all = ['deaf', 'off', 'nobody', 'web'].map((client) => ended(`s-${client}`, client));
    assert.equal(await store.add(tenantId, all, TIMES), 1);
    assert.deepEqual(
      (await claim()).map(({ clientId }) => clientId),
      ['web'],
    );
    assert.equal(await store.add(tenantId, [], TIMES), 0);
  });

  test('gets it once, however often and wherever the end is repeated', async () => {
    const twice = [ended('s1'), ended('s1'), ended('s2')];
    const counts = await Promise.all([1, 2, 3].map(() => store.add(tenantId, twice, TIMES)));
    assert.equal(
      counts.reduce((sum, count) => sum + count, 0),
      2,
    );
    const [first] = await claim();
    assert.ok(first);
    await store.settle(tenantId, first.id, 1, { status: 'delivered' });
    assert.equal(await store.add(tenantId, twice, TIMES), 0);
  });

  test('gets thousands at once', async () => {
    const many = Array.from({ length: 2_345 }, (_, i) => ended(`s${i}`));
    assert.equal(await store.add(tenantId, many, TIMES), many.length);
    assert.equal(await store.countQueued(), many.length);
  });

  test('hears nothing any more once it is removed', async () => {
    await store.add(tenantId, [ended('s1')], TIMES);
    await database.db('clients').where({ client_id: 'web' }).delete();
    assert.deepEqual(await claim(), []);
  });
});

describe('a notification', () => {
  test('is claimed once, and again only when its worker is taken for dead', async () => {
    await store.add(tenantId, [ended('s1')], TIMES);
    assert.equal((await claim()).length, 1);
    assert.deepEqual(await claim(after(0.9)), []);
    const [again] = await claim(after(1));
    assert.equal(again?.attempt, 2);
    // The first worker is late: what it says does not count any more.
    const late = await store.settle(tenantId, again.id, 1, { status: 'delivered' });
    assert.equal(late, false);
    assert.equal(await store.settle(tenantId, again.id, 2, { status: 'delivered' }), true);
    assert.equal(await store.settle(tenantId, again.id, 2, { status: 'delivered' }), false);
    assert.deepEqual(await claim(after(60)), []);
  });

  test('goes to one of the workers that ask at once', async () => {
    const sids = Array.from({ length: 20 }, (_, i) => `s${i}`);
    await store.add(
      tenantId,
      sids.map((sid) => ended(sid)),
      TIMES,
    );
    const claims = await Promise.all([1, 2, 3, 4].map(() => claim(T0, 7)));
    const claimed = claims.flat().map(({ sid }) => sid);
    assert.equal(new Set(claimed).size, claimed.length);
    const rest = await claim(T0, 20);
    assert.deepEqual([...claimed, ...rest.map(({ sid }) => sid)].sort(), sids.sort());
  });

  test('waits for its next attempt, and is counted until it is given up', async () => {
    await store.add(tenantId, [ended('s1')], TIMES);
    const [first] = await claim();
    assert.ok(first);
    const nextAttemptAt = after(5);
    await store.settle(tenantId, first.id, 1, {
      status: 'queued',
      problem: 'unreachable',
      nextAttemptAt,
    });
    assert.deepEqual(await claim(after(4.9)), []);
    assert.equal(await store.countQueued(), 1);
    const [second] = await claim(after(5));
    assert.equal(second?.attempt, 2);
    await store.settle(tenantId, second.id, 2, { status: 'failed', problem: 'refused' });
    assert.equal(await store.countQueued(), 0);
    const row = await database.db('logout_notifications').first('status', 'problem', 'attempts');
    assert.deepEqual(row, { status: 'failed', problem: 'refused', attempts: 2 });
  });
});

testTenantIsolation<LogoutNotificationStore>(
  {
    async add(logouts, mine, theirs) {
      const list = [{ clientId: theirs.clientId, accountId: theirs.accountId, sid: 'x' }];
      assert.equal(await logouts.add(mine.tenantId, list, TIMES), 0);
      const own = [{ ...list[0], accountId: 'alice', sid: 'x', clientId: mine.clientId }];
      assert.equal(await logouts.add(mine.tenantId, own, TIMES), 1);
    },
    async settle(logouts, mine, theirs) {
      const settlement = { status: 'delivered' } as const;
      for (const attempt of [0, 1]) {
        const done = logouts.settle(mine.tenantId, theirs.logoutId, attempt, settlement);
        assert.equal(await done, false);
      }
    },
    // Of all tenants, by contract; each says whose it is.
    async claim(logouts) {
      const nothing = { now: new Date(0), until: new Date(0), limit: 10 };
      assert.deepEqual(await logouts.claim(nothing), []);
    },
    async countQueued(logouts) {
      assert.equal(await logouts.countQueued(), 2);
    },
  },
  () => ({ db: database.db, store }),
);
