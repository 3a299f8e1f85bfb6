/**
 * The queries of `deploy/database`, asked by the role that looks, on a database in which there is
 * something to be found: an index that is invalid, a session that blocks another, rows past their time.
 */
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { createPostgresArtifactStore } from '../../storage/postgres/artifact-store.ts';
import { createDatabase } from '../../storage/postgres/database.ts';
import { createRetention, type RetentionCounts } from '../../storage/postgres/retention.ts';
import type { Build } from '../configured-postgres.ts';
import { pollUntil } from '../poll.ts';
import {
  CARE,
  DATABASE,
  type DatabaseWorld,
  MONITOR,
  populate,
  type Row,
  startDatabaseWorld,
} from './database-world.ts';

const DEADLINE_MS = 10_000;

/** Of each query, what it has to say of this database. */
const EXPECTED: Readonly<Record<string, (world: DatabaseWorld) => Promise<void>>> = {
  'audit-partitions': auditPartitions,
  blocking,
  bloat,
  cache: async (world) => {
    const rows = await world.ask('cache');
    const all = rows.at(-1);
    assert.equal(all?.relation, '(all)');
    assert.ok(Number(all.table_hit) > 50 && Number(all.table_hit) <= 100, String(all.table_hit));
    rowOf(rows, { relation: 'accounts' });
  },
  connections: async (world) => {
    const rows = await world.ask('connections');
    const all = rows.at(-1);
    assert.equal(all?.role, '(all)');
    assert.ok(Number(all.room) > 50, String(all.room));
    rowOf(rows, { role: MONITOR, database: DATABASE, state: 'active' });
  },
  indexes,
  'old-snapshots': async (world) => {
    await between(world, async ([owner]) => {
      await owner.query('begin isolation level repeatable read; select 1');
      const found = rowOf(await world.ask('old-snapshots'), { state: 'idle in transaction' });
      assert.equal(found.what, 'transaction');
    });
  },
  queues: async (world) => {
    const rows = await world.ask('queues');
    for (const relation of ['mail_outbox', 'logout_notifications']) {
      const row = rowOf(rows, { relation, status: 'queued' });
      assert.ok(Number(row.due) >= 1, relation);
    }
  },
  replication: async (world) => {
    await world.query(`select pg_create_physical_replication_slot('forgotten', true)`);
    const rows = await world.ask('replication');
    rowOf(rows, { what: 'this server', name: 'primary' });
    assert.match(String(rowOf(rows, { name: 'forgotten' }).state), /^INACTIVE/);
    await world.query(`select pg_drop_replication_slot('forgotten')`);
  },
  retention,
  sizes: async (world) => {
    const rows = await world.ask('sizes');
    assert.ok(Number(rowOf(rows, { relation: 'accounts', kind: 'table' }).bytes) > 100_000);
    rowOf(rows, { relation: 'recovery_codes_pkey', kind: 'index', of_table: 'recovery_codes' });
  },
  'slow-statements': async (world) => {
    await world.query('select pg_sleep(0.2), $1::text as gone', { values: ['somebody'] });
    const [first] = await world.ask('slow-statements');
    assert.ok(Number(first?.total_s) > 0);
    const rows = await world.ask('slow-statements');
    const slept = rows.find(({ statement }) => String(statement).includes('pg_sleep('));
    assert.ok(Number(slept?.max_ms) >= 200, JSON.stringify(slept));
    const text = JSON.stringify(
      await world.query('select query from extensions.pg_stat_statements'),
    );
    assert.doesNotMatch(text, /somebody/);
    assert.ok(!text.includes(world.postgres.password), 'a password that was set is kept');
  },
  vacuum: async (world) => {
    await world.query('update accounts set updated_at = now()');
    const row = await pollUntil(
      async () => {
        const found = rowOf(await world.ask('vacuum'), { relation: 'accounts' });
        return Number(found.dead) >= 2000 && found;
      },
      { deadlineMs: DEADLINE_MS },
    );
    assert.ok(Number(row.due) > 100, String(row.due));
    await world.query('vacuum analyze accounts');
    const after = rowOf(await world.ask('vacuum'), { relation: 'accounts' });
    assert.ok(after.vacuumed !== null && Number(after.dead) < 100, JSON.stringify(after));
  },
  waits: async (world) => {
    await between(world, async ([owner]) => {
      const sleeping = owner.query('select pg_sleep(1)');
      await pollUntil(
        async () => (await world.ask('waits')).some(({ event }) => event === 'PgSleep'),
        { deadlineMs: DEADLINE_MS },
      );
      await sleeping;
    });
  },
  wraparound: async (world) => {
    const rows = await world.ask('wraparound');
    assert.ok(Number(rowOf(rows, { what: 'database', name: DATABASE }).percent) < 1);
    rowOf(rows, { what: 'table', name: 'accounts' });
  },
};

/**
 * Asks all of them.
 *
 * @returns what was seen
 */
export async function tryQueries(build: Build): Promise<string> {
  const files = await readdir(join(CARE, 'queries'));
  const names = files.map((file) => file.replace(/\.sql$/, '')).toSorted();
  assert.deepEqual(names, Object.keys(EXPECTED).toSorted());
  const world = await startDatabaseWorld(build);
  try {
    await populate(world);
    await world.query('analyze');
    const wrong: string[] = [];
    for (const name of names) {
      await EXPECTED[name]?.(world).catch((error: unknown) => {
        wrong.push(`${name}.sql: ${error instanceof Error ? error.message : error}`);
      });
    }
    assert.deepEqual(wrong, []);
    await refuses(world);
    return `PostgreSQL ${world.postgres.major}: ${names.length} queries`;
  } finally {
    await world.stop();
  }
}

/** The role that looks sees no person, and changes nothing. */
async function refuses(world: DatabaseWorld): Promise<void> {
  for (const statement of [
    'select email from accounts',
    'select hash from passwords',
    'select recipient from mail_outbox',
    'select payload from artifacts',
    'select detail from audit_events',
    'select sealed from deployment_secrets',
    'begin read write; delete from tombstones',
    'begin read write; create table mine ()',
  ]) {
    await assert.rejects(world.query(statement, { role: MONITOR }), /permission denied/, statement);
  }
}

async function auditPartitions(world: DatabaseWorld): Promise<void> {
  const now = new Date();
  const nextMonth = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1));
  const month = nextMonth.toISOString().slice(0, 7).replace('-', '_');
  rowOf(await world.ask('audit-partitions'), { month, there: true, needed: true });
  await world.query(`drop table audit_events_${month}`);
  rowOf(await world.ask('audit-partitions'), { month, there: false, needed: true });
  await world.query(`select ensure_audit_partition('2020-01-15'), ensure_audit_partition($1)`, {
    values: [nextMonth],
  });
  rowOf(await world.ask('audit-partitions'), {
    month: '2020_01',
    past_its_time: true,
    needed: false,
  });
}

async function blocking(world: DatabaseWorld): Promise<void> {
  assert.deepEqual(await world.ask('blocking'), []);
  await between(world, async ([first, second]) => {
    const statement = `update tenants set name = name where slug = 'default'`;
    await first.query('begin');
    await first.query(statement);
    const waiting = second.query(statement);
    const [row] = await pollUntil(
      async () => {
        const rows = await world.ask('blocking');
        return rows.length > 0 && rows;
      },
      { deadlineMs: DEADLINE_MS },
    );
    // Long enough for the server to write it down, too.
    await pollUntil(() => world.postgres.log().some((line) => line.includes('still waiting for')), {
      deadlineMs: DEADLINE_MS,
    });
    await first.query('commit');
    await waiting;
    assert.equal(row?.blocked_pid, await pidOf(second));
    assert.equal(row.blocking_pid, await pidOf(first));
    assert.equal(row.blocking_state, 'idle in transaction');
    assert.match(String(row.blocked_statement), /^update tenants/);
  });
}

async function bloat(world: DatabaseWorld): Promise<void> {
  await world.query('create table care_bloat (id integer primary key, filler text)');
  await world.query(
    `insert into care_bloat select n, repeat('x', 100) from generate_series(1, 60000) n`,
  );
  await world.query('delete from care_bloat where id % 10 <> 0');
  const dead = rowOf(await world.ask('bloat'), { relation: 'care_bloat', kind: 'table' });
  assert.ok(Number(dead.dead_percent) > 50, JSON.stringify(dead));
  await world.query('vacuum care_bloat');
  const rows = await world.ask('bloat');
  const free = rowOf(rows, { relation: 'care_bloat', kind: 'table' });
  assert.ok(Number(free.free_percent) > 50 && Number(free.dead_percent) < 1, JSON.stringify(free));
  const index = rowOf(rows, { relation: 'care_bloat_pkey', kind: 'index' });
  assert.ok(Number(index.free_percent) > 50, JSON.stringify(index));
  await world.query('drop table care_bloat');
}

async function indexes(world: DatabaseWorld): Promise<void> {
  const ours = (await world.ask('indexes')).filter(({ finding }) => finding !== 'unused');
  await assert.rejects(
    world.query(
      'create unique index concurrently care_invalid on accounts (tenant_id, email_verified)',
    ),
  );
  await world.query('create index care_twice on accounts (tenant_id, username_key)');
  await world.query('create index care_covered on passkeys (tenant_id, account_id)');
  await world.query('create index care_unused on clients (created_at)');
  await world.query(
    `create table care_child (tenant_id uuid, client_id text, n integer primary key,
       constraint care_key foreign key (tenant_id, client_id) references clients (tenant_id, client_id))`,
  );
  const rows = await world.ask('indexes');
  rowOf(rows, { finding: 'invalid', name: 'care_invalid', relation: 'accounts' });
  const twice = rowOf(rows, { finding: 'duplicate', name: 'care_twice', relation: 'accounts' });
  assert.equal(twice.remark, 'the same as accounts_tenant_id_username_key_key');
  const covered = rowOf(rows, { finding: 'covered', name: 'care_covered' });
  assert.equal(covered.remark, 'begins passkeys_account');
  rowOf(rows, { finding: 'unused', name: 'care_unused', relation: 'clients' });
  rowOf(rows, { finding: 'foreign key', name: 'care_key', relation: 'care_child' });
  const found = rows.filter(({ name }) => !String(name).startsWith('care_'));
  assert.equal(found.filter(({ finding }) => finding !== 'unused').length, ours.length);
  // Of what our migrations make, nothing may be wrong.
  assert.deepEqual(
    ours.map(({ finding, name, remark }) => `${finding} ${name}: ${remark}`),
    [],
  );
  await world.query('drop table care_child');
  await world.query('drop index care_invalid, care_twice, care_covered, care_unused');
}

/** What it counts is what the servers' own retention counts. */
async function retention(world: DatabaseWorld): Promise<void> {
  const expiring = await world.query(
    `select table_name as relation from information_schema.columns
      where table_schema = 'public' and column_name = 'expires_at'
        and table_name not like 'audit_events%'`,
  );
  for (const { relation } of expiring) {
    await world.query(
      `update ${relation} set expires_at = now() - interval '1 hour'
        where ctid in (select ctid from ${relation} where expires_at is not null limit 7)`,
    );
  }
  await world.query(
    `update clients set previous_secret_expires_at = now() - interval '1 hour'
      where previous_secret_digest is not null`,
  );
  const db = createDatabase({
    url: world.postgres.url(DATABASE),
    poolMax: 3,
    acquireTimeoutMs: 10_000,
    statementTimeoutMs: 10_000,
  });
  let backlog: RetentionCounts;
  try {
    const now = () => new Date();
    const artifacts = createPostgresArtifactStore(db, { now });
    backlog = await createRetention(db, { now, artifacts }).backlog();
  } finally {
    await db.destroy();
  }
  const rows = await world.ask('retention');
  const waiting = (relation: string) => Number(rowOf(rows, { relation }).waiting);
  assert.deepEqual(
    {
      ...Object.fromEntries(rows.map(({ relation }) => [relation, waiting(String(relation))])),
      artifacts: waiting('artifacts') + waiting('tombstones'),
    },
    {
      ...Object.fromEntries(
        Object.entries(backlog).filter(
          ([rule]) => rule !== 'totp_enrolments' && rule !== 'client_secrets',
        ),
      ),
      tombstones: waiting('tombstones'),
      totp_factors: backlog.totp_enrolments,
      clients: backlog.client_secrets,
    },
  );
  const idle = Object.entries(backlog).filter(([, count]) => count === 0);
  assert.deepEqual(idle, [], 'rules that nothing was left for');
}

type Sessions = readonly [pg.Client, pg.Client];

/** Two sessions of the superuser. */
async function between(
  world: DatabaseWorld,
  use: (sessions: Sessions) => Promise<void>,
): Promise<void> {
  const open = async () => {
    const client = new pg.Client({ connectionString: world.postgres.url(DATABASE) });
    await client.connect();
    return client;
  };
  const sessions: Sessions = [await open(), await open()];
  try {
    await use(sessions);
  } finally {
    for (const session of sessions) await session.end();
  }
}

async function pidOf(client: pg.Client): Promise<number> {
  return (await client.query('select pg_backend_pid() as pid')).rows[0]?.pid;
}

/** The row that has these values. */
function rowOf(rows: readonly Row[], values: Row): Row {
  const found = rows.find((row) =>
    Object.entries(values).every(([column, value]) => row[column] === value),
  );
  assert.ok(
    found,
    `no row with ${JSON.stringify(values)} in ${JSON.stringify(rows).slice(0, 2000)}`,
  );
  return found;
}
