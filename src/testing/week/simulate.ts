/**
 * Weeks of traffic in minutes: the whole server over a real PostgreSQL and Redis, with a clock that
 * is moved on between visits. Time also passes for Redis, and retention runs as maintenance has it.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mock } from 'node:test';
import { Redis } from 'ioredis';
import { stringify } from 'yaml';
import type { Backends } from '../../compose-backends.ts';
import { DEFAULT_ENDPOINT_LIMITS } from '../../http/endpoint-limiter.ts';
import { createPostgresArtifactStore } from '../../storage/postgres/artifact-store.ts';
import { query } from '../../storage/postgres/query.ts';
import { createRetention } from '../../storage/postgres/retention.ts';
import { setAuditClock } from '../audit-clock.ts';
import { createTestCli } from '../cli.ts';
import { startDeployment, type TestDeployment } from '../gatehouse.ts';
import {
  createVisitWorld,
  PASSWORD,
  REDIRECT_URI,
  SECRET,
  VISITS,
  type VisitWorld,
} from './visits.ts';

const DAY_SECONDS = 24 * 60 * 60;
const DAY_MS = 1000 * DAY_SECONDS;
const PEOPLE = 10;
/** Runs of retention in a day; maintenance has one a minute. */
const RUNS_A_DAY = 4;

/** What there is at the end of a day. */
export interface Day {
  readonly day: number;
  readonly rows: Readonly<Record<string, number>>;
  readonly bytes: Readonly<Record<string, number>>;
  readonly redisKeys: number;
  readonly redisBytes: number;
  /** Rows past their time, over all rules. */
  readonly backlog: number;
}

export interface Simulation {
  readonly deployment: TestDeployment;
  /** Lives a day: its visits, spread over it, and retention in between. */
  live(day: number, kinds: readonly string[]): Promise<void>;
  look(day: number): Promise<Day>;
  /** What retention has removed so far, by rule. */
  readonly removed: Readonly<Partial<Record<string, number>>>;
  /** Moves the clock on, with nobody there. */
  pass(days: number): Promise<void>;
  retain(): Promise<void>;
  /** Keys in Redis that would have been there for ever, at any moment. */
  readonly endless: ReadonlySet<string>;
  /** Kinds of keys that there were in Redis. */
  readonly redisKinds: ReadonlySet<string>;
  stop(): Promise<void>;
}

/** @param options.withoutArtifacts - the rule of artifacts is off: to see that it is missed */
export async function startSimulation(
  options: { withoutArtifacts?: boolean } = {},
): Promise<Simulation> {
  mock.timers.enable({ apis: ['Date'], now: Date.now() });
  const directory = await mkdtemp(join(tmpdir(), 'gatehouse-week-'));
  const seed = join(directory, 'seed.yaml');
  await writeFile(seed, stringify(SEED), { mode: 0o600 });
  const deployment = await startDeployment({
    store: 'redis',
    mail: true,
    seed,
    endpointLimits: DEFAULT_ENDPOINT_LIMITS,
    withBackends: (backends) =>
      options.withoutArtifacts === true ? withoutArtifacts(backends) : backends,
  });
  const { backends, environment } = deployment;
  const redis = new Redis(deployment.redis?.url ?? '');
  const databaseUrl = deployment.databaseUrl;
  const world = await createVisitWorld(deployment, createTestCli({ databaseUrl, environment }));

  const redisKinds = new Set<string>();
  const endless = new Set<string>();
  const passMs = async (ms: number) => {
    mock.timers.setTime(Date.now() + ms);
    // Redis has a clock of its own, so what is left of each key's time is shortened instead.
    for (const [key, left] of (await redis.eval(PASS_TIME, 0, ms)) as [string, number][]) {
      redisKinds.add(kindOf(key));
      if (left === -1) endless.add(key);
    }
  };
  const removed: Partial<Record<string, number>> = {};
  const retain = async () => {
    await setAuditClock(backends.db, new Date());
    const listed = await backends.volatileArtifacts?.sweep(10_000);
    removed.redis_lists = (removed.redis_lists ?? 0) + (listed ?? 0);
    for (;;) {
      const turn = await backends.retention.runOnce();
      if (turn.outcome === 'skipped') continue;
      for (const [rule, rows] of Object.entries(turn.removed)) {
        removed[rule] = (removed[rule] ?? 0) + rows;
      }
      return;
    }
  };
  return {
    deployment,
    async live(day, kinds) {
      for (let at = 0; at < RUNS_A_DAY; at += 1) {
        const due = kinds.filter((_, index) => index % RUNS_A_DAY === at);
        for (const [index, kind] of due.entries()) {
          await visit(world, kind, day * kinds.length + index);
          await passMs(DAY_MS / RUNS_A_DAY / (due.length + 1));
        }
        await passMs(DAY_MS / RUNS_A_DAY / (due.length + 1));
        await retain();
      }
    },
    removed,
    async look(day) {
      await backends.audit.flush();
      return lookAt(backends, redis, day);
    },
    async pass(days) {
      await passMs(days * DAY_MS);
    },
    retain,
    endless,
    redisKinds,
    async stop() {
      redis.disconnect();
      await deployment.stop();
      mock.timers.reset();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const PASS_TIME = `
local seen = {}
for _, key in ipairs(redis.call('KEYS', '*')) do
  local left = redis.call('PTTL', key)
  seen[#seen + 1] = { key, left }
  if left >= 0 then
    if left <= tonumber(ARGV[1]) then redis.call('UNLINK', key)
    else redis.call('PEXPIRE', key, string.format('%.0f', left - tonumber(ARGV[1]))) end
  end
end
return seen`;

/** What a key is of: without the prefix, the tenant, and what follows the kind of record or list. */
function kindOf(key: string): string {
  const bare = key.replace(/^\{?gatehouse:(?:[0-9a-f-]{36}\})?:?/, '');
  return /^(?:a:\w+|x:l:\w+|[xt]:\w+|[\w-]+)/.exec(bare)?.[0] ?? key;
}

const SEED = {
  version: 1,
  tenants: [
    {
      slug: 'default',
      name: 'Week',
      settings: {
        registration: 'invite',
        emailCode: true,
        // Nothing is kept for longer than mail, which is kept for 30 days.
        lifetimes: {
          sessionIdleSeconds: 5 * DAY_SECONDS,
          sessionAbsoluteSeconds: 10 * DAY_SECONDS,
          refreshTokenIdleSeconds: 10 * DAY_SECONDS,
          refreshTokenAbsoluteSeconds: 20 * DAY_SECONDS,
        },
      },
      applications: [
        {
          key: 'shop',
          name: 'Shop',
          clients: [
            {
              client_id: 'shop',
              client_secret: { value: SECRET },
              redirect_uris: [REDIRECT_URI],
              grant_types: ['authorization_code', 'refresh_token'],
              // Nobody is there: it is told again and again, and then given up.
              backchannel_logout_uri: 'http://127.0.0.1:9/logout',
            },
            {
              client_id: 'robot',
              client_secret: { value: SECRET },
              redirect_uris: [],
              response_types: [],
              grant_types: ['client_credentials'],
            },
            {
              // Its secret is replaced all the time, and nobody uses it.
              client_id: 'rotor',
              client_secret: { value: SECRET },
              redirect_uris: [],
              response_types: [],
              grant_types: ['client_credentials'],
            },
          ],
        },
      ],
      accounts: Array.from({ length: PEOPLE }, (_, index) => ({
        username: `person-${index}`,
        email: `person-${index}@people.example`,
        emailVerified: true,
        password: { value: PASSWORD },
      })),
    },
  ],
};

async function visit(world: VisitWorld, kind: string, count: number): Promise<void> {
  const act = VISITS[kind];
  if (act === undefined) throw new Error(`no such visit: ${kind}`);
  // Whoever comes back every day is somebody whom nobody else is.
  const index = kind === 'comes back every day' ? 0 : 1 + (count % (PEOPLE - 1));
  const person = { identifier: `person-${index}`, password: PASSWORD };
  try {
    await act(world, person, count);
  } catch (error) {
    throw new Error(`somebody who ${kind}: ${error}`, { cause: error });
  }
}

async function lookAt(backends: Backends, redis: Redis, day: number): Promise<Day> {
  const { db } = backends;
  // As autovacuum has it all day long; tests' servers have it off.
  await db.raw('vacuum');
  const tables = await query<{ name: string; bytes: string }>(
    db,
    `select c.relname as name,
            pg_total_relation_size(c.oid) + coalesce(
              (select sum(pg_total_relation_size(i.inhrelid)) from pg_inherits i
                where i.inhparent = c.oid and c.relkind = 'p'), 0) as bytes
       from pg_class c
      where c.relnamespace = current_schema()::regnamespace
        and c.relkind in ('r', 'p') and not c.relispartition order by 1`,
  );
  const rows: Record<string, number> = {};
  for (const { name } of tables) {
    const [row] = await query<{ count: string }>(db, `select count(*) from ${name}`);
    rows[name] = Number(row?.count);
  }
  const memory = /used_memory_dataset:(\d+)/.exec(await redis.info('memory'))?.[1];
  return {
    day,
    rows,
    bytes: Object.fromEntries(tables.map(({ name, bytes }) => [name, Number(bytes)])),
    redisKeys: await redis.dbsize(),
    redisBytes: Number(memory),
    backlog: Object.values(await backends.retention.backlog()).reduce((sum, n) => sum + n, 0),
  };
}

function withoutArtifacts(backends: Backends): Backends {
  const now = () => new Date();
  const { countExpired } = createPostgresArtifactStore(backends.db, { now });
  const artifacts = { sweep: async () => 0, countExpired };
  return { ...backends, retention: createRetention(backends.db, { now, artifacts }) };
}
