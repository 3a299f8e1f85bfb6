import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { AuditEvent } from '../../audit/audit-event.ts';
import type { AuditLog } from '../../audit/audit-log.ts';
import { GatehouseError, OverloadedError } from '../../errors.ts';
import type { TenantId } from '../../tenants/tenant.ts';
import { setAuditClock } from '../../testing/audit-clock.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts';
import { insertTenant } from '../../testing/fixtures.ts';
import { testTenantIsolation } from '../../testing/tenant-isolation.ts';
import { createPostgresAuditLog } from './audit-log.ts';

let database: TestDatabase;
let tenantId: TenantId;
let now = new Date();
let log: AuditLog;

before(async () => {
  database = await createTestDatabase();
  await setAuditClock(database.db, new Date('2034-01-01T00:00:00Z'));
});

beforeEach(async () => {
  now = new Date('2030-05-20T10:00:00.123Z');
  log = createPostgresAuditLog(database.db, { now: () => now });
  tenantId = await insertTenant(database.db);
});

after(() => database.drop());

function signIn(change: Partial<AuditEvent> = {}): AuditEvent {
  return {
    kind: 'sign_in.succeeded',
    tenantId,
    outcome: 'success',
    actor: { type: 'account', id: 'alice' },
    ...change,
  };
}

/** The statements that insert events while `work` runs, by how many rows each writes. */
async function insertsDuring(work: () => Promise<unknown>): Promise<number[]> {
  const sizes: number[] = [];
  const watch = ({ sql, bindings }: { sql: string; bindings: unknown[] }) => {
    if (sql.includes('insert into audit_events'))
      sizes.push(JSON.parse(String(bindings[0])).length);
  };
  database.db.on('query', watch);
  try {
    await work();
  } finally {
    database.db.off('query', watch);
  }
  return sizes;
}

describe('record', () => {
  test('keeps everything that an event says', async () => {
    await log.record({
      kind: 'consent.granted',
      tenantId,
      outcome: 'success',
      actor: { type: 'account', id: 'alice' },
      subject: { type: 'client', id: 'notes-web' },
      clientId: 'notes-web',
      address: '203.0.113.7',
      requestId: 'request-1',
      detail: { scopes: ['openid', 'email'], count: 2, remembered: true },
    });
    const [event] = await log.list({ tenantId, limit: 10 });
    assert.ok(event);
    const { id, ...rest } = event;
    assert.match(id, /^[0-9a-f-]{36}$/);
    assert.deepEqual(rest, {
      kind: 'consent.granted',
      at: now,
      tenantId,
      outcome: 'success',
      actor: { type: 'account', id: 'alice' },
      subject: { type: 'client', id: 'notes-web' },
      clientId: 'notes-web',
      address: '203.0.113.7',
      requestId: 'request-1',
      detail: { scopes: ['openid', 'email'], count: 2, remembered: true },
    });
  });

  test('keeps an event of the deployment, which has no tenant', async () => {
    const before = await log.list({ limit: 1000, kinds: ['seed.applied'] });
    await log.record({
      kind: 'seed.applied',
      tenantId: undefined,
      outcome: 'success',
      actor: { type: 'operator' },
    });
    const found = await log.list({ limit: 1000, kinds: ['seed.applied'] });
    assert.equal(found.length, before.length + 1);
    assert.equal(found[0]?.tenantId, undefined);
    assert.deepEqual(found[0]?.actor, { type: 'operator' });
  });

  test('resolves when the event can be read on another connection', async () => {
    await log.record(signIn());
    assert.equal((await log.list({ tenantId, limit: 10 })).length, 1);
  });

  test('writes what arrives together with one insert', async () => {
    const sizes = await insertsDuring(() =>
      Promise.all(Array.from({ length: 200 }, () => log.record(signIn()))),
    );
    assert.deepEqual(sizes, [200]);
    assert.equal((await log.list({ tenantId, limit: 1000 })).length, 200);
  });

  test('collects what arrives while an insert runs for the next one', async () => {
    const sizes = await insertsDuring(async () => {
      const first = log.record(signIn());
      const rest: Promise<void>[] = [];
      // The first insert has been sent once the query event came.
      await new Promise<void>((resolve) => {
        database.db.once('query', () => {
          for (let count = 0; count < 50; count += 1) rest.push(log.record(signIn()));
          resolve();
        });
      });
      await Promise.all([first, ...rest]);
    });
    assert.deepEqual(sizes, [1, 50]);
  });

  test('refuses more than may wait, and takes events again afterwards', async () => {
    const small = createPostgresAuditLog(database.db, { now: () => now, maxWaiting: 5 });
    const answers = await Promise.allSettled(
      Array.from({ length: 8 }, () => small.record(signIn())),
    );
    assert.equal(answers.filter(({ status }) => status === 'fulfilled').length, 5);
    for (const answer of answers.slice(5)) {
      assert.ok(answer.status === 'rejected' && answer.reason instanceof OverloadedError);
    }
    await small.record(signIn());
    assert.equal((await log.list({ tenantId, limit: 100 })).length, 6);
  });

  test('keeps the others when PostgreSQL refuses one event of a batch', async () => {
    const bad = { ...signIn(), outcome: 'neither' } as unknown as AuditEvent;
    const answers = await Promise.allSettled([
      log.record(signIn()),
      log.record(bad),
      log.record(signIn()),
    ]);
    assert.deepEqual(
      answers.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    assert.equal((await log.list({ tenantId, limit: 10 })).length, 2);
  });

  test('stores text that anybody may have sent: NUL, half characters, any length', async () => {
    await log.record(
      signIn({
        actor: { type: 'anonymous', id: 'a\0b' },
        subject: { type: 'account', id: '\u{1F511}'.repeat(100_000) },
        clientId: '\ud800',
        detail: { identifier: 'x'.repeat(100_000), scopes: ['\0', 'ok'] },
      }),
    );
    const [event] = await log.list({ tenantId, limit: 10 });
    assert.equal(event?.actor.id, 'a\ufffdb');
    assert.equal(event.clientId, '\ufffd');
    assert.equal(event.subject?.id.length, 512);
    assert.equal(String(event.detail?.identifier).length, 512);
    assert.deepEqual(event.detail?.scopes, ['\ufffd', 'ok']);
  });
});

describe('months', () => {
  const partitions = async () => {
    const { rows } = await database.db.raw<{ rows: { name: string }[] }>(
      `select relname as name from pg_inherits join pg_class on pg_class.oid = inhrelid
        where inhparent = 'audit_events'::regclass order by relname`,
    );
    return rows.map(({ name }) => name);
  };

  test('get their partition from whoever writes their first event', async () => {
    now = new Date('2031-12-31T23:59:59.999Z');
    await log.record(signIn());
    now = new Date('2032-01-01T00:00:00.000Z');
    await log.record(signIn());
    const names = await partitions();
    assert.ok(names.includes('audit_events_2031_12') && names.includes('audit_events_2032_01'));
    assert.deepEqual(
      (await log.list({ tenantId, limit: 10 })).map(({ at }) => at.toISOString()),
      ['2032-01-01T00:00:00.000Z', '2031-12-31T23:59:59.999Z'],
    );
  });

  test('are begun by many replicas at once without an error', async () => {
    now = new Date('2033-03-01T00:00:00Z');
    const replicas = Array.from({ length: 6 }, () =>
      createPostgresAuditLog(database.db, { now: () => now }),
    );
    await Promise.all(replicas.map((replica) => replica.record(signIn())));
    assert.equal((await log.list({ tenantId, limit: 10 })).length, 6);
  });

  test('get their partition again when it was dropped under a running log', async () => {
    now = new Date('2034-04-01T00:00:00Z');
    await log.record(signIn());
    await database.db.raw('drop table audit_events_2034_04');
    await log.record(signIn());
    assert.equal((await log.list({ tenantId, limit: 10 })).length, 1);
  });
});

describe('list', () => {
  test('pages from the newest to the oldest, over equal moments and months', async () => {
    const moments = ['2030-06-30T23:59:59.999Z', '2030-07-01T00:00:00Z', '2030-07-01T00:00:00Z'];
    const recorded: string[] = [];
    for (const [index, moment] of [...moments, ...moments.slice(1)].sort().entries()) {
      now = new Date(moment);
      await log.record(signIn({ requestId: `${index}` }));
      recorded.push(`${index}`);
    }
    const seen: (string | undefined)[] = [];
    let last: string | undefined;
    for (;;) {
      const page = await log.list({
        tenantId,
        limit: 2,
        ...(last !== undefined && { before: last }),
      });
      if (page.length === 0) break;
      assert.ok(page.length <= 2);
      seen.push(...page.map(({ requestId }) => requestId));
      last = page.at(-1)?.id;
    }
    assert.deepEqual(seen, recorded.toReversed());
  });

  test('filters by kind and by subject', async () => {
    await log.record(signIn({ subject: { type: 'account', id: 'bob' } }));
    await log.record(signIn({ kind: 'sign_in.failed', outcome: 'failure' }));
    await log.record(signIn({ kind: 'session.ended', subject: { type: 'account', id: 'bob' } }));
    const kinds = async (query: Parameters<AuditLog['list']>[0]) =>
      (await log.list(query)).map(({ kind }) => kind);
    assert.deepEqual(await kinds({ tenantId, limit: 10, kinds: ['sign_in.failed'] }), [
      'sign_in.failed',
    ]);
    assert.deepEqual(await kinds({ tenantId, limit: 10, kinds: [] }), []);
    assert.deepEqual(await kinds({ tenantId, limit: 10, subjectId: 'bob' }), [
      'session.ended',
      'sign_in.succeeded',
    ]);
    assert.deepEqual(
      await kinds({ tenantId, limit: 10, subjectId: 'bob', kinds: ['session.ended'] }),
      ['session.ended'],
    );
    assert.deepEqual(await kinds({ tenantId, limit: 10, subjectId: 'a\0b' }), []);
  });

  test('of an account has what it did and what was done to it, but for its tokens', async () => {
    const bob = { type: 'account', id: 'bob' } as const;
    const operator = { type: 'operator', id: 'bob' } as const;
    const events: AuditEvent[] = [
      signIn({ actor: bob, requestId: 'own' }),
      signIn({ kind: 'account.disabled', actor: operator, subject: bob, requestId: 'done to' }),
      signIn({ kind: 'session.ended', actor: bob, subject: bob, requestId: 'both' }),
      signIn({ kind: 'token.issued', actor: bob }),
      signIn({ kind: 'token.refused', actor: { type: 'client', id: 'c' }, subject: bob }),
      signIn({ actor: { type: 'anonymous' }, subject: bob, requestId: 'nobody' }),
      signIn({ subject: { type: 'client', id: 'bob' } }),
      signIn({ actor: operator }),
      signIn(),
    ];
    for (const [index, event] of events.entries()) {
      now = new Date(index < 2 ? '2030-06-30T23:59:59Z' : '2030-07-01T00:00:00Z');
      await log.record(event);
    }
    const all = await log.listOfAccount(tenantId, 'bob', { limit: 10 });
    const named = (list: typeof all) => list.map(({ requestId }) => requestId);
    assert.deepEqual(named(all), ['nobody', 'both', 'done to', 'own']);

    const pages: typeof all = [];
    for (const _ of all) {
      const before = pages.at(-1)?.id;
      const page = { limit: 1, ...(before === undefined ? {} : { before }) };
      pages.push(...(await log.listOfAccount(tenantId, 'bob', page)));
    }
    assert.deepEqual(pages, all);
    const kinds = ['session.ended'] as const;
    assert.deepEqual(named(await log.listOfAccount(tenantId, 'bob', { kinds, limit: 10 })), [
      'both',
    ]);
    assert.deepEqual(await log.listOfAccount(tenantId, 'a\0b', { limit: 10 }), []);
    await assert.rejects(log.listOfAccount(tenantId, 'bob', { before: 'x', limit: 1 }), {
      status: 400,
    });
  });

  test('says so when the page before cannot have ended there', async () => {
    for (const before of ['nonsense', '', '00000000-0000-4000-8000-000000000000']) {
      await assert.rejects(
        log.list({ tenantId, limit: 10, before }),
        (error: unknown) => error instanceof GatehouseError && error.status === 400 && error.expose,
      );
    }
  });
});

test('flush waits for everything that was recorded before it', async () => {
  const recorded = Array.from({ length: 1500 }, () => log.record(signIn()));
  await log.flush();
  assert.equal((await log.list({ tenantId, limit: 1000 })).length, 1000);
  const { rows } = await database.db.raw<{ rows: { count: string }[] }>(
    'select count(*) from audit_events where tenant_id = ?',
    [tenantId],
  );
  assert.equal(Number(rows[0]?.count), 1500);
  await Promise.all(recorded);
  await log.flush();
});

test('the database refuses to change or remove events', async () => {
  await log.record(signIn());
  const { db } = database;
  for (const change of [
    () => db('audit_events').where({ tenant_id: tenantId }).update({ actor_id: 'mallory' }),
    () => db('audit_events').where({ tenant_id: tenantId }).delete(),
    () => db.raw('truncate audit_events'),
  ]) {
    await assert.rejects(change(), /append-only/);
  }
  assert.equal((await log.list({ tenantId, limit: 10 }))[0]?.actor.id, 'alice');
});

testTenantIsolation<AuditLog>(
  {
    async record(events, mine) {
      await events.record(signIn({ tenantId: mine.tenantId }));
    },
    async list(events, mine, theirs) {
      await events.record(
        signIn({ tenantId: mine.tenantId, subject: { type: 'account', id: theirs.accountId } }),
      );
      for (const query of [{}, { subjectId: theirs.accountId }]) {
        const found = await events.list({ tenantId: mine.tenantId, limit: 10, ...query });
        assert.deepEqual(
          found.map((event) => event.tenantId),
          [mine.tenantId],
        );
        assert.deepEqual(await events.list({ tenantId: theirs.tenantId, limit: 10, ...query }), []);
      }
    },
    async listOfAccount(events, mine, theirs) {
      const actor = { type: 'account', id: theirs.accountId } as const;
      await events.record(signIn({ tenantId: mine.tenantId, actor }));
      const page = { limit: 10 };
      const found = await events.listOfAccount(mine.tenantId, theirs.accountId, page);
      assert.deepEqual(
        found.map((event) => event.tenantId),
        [mine.tenantId],
      );
      const others = events.listOfAccount(theirs.tenantId, theirs.accountId, page);
      assert.deepEqual(await others, []);
    },
    async flush(events, mine) {
      await events.record(signIn({ tenantId: mine.tenantId }));
      await events.flush();
    },
  },
  () => ({ db: database.db, store: log }),
);
