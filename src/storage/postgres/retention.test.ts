import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { sha256 } from '../../crypto/digest.ts';
import type { TenantId } from '../../tenants/tenant.ts';
import { setAuditClock } from '../../testing/audit-clock.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts';
import {
  insertAccount,
  insertApplication,
  insertClient,
  insertTenant,
} from '../../testing/fixtures.ts';
import { populateTenant } from '../../testing/populated-tenant.ts';
import { createPostgresArtifactStore } from './artifact-store.ts';
import { createPostgresAuditLog } from './audit-log.ts';
import { createPostgresLogoutNotificationStore } from './logout-notification-store.ts';
import { createPostgresMailOutbox } from './mail-outbox.ts';
import {
  createRetention,
  type Retention,
  type RetentionCounts,
  TABLE_RETENTION,
} from './retention.ts';
import { createUuidV7 } from './uuid-v7.ts';

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
const NOTHING = {
  artifacts: 0,
  one_time_links: 0,
  passkey_challenges: 0,
  mail_outbox: 0,
  invitations: 0,
  email_changes: 0,
  one_time_codes: 0,
  totp_enrolments: 0,
  remembered_browsers: 0,
  client_secrets: 0,
  logout_notifications: 0,
  audit_events: 0,
};

let database: TestDatabase;
let retention: Retention;
let tenantId: TenantId;
let now: Date;
const clock = () => now;

/** A database of its own for each test: retention looks at all of it. */
beforeEach(async () => {
  now = new Date();
  database = await createTestDatabase();
  tenantId = await insertTenant(database.db);
  const artifacts = createPostgresArtifactStore(database.db, { now: clock });
  retention = createRetention(database.db, { now: clock, artifacts });
});

afterEach(() => database.drop());

function fromNow(ms: number): Date {
  return new Date(now.getTime() + ms);
}

async function partitions(): Promise<string[]> {
  const { rows } = await database.db.raw<{ rows: { name: string }[] }>(
    `select relname as name from pg_inherits join pg_class on pg_class.oid = inhrelid
      where inhparent = 'audit_events'::regclass order by relname`,
  );
  return rows.map(({ name }) => name);
}

test('every table of the database has a rule, and no rule is for a table that is not there', async () => {
  const { rows } = await database.db.raw<{ rows: { name: string }[] }>(
    `select relname as name from pg_class
      where relnamespace = current_schema()::regnamespace
        and relkind in ('r', 'p') and not relispartition order by relname`,
  );
  assert.deepEqual(
    rows.map(({ name }) => name),
    Object.keys(TABLE_RETENTION).toSorted(),
  );
});

describe('a run', () => {
  test('finds nothing to do in a new database', async () => {
    assert.deepEqual(await retention.backlog(), NOTHING);
    assert.deepEqual(await retention.runOnce(), { outcome: 'ran', removed: NOTHING });
  });

  test('removes links that expired and keeps those that live', async () => {
    const link = async (expiresAt: Date) => {
      const accountId = await insertAccount(database.db, tenantId);
      await database.db('one_time_links').insert({
        tenant_id: tenantId,
        account_id: accountId,
        purpose: 'reset_password',
        digest: sha256(accountId),
        expires_at: expiresAt,
      });
      return sha256(accountId);
    };
    const alive = await link(fromNow(1));
    await link(fromNow(0));
    await link(fromNow(-DAY_MS));
    assert.deepEqual(await retention.backlog(), { ...NOTHING, one_time_links: 2 });
    assert.deepEqual(await retention.runOnce(), {
      outcome: 'ran',
      removed: { ...NOTHING, one_time_links: 2 },
    });
    const left = await database.db('one_time_links').select('digest');
    assert.deepEqual(left, [{ digest: alive }]);
    assert.deepEqual(await retention.backlog(), NOTHING);
  });

  test('removes challenges that nobody answered in time and keeps those that wait', async () => {
    for (const [binding, expiresAt] of [
      ['waits', fromNow(1)],
      ['is late', fromNow(0)],
    ] as const) {
      await database
        .db('passkey_challenges')
        .insert({ tenant_id: tenantId, binding, digest: 'digest', expires_at: expiresAt });
    }
    assert.deepEqual(await retention.backlog(), { ...NOTHING, passkey_challenges: 1 });
    assert.deepEqual(await retention.runOnce(), {
      outcome: 'ran',
      removed: { ...NOTHING, passkey_challenges: 1 },
    });
    const left = await database.db('passkey_challenges').select('binding');
    assert.deepEqual(left, [{ binding: 'waits' }]);
  });

  test('removes codes, authenticator apps that were never confirmed, and browsers that expired', async () => {
    const { totpId } = await populateTenant(database.db);
    const factors = ({ one_time_codes, totp_enrolments, remembered_browsers }: RetentionCounts) => [
      one_time_codes,
      totp_enrolments,
      remembered_browsers,
    ];
    assert.deepEqual(factors(await retention.backlog()), [0, 0, 0]);
    now = fromNow(2 * DAY_MS);
    assert.deepEqual(factors(await retention.backlog()), [1, 1, 1]);
    const run = await retention.runOnce();
    assert.deepEqual(run.outcome === 'ran' && factors(run.removed), [1, 1, 1]);
    assert.deepEqual(factors(await retention.backlog()), [0, 0, 0]);
    assert.deepEqual(await database.db('totp_factors').select('id'), [{ id: totpId }]);
    assert.equal((await database.db('recovery_codes')).length, 1);
  });

  test('removes as many batches as it takes', async () => {
    await database.db.raw(
      `with account as (
         insert into accounts (tenant_id, id, username, username_key)
         select ?, 'n' || n, 'n' || n, 'n' || n from generate_series(1, 1700) n returning id)
       insert into one_time_links (tenant_id, account_id, purpose, digest, expires_at)
       select ?, id, 'reset_password', id, '2000-01-01' from account`,
      [tenantId, tenantId],
    );
    assert.equal((await retention.backlog()).one_time_links, 1700);
    const run = await retention.runOnce();
    assert.equal(run.outcome === 'ran' && run.removed.one_time_links, 1700);
    assert.deepEqual(await retention.backlog(), NOTHING);
  });

  test('clears a client secret after its overlap and keeps the current one', async () => {
    const application = await insertApplication(database.db, tenantId);
    const client = async (overlapUntil: Date | null) => {
      const clientId = await insertClient(database.db, tenantId, application, {
        secretDigest: 'current',
      });
      await database
        .db('clients')
        .where({ client_id: clientId })
        .update({
          previous_secret_digest: overlapUntil && 'previous',
          previous_secret_expires_at: overlapUntil,
        });
      return clientId;
    };
    const over = await client(fromNow(-1));
    const within = await client(fromNow(HOUR_MS));
    await client(null);
    assert.deepEqual(await retention.backlog(), { ...NOTHING, client_secrets: 1 });
    assert.deepEqual(await retention.runOnce(), {
      outcome: 'ran',
      removed: { ...NOTHING, client_secrets: 1 },
    });
    const secrets = (clientId: string) =>
      database
        .db('clients')
        .where({ client_id: clientId })
        .first('secret_digest', 'previous_secret_digest');
    assert.deepEqual(await secrets(over), {
      secret_digest: 'current',
      previous_secret_digest: null,
    });
    assert.deepEqual(await secrets(within), {
      secret_digest: 'current',
      previous_secret_digest: 'previous',
    });
  });

  test('removes what became of a message in time, and a decoy sooner', async () => {
    const outbox = createPostgresMailOutbox(database.db);
    const newId = createUuidV7();
    const add = async (status: 'queued' | 'decoy', expiresAt: Date) => {
      const id = newId(now);
      await outbox.add(tenantId, {
        id,
        name: 'sign_in_code',
        accountId: undefined,
        language: 'en',
        recipient: 'bob@acme.example',
        status,
        problem: undefined,
        sealedContent: 'sealed',
        createdAt: now,
        giveUpAt: fromNow(HOUR_MS),
        expiresAt,
      });
      return id;
    };
    const kept = await add('queued', fromNow(1));
    await add('queued', fromNow(0));
    await add('decoy', fromNow(-HOUR_MS));
    assert.deepEqual(await retention.backlog(), { ...NOTHING, mail_outbox: 2 });
    assert.deepEqual(await retention.runOnce(), {
      outcome: 'ran',
      removed: { ...NOTHING, mail_outbox: 2 },
    });
    assert.deepEqual(await database.db('mail_outbox').select('id'), [{ id: kept }]);
  });

  test('removes what became of a logout notification in time', async () => {
    const application = await insertApplication(database.db, tenantId);
    const clientId = await insertClient(database.db, tenantId, application, {
      metadata: { backchannel_logout_uri: 'https://app.example/logout' },
    });
    const store = createPostgresLogoutNotificationStore(database.db);
    const add = (sid: string, expiresAt: Date) => {
      const times = { now, giveUpAt: fromNow(HOUR_MS), expiresAt };
      return store.add(tenantId, [{ clientId, accountId: 'alice', sid }], times);
    };
    await add('kept', fromNow(1));
    await add('over', fromNow(0));
    assert.deepEqual(await retention.backlog(), { ...NOTHING, logout_notifications: 1 });
    assert.deepEqual(await retention.runOnce(), {
      outcome: 'ran',
      removed: { ...NOTHING, logout_notifications: 1 },
    });
    assert.deepEqual(await database.db('logout_notifications').select('sid'), [{ sid: 'kept' }]);
  });

  test('sweeps expired artifacts and tombstones', async () => {
    const artifacts = createPostgresArtifactStore(database.db, { now: clock });
    const save = (id: string, expiresAt: Date) =>
      artifacts.save({
        tenantId,
        model: 'AuthorizationCode',
        key: sha256(id),
        payload: {},
        expiresAt,
        startedAt: now,
      });
    await save('expired', fromNow(HOUR_MS));
    await save('alive', fromNow(3 * HOUR_MS));
    await artifacts.deny(tenantId, sha256('jti'), fromNow(HOUR_MS));
    now = fromNow(2 * HOUR_MS);
    assert.deepEqual(await retention.backlog(), { ...NOTHING, artifacts: 2 });
    assert.deepEqual(await retention.runOnce(), {
      outcome: 'ran',
      removed: { ...NOTHING, artifacts: 2 },
    });
    assert.ok(await artifacts.find(tenantId, 'AuthorizationCode', sha256('alive')));
  });

  test('drops the months that ended over 400 days ago and makes the next one', async () => {
    const log = createPostgresAuditLog(database.db, { now: clock });
    const present = new Date('2040-03-20T00:00:00Z');
    await setAuditClock(database.db, present);
    for (const moment of ['2038-12-05', '2039-01-31', '2039-02-14', '2040-03-20']) {
      now = new Date(`${moment}T12:00:00Z`);
      await log.record({
        kind: 'token.issued',
        tenantId,
        outcome: 'success',
        actor: { type: 'system' },
      });
    }
    now = present;
    // 400 days before are 2039-02-14: February has not ended by then.
    const others = (await partitions()).filter((name) => name < 'audit_events_2038');
    assert.deepEqual(await retention.backlog(), { ...NOTHING, audit_events: 2 + others.length });
    assert.deepEqual(await retention.runOnce(), {
      outcome: 'ran',
      removed: { ...NOTHING, audit_events: 2 + others.length },
    });
    assert.deepEqual(await partitions(), [
      'audit_events_2039_02',
      'audit_events_2040_03',
      'audit_events_2040_04',
    ]);
    assert.equal((await log.list({ limit: 10 })).length, 2);
    assert.deepEqual(await retention.backlog(), NOTHING);
  });

  test('leaves a month that somebody reads for the next run', async () => {
    const log = createPostgresAuditLog(database.db, { now: clock });
    await setAuditClock(database.db, new Date('2040-01-01T00:00:00Z'));
    now = new Date('2038-01-01T00:00:00Z');
    await log.record({
      kind: 'token.issued',
      tenantId,
      outcome: 'success',
      actor: { type: 'system' },
    });
    now = new Date('2040-01-01T00:00:00Z');
    const reader = await database.db.transaction();
    try {
      await reader('audit_events').first();
      const run = await retention.runOnce();
      assert.equal(run.outcome === 'ran' && run.removed.audit_events, 0);
      assert.ok((await retention.backlog()).audit_events > 0);
    } finally {
      await reader.rollback();
    }
    const run = await retention.runOnce();
    assert.ok(run.outcome === 'ran' && run.removed.audit_events > 0);
  });
});

describe('replicas', () => {
  test('run one at a time: the others skip', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let entered = () => {};
    const inside = new Promise<void>((resolve) => {
      entered = resolve;
    });
    const slow = createRetention(database.db, {
      now: clock,
      artifacts: {
        async sweep() {
          entered();
          await held;
          return 0;
        },
        countExpired: async () => 0,
      },
    });
    const first = slow.runOnce();
    await inside;
    try {
      assert.deepEqual(await retention.runOnce(), { outcome: 'skipped' });
    } finally {
      release();
    }
    assert.equal((await first).outcome, 'ran');
    assert.equal((await retention.runOnce()).outcome, 'ran');
  });

  test('do the rest of the work when one rule fails, and say that it failed', async () => {
    const accountId = await insertAccount(database.db, tenantId);
    await database.db('one_time_links').insert({
      tenant_id: tenantId,
      account_id: accountId,
      purpose: 'reset_password',
      digest: 'digest',
      expires_at: fromNow(-1),
    });
    const broken = createRetention(database.db, {
      now: clock,
      artifacts: {
        sweep: () => Promise.reject(new Error('broken sweep')),
        countExpired: async () => 0,
      },
    });
    await assert.rejects(broken.runOnce(), /broken sweep/);
    assert.deepEqual(await database.db('one_time_links'), []);
  });
});
