import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { MailOutbox, NewMail } from '../../mail/mail-outbox.ts';
import type { TenantId } from '../../tenants/tenant.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts';
import { insertTenant } from '../../testing/fixtures.ts';
import { testTenantIsolation } from '../../testing/tenant-isolation.ts';
import { createPostgresMailOutbox } from './mail-outbox.ts';
import { createUuidV7 } from './uuid-v7.ts';

const MINUTE_MS = 60 * 1000;
const T0 = new Date('2026-11-26T10:00:00Z');

let database: TestDatabase;
let outbox: MailOutbox;
let tenantId: TenantId;
let newId: (at: Date) => string;

before(async () => {
  database = await createTestDatabase();
  outbox = createPostgresMailOutbox(database.db);
});

/** An empty outbox for each test: claims are over all of it. */
beforeEach(async () => {
  await database.db('mail_outbox').delete();
  tenantId = await insertTenant(database.db);
  newId = createUuidV7();
});

after(() => database.drop());

const later = (minutes: number, from = T0) => new Date(from.getTime() + minutes * MINUTE_MS);

async function add(mail: Partial<NewMail> = {}, tenant = tenantId): Promise<string> {
  const createdAt = mail.createdAt ?? T0;
  const id = newId(createdAt);
  await outbox.add(tenant, {
    id,
    name: 'sign_in_code',
    accountId: 'sub-1',
    language: 'en',
    recipient: 'bob@acme.example',
    status: 'queued',
    problem: undefined,
    sealedContent: 'sealed',
    createdAt,
    giveUpAt: later(10, createdAt),
    expiresAt: later(60, createdAt),
    ...mail,
  });
  return id;
}

const claim = (now: Date, limit = 10) => outbox.claim({ now, until: later(5, now), limit });

async function contentOf(id: string): Promise<string | null> {
  const row = await database.db('mail_outbox').where({ id }).first('sealed_content');
  return row.sealed_content;
}

describe('a queued message', () => {
  test('is claimed as it was put in', async () => {
    const id = await add();
    assert.deepEqual(await claim(T0), [
      {
        tenantId,
        id,
        name: 'sign_in_code',
        accountId: 'sub-1',
        recipient: 'bob@acme.example',
        attempt: 1,
        sealedContent: 'sealed',
        createdAt: T0,
        giveUpAt: later(10),
      },
    ]);
  });

  test('is claimed once, and again only when its worker is taken for dead', async () => {
    const id = await add();
    assert.equal((await claim(T0)).length, 1);
    assert.deepEqual(await claim(later(4.9)), []);
    const [again] = await claim(later(5));
    assert.deepEqual([again?.id, again?.attempt], [id, 2]);
  });

  test('goes to one of two workers that ask at once', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => add()));
    const claims = await Promise.all(Array.from({ length: 4 }, () => claim(T0, 7)));
    const claimed = claims.flat().map(({ id }) => id);
    assert.equal(new Set(claimed).size, claimed.length);
    const rest = await claim(T0, 20);
    assert.deepEqual([...claimed, ...rest.map(({ id }) => id)].sort(), ids.sort());
  });

  test('waits for its turn behind those that are due longer', async () => {
    const second = await add({ createdAt: later(1) });
    const first = await add();
    const third = await add({ createdAt: later(2) });
    assert.deepEqual(await claim(later(-1)), []);
    const order = [];
    for (const _ of [1, 2, 3]) order.push((await claim(later(3), 1))[0]?.id);
    assert.deepEqual(order, [first, second, third]);
  });
});

describe('a claimed message', () => {
  test('that was sent is done, and says nothing any more', async () => {
    const id = await add();
    await claim(T0);
    assert.equal(await outbox.settle(tenantId, id, 1, { status: 'sent' }, later(1)), true);
    assert.equal(await contentOf(id), null);
    assert.deepEqual(await claim(later(60)), []);
    const found = await outbox.find(tenantId, id);
    assert.equal(found?.status, 'sent');
    assert.deepEqual(found?.sentAt, later(1));
    assert.equal(found?.nextAttemptAt, undefined);
  });

  for (const status of ['bounced', 'failed'] as const) {
    test(`that has ${status} is done, and says nothing any more`, async () => {
      const id = await add();
      await claim(T0);
      await outbox.settle(tenantId, id, 1, { status, problem: 'recipient_refused' }, T0);
      assert.equal(await contentOf(id), null);
      assert.deepEqual(await claim(later(60)), []);
      const found = await outbox.find(tenantId, id);
      assert.deepEqual([found?.status, found?.problem], [status, 'recipient_refused']);
    });
  }

  test('that is to be tried again is due again at that time', async () => {
    const id = await add();
    await claim(T0);
    await outbox.settle(
      tenantId,
      id,
      1,
      { status: 'queued', problem: 'deferred', nextAttemptAt: later(1) },
      T0,
    );
    assert.deepEqual(await claim(later(0.9)), []);
    const [again] = await claim(later(1));
    assert.deepEqual([again?.id, again?.attempt, again?.sealedContent], [id, 2, 'sealed']);
  });

  test('is settled by its last claim alone, and once', async () => {
    const id = await add();
    await claim(T0);
    await claim(later(5));
    const settle = (attempt: number) =>
      outbox.settle(tenantId, id, attempt, { status: 'sent' }, later(6));
    assert.equal(await settle(1), false);
    assert.equal((await outbox.find(tenantId, id))?.status, 'queued');
    assert.deepEqual(await Promise.all([settle(2), settle(2)]).then((all) => all.sort()), [
      false,
      true,
    ]);
    assert.equal(await settle(2), false);
  });
});

describe('a decoy', () => {
  test('is stored like a message, and neither sent nor shown', async () => {
    const id = await add({ status: 'decoy', recipient: '' });
    assert.equal(await contentOf(id), 'sealed');
    assert.deepEqual(await claim(later(60)), []);
    assert.deepEqual(await outbox.list({ tenantId, limit: 10 }), []);
    assert.equal(await outbox.find(tenantId, id), undefined);
    assert.deepEqual(await outbox.backlog(), { queued: 0, oldest: undefined });
  });
});

describe('the list', () => {
  test('is of one tenant or of all, newest first, a page at a time', async () => {
    const other = await insertTenant(database.db);
    const first = await add();
    const second = await add({}, other);
    const third = await add();
    const ids = async (query: Partial<Parameters<MailOutbox['list']>[0]>) =>
      (await outbox.list({ tenantId: undefined, limit: 10, ...query })).map(({ id }) => id);
    assert.deepEqual(await ids({}), [third, second, first]);
    assert.deepEqual(await ids({ tenantId }), [third, first]);
    assert.deepEqual(await ids({ limit: 2 }), [third, second]);
    assert.deepEqual(await ids({ before: second }), [first]);
    assert.deepEqual(await ids({ before: 'no id' }), []);
  });

  test('can be of one account, but for what goes to nobody', async () => {
    const first = await add({ accountId: 'bob' });
    await add({ accountId: 'alice' });
    await add({ accountId: 'bob', status: 'decoy' });
    const second = await add({ accountId: 'bob' });
    const ids = async (accountId: string, limit = 10) =>
      (await outbox.listOfAccount(tenantId, accountId, limit)).map(({ id }) => id);
    assert.deepEqual(await ids('bob'), [second, first]);
    assert.deepEqual(await ids('bob', 1), [second]);
    assert.deepEqual(await ids('a\0b'), []);
  });

  test('can be of one status', async () => {
    const bounced = await add({
      status: 'bounced',
      problem: 'address_invalid',
      sealedContent: undefined,
    });
    await add();
    const found = await outbox.list({ tenantId, status: 'bounced', limit: 10 });
    assert.deepEqual(
      found.map(({ id, problem }) => [id, problem]),
      [[bounced, 'address_invalid']],
    );
  });
});

describe('what waits for its next attempt', () => {
  test('can be made due: one message, those of a tenant, all', async () => {
    const other = await insertTenant(database.db);
    for (const tenant of [tenantId, tenantId, other]) await add({}, tenant);
    for (const { tenantId: tenant, id, attempt } of await claim(T0)) {
      const nextAttemptAt = later(60);
      await outbox.settle(
        tenant,
        id,
        attempt,
        { status: 'queued', problem: 'deferred', nextAttemptAt },
        T0,
      );
    }
    const [one] = await outbox.list({ tenantId, limit: 1 });
    assert.ok(one);
    assert.equal(await outbox.makeDue({ tenantId, id: one.id }, T0), 1);
    assert.equal(await outbox.makeDue({ tenantId, id: 'no id' }, T0), 0);
    assert.equal(await outbox.makeDue({ tenantId }, T0), 1);
    assert.equal(await outbox.makeDue({}, T0), 1);
    assert.equal((await claim(T0)).length, 3);
  });

  test('is left alone while somebody sends it', async () => {
    await add();
    await claim(T0);
    assert.equal(await outbox.makeDue({}, later(1)), 0);
    assert.deepEqual(await claim(later(1)), []);
  });
});

test('an account’s messages can be forgotten, whatever became of them', async () => {
  const gone = [await add(), await add({ status: 'decoy', recipient: '' })];
  const kept = [await add({ accountId: 'sub-2' }), await add({ accountId: undefined })];
  await outbox.forgetAccount(tenantId, 'sub-1');
  const left = await database.db('mail_outbox').select('id');
  assert.deepEqual(left.map(({ id }) => id).sort(), kept.sort());
  assert.equal(gone.length, 2);
  await outbox.forgetAccount(tenantId, 'a\0b');
});

test('the backlog counts what is queued, and knows the oldest', async () => {
  assert.deepEqual(await outbox.backlog(), { queued: 0, oldest: undefined });
  await add({ createdAt: later(1) });
  await add();
  const sent = await add();
  const [, last] = await claim(T0);
  assert.equal(last?.id, sent);
  await outbox.settle(tenantId, sent, 1, { status: 'sent' }, T0);
  assert.deepEqual(await outbox.backlog(), { queued: 2, oldest: T0 });
});

testTenantIsolation<MailOutbox>(
  {
    add: async (store, mine, theirs) => {
      const mail = { name: 'sign_in_code', accountId: theirs.accountId, language: 'en' };
      await store.add(mine.tenantId, {
        ...mail,
        id: theirs.mailId,
        recipient: theirs.email,
        status: 'queued',
        problem: undefined,
        sealedContent: 'mine',
        createdAt: T0,
        giveUpAt: T0,
        expiresAt: T0,
      });
    },
    claim: async (store) => {
      // A worker serves all tenants; each message keeps its own.
      assert.deepEqual(await store.claim({ now: new Date(0), until: T0, limit: 10 }), []);
    },
    settle: async (store, mine, theirs) => {
      await database
        .db('mail_outbox')
        .where({ tenant_id: mine.tenantId })
        .update({ attempts: 1, claimed_until: later(1) });
      const settlement = { status: 'sent' } as const;
      const settle = (attempt: number) =>
        store.settle(mine.tenantId, theirs.mailId, attempt, settlement, T0);
      assert.deepEqual([await settle(0), await settle(1)], [false, false]);
    },
    listOfAccount: async (store, mine, theirs) => {
      assert.deepEqual(await store.listOfAccount(mine.tenantId, theirs.accountId, 10), []);
    },
    list: async (store, mine, theirs) => {
      const listed = await store.list({ tenantId: mine.tenantId, limit: 10 });
      assert.deepEqual(
        listed.map(({ id }) => id),
        [mine.mailId],
      );
      const before = await store.list({
        tenantId: mine.tenantId,
        before: theirs.mailId,
        limit: 10,
      });
      assert.ok(before.every(({ tenantId: owner }) => owner === mine.tenantId));
    },
    find: async (store, mine, theirs) => {
      assert.equal(await store.find(mine.tenantId, theirs.mailId), undefined);
    },
    makeDue: async (store, mine, theirs) => {
      const past = new Date(0);
      assert.equal(await store.makeDue({ tenantId: mine.tenantId, id: theirs.mailId }, past), 0);
      assert.equal(await store.makeDue({ tenantId: mine.tenantId }, past), 1);
    },
    forgetAccount: async (store, mine, theirs) => {
      await store.forgetAccount(mine.tenantId, theirs.accountId);
      assert.ok(await store.find(mine.tenantId, mine.mailId));
    },
    backlog: async (store) => {
      assert.ok((await store.backlog()).queued >= 2);
    },
  },
  () => ({ db: database.db, store: outbox }),
);
