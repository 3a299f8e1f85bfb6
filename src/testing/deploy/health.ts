/** `deploy/health.sh`: all is well, and each fault turns its own line. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { freePort } from '../free-port.ts';
import { pollUntil } from '../poll.ts';
import { DATABASE, MONITOR } from './database-world.ts';
import { changeFile, type HealthWorld, startHealthWorld } from './health-world.ts';

/** Who is connected may be so many; these make it more than seven tenths. */
const CONNECTIONS = 72;
const DEADLINE_MS = 20_000;

/** Something that is broken, for as long as it takes to look. */
interface Fault {
  readonly what: string;
  /** The line that says so. */
  readonly line: RegExp;
  readonly code: 1 | 2;
  /** Makes it. @returns other settings, and how to mend it */
  make(world: HealthWorld): Promise<{
    settings?: Readonly<Record<string, string | undefined>>;
    args?: readonly string[];
    mend?: () => Promise<unknown>;
  }>;
}

/** @returns what was seen */
export async function tryHealth(): Promise<string> {
  const world = await startHealthWorld();
  try {
    const lines = await allIsWell(world);
    await askEachAddress(world);
    for (const fault of FAULTS) await notice(world, fault);
    const standby = await withStandby(world);
    await withoutRedis(world);
    return `${lines} lines, all ok; ${FAULTS.length + 2} faults, each on its line; "${standby}"`;
  } finally {
    await world.stop();
  }
}

async function allIsWell(world: HealthWorld): Promise<number> {
  const { code, stdout, stderr } = await world.look();
  assert.equal(code, 0, `${stdout}${stderr}`);
  const lines = stdout.trimEnd().split('\n');
  const others = lines.filter((line) => !line.startsWith('ok '));
  assert.deepEqual(others, [
    'none  replication         no standby, and none expected (HEALTH_STANDBYS)',
  ]);
  const json = JSON.parse((await world.look({}, '--json', '--quick')).stdout);
  assert.equal(json.status, 'ok');
  assert.deepEqual(
    json.checks.map(({ check }: { check: string }) => check),
    lines.map((line) => line.slice(6, 6 + 60).split(/ {2,}/)[0]),
  );
  const misused = await world.look({}, '--what');
  assert.equal(misused.code, 64);
  return lines.length;
}

/** A name that stands for several replicas, as in Compose and in a Swarm. */
async function askEachAddress(world: HealthWorld): Promise<void> {
  const bin = await mkdtemp(join(tmpdir(), 'gatehouse-names-'));
  try {
    const lines = ['127.0.0.1 STREAM app', '127.0.0.1 DGRAM', '127.0.0.2 STREAM'];
    const getent = `#!/bin/sh\n[ "$*" = 'ahostsv4 app' ] && printf '%s\\n' ${lines.map((line) => `'${line}'`).join(' ')}\n`;
    await writeFile(join(bin, 'getent'), getent, { mode: 0o755 });
    const { PATH = '', HEALTH_REPLICAS = '' } = world.settings;
    const [own = ''] = HEALTH_REPLICAS.split(' ');
    const { stdout } = await world.look({
      PATH: `${bin}:${PATH}`,
      HEALTH_REPLICAS: own.replace('127.0.0.1', 'app'),
      GATEHOUSE: '',
    });
    const asked = [...stdout.matchAll(/^\w+ +replica (\S+)/gm)].map(([, url]) => url);
    assert.deepEqual(asked, [own, own.replace('127.0.0.1', '127.0.0.2')], stdout);
  } finally {
    await rm(bin, { recursive: true });
  }
}

async function notice(world: HealthWorld, fault: Fault): Promise<void> {
  const { settings, args = [], mend = async () => undefined } = await fault.make(world);
  try {
    // Starting gatehouse takes longer than all else together.
    const { code, stdout, stderr } = await world.look({ GATEHOUSE: '', ...settings }, ...args);
    assert.match(stdout, fault.line, `${fault.what}: ${stderr}`);
    assert.equal(code, fault.code, `${fault.what}: ${stdout}`);
  } finally {
    await mend();
  }
}

/** One that follows, and one that is stuck: it is told by what it lacks, for it says nothing new. */
async function withStandby(world: HealthWorld): Promise<string> {
  const standby = await world.database.postgres.startStandby();
  try {
    const settings = { GATEHOUSE: '', HEALTH_STANDBYS: '1', HEALTH_LAG_MIB_WARN: '2' };
    await pollUntil(
      async () => {
        const { stdout } = await world.look(settings);
        return /^ok {4}replication +1 standbys, the last one \d s and 0 MiB behind$/m.test(stdout);
      },
      { deadlineMs: DEADLINE_MS },
    );
    await standby.run(DATABASE, 'select pg_wal_replay_pause()');
    await world.database.query(
      `create table care_wal as select n, repeat('x', 1000) as filler from generate_series(1, 5000) n`,
    );
    const seen = /^warn {2}replication +(1 standbys, the last one \d+ s and [4-9] MiB behind)$/m;
    const line = await pollUntil(async () => seen.exec((await world.look(settings)).stdout)?.[1], {
      deadlineMs: DEADLINE_MS,
    });
    const itself = await world.look({
      ...settings,
      ...standby.variables(DATABASE, MONITOR),
      HEALTH_STANDBYS: '0',
    });
    assert.match(itself.stdout, /^warn {2}replication +a standby, \d+ s and \d MiB behind$/m);
    await world.database.query('drop table care_wal');
    return line;
  } finally {
    await standby.stop();
  }
}

/** Last, for it does not come back. */
async function withoutRedis(world: HealthWorld): Promise<void> {
  await world.stopRedis();
  const { code, stdout } = await world.look();
  assert.equal(code, 2);
  assert.match(stdout, /^FAIL {2}redis +Could not connect to Redis/m);
  assert.match(stdout, /^FAIL {2}replica \S+ +not ready \(503\): \w+ unavailable$/m);
}

const FAULTS: readonly Fault[] = [
  {
    what: 'a replica that is gone',
    line: /^FAIL {2}replica http:\/\/127\.0\.0\.1:\d+ +does not answer: /m,
    code: 2,
    make: async ({ settings }) => ({
      settings: {
        HEALTH_REPLICAS: `${settings.HEALTH_REPLICAS} http://127.0.0.1:${await freePort()}`,
      },
    }),
  },
  {
    what: 'an expired certificate',
    line: /^FAIL {2}certificate +expired on Feb {2}1 00:00:00 2020 GMT$/m,
    code: 2,
    make: async (world) => {
      world.showExpired(true);
      return { mend: async () => world.showExpired(false) };
    },
  },
  {
    what: 'an issuer at an address that is not its own',
    line: /^FAIL {2}discovery +https:\/\/127\.0\.0\.1:\d+ does not answer: .*421/m,
    code: 2,
    make: async ({ settings }) => ({
      settings: { HEALTH_ISSUER: (settings.HEALTH_ISSUER ?? '').replace('localhost', '127.0.0.1') },
    }),
  },
  {
    what: 'a database that is gone',
    line: /^FAIL {2}database +.*Connection refused/m,
    code: 2,
    make: async () => ({ settings: { PGPORT: String(await freePort()) } }),
  },
  {
    what: 'a role that may not look',
    line: /^FAIL {2}mail +ERROR: {2}permission denied for table mail_outbox$/m,
    code: 2,
    make: async ({ database }) => {
      await database.query('revoke select (next_attempt_at) on mail_outbox from gatehouse_monitor');
      return { mend: () => database.apply('monitor.sql') };
    },
  },
  {
    what: 'many connections',
    line: /^warn {2}connections +\d+ of 97 that there may be$/m,
    code: 1,
    make: async ({ database }) => {
      const connectionString = database.postgres.url(DATABASE);
      const clients = Array.from(
        { length: CONNECTIONS },
        () => new pg.Client({ connectionString }),
      );
      for (const client of clients) await client.connect();
      return { mend: () => Promise.all(clients.map((client) => client.end())) };
    },
  },
  {
    what: 'a standby that is expected',
    line: /^FAIL {2}replication +0 of 1 standbys$/m,
    code: 2,
    make: async () => ({ settings: { HEALTH_STANDBYS: '1' } }),
  },
  {
    what: 'a slot that nobody uses',
    line: /^warn {2}replication +1 slots that nobody uses/m,
    code: 1,
    make: async ({ database }) => {
      await database.query(`select pg_create_physical_replication_slot('forgotten', true)`);
      return { mend: () => database.query(`select pg_drop_replication_slot('forgotten')`) };
    },
  },
  {
    what: 'a migration that is pending',
    line: /^FAIL {2}migrations +1 pending:$/m,
    code: 2,
    make: async ({ database, settings: { GATEHOUSE = '' } }) => {
      const [last] = await database.query(
        `delete from knex_migrations where name = (select max(name) from knex_migrations)
         returning name, batch, migration_time`,
      );
      return {
        settings: { GATEHOUSE },
        mend: () =>
          database.query(
            'insert into knex_migrations (name, batch, migration_time) values ($1, $2, $3)',
            { values: [last?.name, last?.batch, last?.migration_time] },
          ),
      };
    },
  },
  {
    what: 'an older schema than the release has, without gatehouse at hand',
    line: /^FAIL {2}migrations +newest is \d{4}_\w+, the release has 9999_of_later$/m,
    code: 2,
    make: async () => ({ settings: { HEALTH_MIGRATION: '9999_of_later' } }),
  },
  {
    what: 'mail that nobody sends',
    line: /^FAIL {2}mail +1 due, the first for 7[2-9]\d\d s$/m,
    code: 2,
    make: (world) =>
      held(
        world,
        `insert into mail_outbox (tenant_id, id, kind, language, recipient, status, next_attempt_at,
                                  give_up_at, sealed_content, created_at, expires_at)
         select id, gen_random_uuid(), 'sign_in_code', 'en', 'x', 'queued', now() - interval '2 hours',
                now() + interval '1 day', 'sealed', now(), now() + interval '1 day'
           from tenants where slug = 'default'`,
        'mail_outbox',
      ),
  },
  {
    what: 'rows past their time',
    line: /^warn {2}retention +1200 rows past their time, most in tombstones$/m,
    code: 1,
    make: (world) =>
      held(
        world,
        `insert into tombstones (tenant_id, kind, key, ended_at, expires_at)
         select id, 'jti', 'n' || n, now(), now() - interval '1 hour'
           from tenants, generate_series(1, 1200) n where slug = 'default'`,
        'tombstones',
      ),
  },
  {
    what: 'a month of audit events that is not there',
    line: /^warn {2}audit +1 of this month and the next are missing/m,
    code: 1,
    make: async ({ database }) => {
      const now = new Date();
      const next = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1));
      await database.query(
        `drop table audit_events_${next.toISOString().slice(0, 7).replace('-', '_')}`,
      );
      return {
        mend: () => database.query('select ensure_audit_partition($1)', { values: [next] }),
      };
    },
  },
  {
    what: 'a Redis that evicts',
    line: /^FAIL {2}redis eviction +allkeys-lru: sessions in use are dropped$/m,
    code: 2,
    make: ({ redis }) => configure(redis, 'maxmemory-policy', 'allkeys-lru', 'noeviction'),
  },
  {
    what: 'a Redis that is full',
    line: /^FAIL {2}redis memory +\d+ % of /m,
    code: 2,
    make: ({ redis }) => configure(redis, 'maxmemory', '1mb', '64mb'),
  },
  {
    what: 'a Redis without a limit',
    line: /^warn {2}redis memory +.*, without a limit/m,
    code: 1,
    make: ({ redis }) => configure(redis, 'maxmemory', '0', '64mb'),
  },
  {
    what: 'a Redis that keeps nothing',
    line: /^warn {2}redis persistence +no append-only file/m,
    code: 1,
    make: ({ redis }) => configure(redis, 'appendonly', 'no', 'yes'),
  },
  {
    what: 'a Redis that wants a password',
    line: /^FAIL {2}redis +NOAUTH/m,
    code: 2,
    make: ({ redis }) => configure(redis, 'requirepass', 'another', ''),
  },
  {
    what: 'an authority for Redis that nobody has named',
    line: /^FAIL {2}redis +REDIS_CA is set, and empty/m,
    code: 2,
    make: async () => ({ settings: { REDIS_CA: '' } }),
  },
  {
    what: 'no backup',
    line: /^FAIL {2}backup +there is none in /m,
    code: 2,
    make: async () => ({ settings: { BACKUP_DIR: '/nowhere' } }),
  },
  {
    what: 'a backup of the day before yesterday',
    line: /^warn {2}backup +the newest is 48 hours old$/m,
    code: 1,
    make: async ({ manifest }) => {
      const then = new Date(Date.now() - (48 * 60 + 5) * 60_000);
      const at = then.toISOString().replaceAll(/[-:.]/g, '');
      return {
        settings: { BACKUP_VERIFY_KEY: undefined },
        mend: await changeFile(manifest, (text) => text.replace(/taken_at .*/, `taken_at ${at}`)),
      };
    },
  },
  {
    what: 'a damaged backup',
    line: /^FAIL {2}backup +\S+ is not what its manifest says$/m,
    code: 2,
    make: async ({ dump }) => ({ mend: await changeFile(dump, (text) => text.slice(0, -1)) }),
  },
  {
    what: 'a key for backups that nobody has named',
    line: /^FAIL {2}backup +error: BACKUP_VERIFY_KEY is set, and empty/m,
    code: 2,
    make: async () => ({ settings: { BACKUP_VERIFY_KEY: '' } }),
  },
  {
    what: 'a backup that somebody else has changed',
    line: /^FAIL {2}backup +error: \S+ is not signed by the key of BACKUP_VERIFY_KEY, or was changed$/m,
    code: 2,
    make: async ({ manifest }) => ({ mend: await changeFile(manifest, (text) => ` ${text}`) }),
  },
  {
    what: 'a full disk',
    line: /^FAIL {2}disk \S+ +\d+ % used$/m,
    code: 2,
    make: async () => ({ settings: { HEALTH_DISK_WARN: '0', HEALTH_DISK_FAIL: '0' } }),
  },
];

/** Rows that the running server passes over, for somebody has them in use. */
async function held(
  { database }: HealthWorld,
  insert: string,
  table: string,
): ReturnType<Fault['make']> {
  const client = new pg.Client({ connectionString: database.postgres.url(DATABASE) });
  await client.connect();
  await client.query(`begin; ${insert}; commit; begin; select from ${table} for update`);
  return {
    mend: async () => {
      await client.query(`delete from ${table}; commit`);
      await client.end();
    },
  };
}

async function configure(
  redis: HealthWorld['redis'],
  name: string,
  broken: string,
  mended: string,
): ReturnType<Fault['make']> {
  await redis.config('SET', name, broken);
  return { mend: () => redis.config('SET', name, mended) };
}
