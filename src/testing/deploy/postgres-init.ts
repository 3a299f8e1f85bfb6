import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createDatabase } from '../../storage/postgres/database.ts';
import { createRetention, type Retention } from '../../storage/postgres/retention.ts';
import { createTestCli, type TestCli } from '../cli.ts';
import { freePort } from '../free-port.ts';
import { ALICE, DEMO_SEED } from '../gatehouse.ts';
import { createPlainBrowser } from '../plain-browser.ts';
import { startTestRedis } from '../redis.ts';
import { createRelyingParty, signIn } from '../relying-party.ts';
import { startServerProcess } from '../server-process.ts';
import {
  ask,
  asPostgres,
  type Build,
  DATABASE,
  type InitializedPostgres,
  initializePostgres,
} from './initialized-postgres.ts';
import { ROOT, type Trial } from './trial.ts';

/** What the role of the server must not do, though a replica were somebody else's. */
const REFUSED: readonly string[] = [
  'create table mine (id int)',
  'create temporary table audit_events (id int)',
  'create schema mine',
  'create function mine() returns int language sql as $$ select 1 $$',
  'create extension pgcrypto',
  'create role mine',
  'create database mine',
  'select lo_create(0)',
  'drop table accounts',
  'drop function artifact_sweep',
  'drop schema public cascade',
  'alter table accounts add column mine int',
  'alter table audit_events disable trigger all',
  'alter role gatehouse_app superuser',
  "alter system set log_statement = 'all'",
  'truncate accounts',
  'create trigger mine before insert on accounts for each row execute function refuse_audit_change()',
  'create index mine on accounts (id)',
  'comment on table accounts is null',
  'set role gatehouse_owner',
  'set role postgres',
  "set session_replication_role = 'replica'",
  "insert into knex_migrations (name) values ('0000_mine')",
  'update knex_migrations set name = name',
  'delete from knex_migrations',
  "insert into migration_needs values ('0000_mine', null)",
  'delete from migration_needs',
  // So that it cannot say which months of the audit log are old enough to go.
  "create or replace function audit_clock() returns timestamptz language sql as $$ select 'infinity'::timestamptz $$",
  'drop function audit_clock()',
  "select ensure_audit_partition('1970-01-01')",
  "select ensure_audit_partition(now() + interval '3 years')",
  'select * from pg_authid',
  'select * from pg_stat_statements',
  "select pg_read_file('/etc/passwd')",
  "copy accounts to program 'cat'",
  "copy accounts to '/tmp/accounts'",
];

/** What it reads and changes all day, besides the sign-in below. */
const ALLOWED: readonly string[] = [
  'select name from knex_migrations',
  'select ensure_audit_partition(now())',
  'select artifact_sweep(now(), 10)',
];

/** What operators do, besides migrating, they do as the server's role. */
const OPERATED: readonly (readonly string[])[] = [
  ['tenant', 'list'],
  ['keys', 'list'],
  ['keys', 'rotate'],
  ['keys', 'reseal'],
  ['audit', 'list'],
  ['seed', 'export', '--tenant', 'default'],
  ['tenant', 'sign-out', 'default', '--yes'],
];

/** `deploy/postgres`: applied as the image does it, then used as each role. */
export const POSTGRES_INIT: readonly Trial[] = [
  trialOf('debian', 'PostgreSQL 15 of Debian (16 is not in it)'),
  trialOf('embedded', 'PostgreSQL 18'),
];

function trialOf(build: Build, what: string): Trial {
  return {
    artefact: `postgres roles, ${build}`,
    how: `${what} made as the image makes it; migrate, serve, sign in and clean up as their roles`,
    covers: [
      'deploy/compose/seeds',
      'deploy/postgres/init',
      'deploy/postgres/postgresql.conf',
      'deploy/postgres/pg_hba.conf',
    ],
    async run() {
      // As Compose mounts the scripts, and as a Swarm and Kubernetes do.
      const postgres = await initializePostgres({ build, notExecutable: build === 'embedded' });
      try {
        return await tryRoles(postgres);
      } finally {
        await postgres.stop();
      }
    },
  };
}

async function tryRoles(postgres: InitializedPostgres): Promise<string> {
  await refuseKnownPasswords(postgres);
  const migrator = createTestCli({ databaseUrl: postgres.url('migrator') });
  await operate(migrator, 'migrate');
  const strangers = await postgres.administer(
    `select string_agg(c.relname, ', ') from pg_class c join pg_roles r on r.oid = c.relowner
      where c.relnamespace = 'public'::regnamespace and r.rolname <> 'gatehouse_owner'
        and c.relname not like 'pg_stat%'`,
  );
  if (strangers !== '') throw new Error(`these are not the owner's: ${strangers}`);

  const refused = await tryStatements(postgres);
  for (const database of ['postgres', 'template1']) {
    await mustFail(postgres.url('app', database), 'select 1');
    await mustFail(postgres.url('monitor', database), 'select 1');
  }
  await mustFail(postgres.url('monitor'), 'select * from accounts');
  await ask(postgres.url('monitor'), 'select count(*) from pg_stat_activity');
  await ask(postgres.url('monitor'), 'select count(*) from pg_stat_statements');
  // What looks after databases takes this one as it is.
  const care = (file: string) => readFile(join(ROOT, 'deploy/database', file), 'utf8');
  await postgres.administer(await care('monitor.sql'));
  await ask(postgres.url('monitor'), await care('queries/slow-statements.sql'));

  const served = await serveAsApp(postgres);
  const audit = await tryAuditLog(postgres);
  const removed = await cleanUpAsApp(postgres);
  await searchLogs(postgres);
  return `${postgres.version}: ${refused + audit} statements refused to gatehouse_app, ${served}, ${removed}`;
}

/** Development's passwords are refused, unless an environment is said to be for development. */
async function refuseKnownPasswords(postgres: InitializedPostgres): Promise<void> {
  const env = {
    POSTGRES_USER: 'postgres',
    POSTGRES_DB: DATABASE,
    MIGRATOR_PASSWORD: 'development-only-migrator',
    APP_PASSWORD: 'development-only-app',
    MONITOR_PASSWORD: 'development-only-monitor',
  };
  const script = join(postgres.home, 'init/10-roles.sh');
  const said = await asPostgres('bash', [script], env).then(
    () => 'nothing',
    (error: unknown) => String(error),
  );
  if (!said.includes('MIGRATOR_PASSWORD is a known password')) {
    throw new Error(`a known password was not refused: ${said}`);
  }
}

async function tryStatements(postgres: InitializedPostgres): Promise<number> {
  const url = postgres.url('app');
  for (const statement of REFUSED) await mustFail(url, statement);
  for (const statement of ALLOWED) await ask(url, statement);
  return REFUSED.length;
}

/** What is in the audit log stays as it is, in the partition that holds it, too. */
async function tryAuditLog(postgres: InitializedPostgres): Promise<number> {
  const partition = await postgres.administer(
    'select distinct tableoid::regclass from audit_events',
  );
  const statements = ['audit_events', partition].flatMap((table) => [
    `update ${table} set kind = 'nothing'`,
    `delete from ${table}`,
    `truncate ${table}`,
    `drop table ${table}`,
    `alter table ${table} disable trigger all`,
  ]);
  for (const statement of statements) await mustFail(postgres.url('app'), statement);
  return statements.length;
}

async function mustFail(url: string, statement: string): Promise<void> {
  const done = await ask(url, statement).then(
    () => true,
    (error: unknown) => {
      // Refused for what it is, not for a slip in the statement.
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      const reasons = ['42501', '28000', '28P01', '42P01', 'P0001', '55000', '22008'];
      if (!reasons.includes(code)) throw new Error(`${statement}: ${String(error)} (${code})`);
      return false;
    },
  );
  if (done) throw new Error(`this was not refused: ${statement}`);
}

async function operate(cli: TestCli, ...command: string[]): Promise<void> {
  const { code, stderr } = await cli.run(...command);
  if (code !== 0) throw new Error(`${command.join(' ')}: ${stderr}`);
}

/** A server process, in production's mode, whose only way to the database is that role. */
async function serveAsApp(postgres: InitializedPostgres): Promise<string> {
  const redis = await startTestRedis();
  try {
    const port = String(await freePort());
    const cli = createTestCli({
      databaseUrl: postgres.url('app'),
      redisUrl: redis.url,
      environment: {
        NODE_ENV: 'production',
        PORT: port,
        PUBLIC_URL: `http://localhost:${port}`,
        SHUTDOWN_DELAY_SECONDS: '0',
      },
    });
    await operate(cli, 'seed', 'apply', join(ROOT, 'deploy/compose/seeds/default.yaml'));
    await operate(cli, 'seed', 'apply', DEMO_SEED);
    const { code, stdout } = await cli.run('migrate', '--status');
    if (code !== 0) throw new Error(`migrate --status as gatehouse_app: ${stdout}`);
    const server = await startServerProcess({ env: { ...cli.environment } });
    try {
      await server.untilReady();
      const redirectUri = 'http://localhost:8080/callback';
      const party = await createRelyingParty({
        issuer: server.issuer,
        clientId: 'notes-web',
        secret: 'demo-secret-of-notes-web-not-for-production',
        redirectUri,
      });
      const browser = createPlainBrowser({ stopAt: (url) => url.startsWith(redirectUri) });
      const tokens = await signIn(browser, party, ALICE);
      await party.refresh(tokens.refresh_token ?? '');
      const as = await postgres.administer(
        "select string_agg(distinct usename, ', ') from pg_stat_activity where application_name = 'gatehouse'",
      );
      if (as !== 'gatehouse_app') throw new Error(`the server is ${as}`);
      const lines = server
        .output()
        .split('\n')
        .filter((line) => /"level":"(error|warn)"/.test(line));
      if (lines.length > 0) throw new Error(lines.join('\n'));
      for (const command of OPERATED) await operate(cli, ...command);
    } finally {
      server.child.kill('SIGTERM');
      await server.ended();
    }
    return 'signed in as served by it';
  } finally {
    await redis.stop();
  }
}

/**
 * Retention, which drops and makes partitions of audit events through functions of the owner's; and that
 * nobody drops by them what it would keep.
 */
async function cleanUpAsApp(postgres: InitializedPostgres): Promise<string> {
  await dropYoungMonths(postgres);
  await ask(postgres.url('app'), "select ensure_audit_partition('2020-01-15')");
  const db = createDatabase({
    url: postgres.url('app'),
    poolMax: 3,
    acquireTimeoutMs: 5_000,
    statementTimeoutMs: 10_000,
  });
  try {
    const artifacts = { sweep: async () => 0, countExpired: async () => 0 };
    const retention: Retention = createRetention(db, { now: () => new Date(), artifacts });
    const run = await retention.runOnce();
    if (run.outcome !== 'ran' || run.removed.audit_events !== 1) {
      throw new Error(`retention as gatehouse_app: ${JSON.stringify(run)}`);
    }
    return 'dropped an old month of audit events by retention, and no young one';
  } finally {
    await db.destroy();
  }
}

/** This month's events, which there are by now, and a month that has not ended 400 days ago. */
async function dropYoungMonths(postgres: InitializedPostgres): Promise<void> {
  const url = postgres.url('app');
  await ask(url, "select ensure_audit_partition(now() - interval '399 days')");
  const count = () => ask(url, 'select count(*)::int as events from audit_events');
  const before = await count();
  const [row] = await ask(url, "select drop_audit_partitions('infinity') as dropped");
  const [{ events } = { events: 0 }] = await count();
  if (row?.dropped !== 0 || events === 0 || events !== before[0]?.events) {
    throw new Error(`gatehouse_app dropped ${row?.dropped} months of audit events that were young`);
  }
}

/** No password in a log, nor in the statistics of statements. */
async function searchLogs(postgres: InitializedPostgres): Promise<void> {
  const statements = await postgres.administer('select query from extensions.pg_stat_statements');
  const log = await postgres.log();
  for (const role of ['migrator', 'app', 'monitor'] as const) {
    const password = postgres.password(role);
    if (log.includes(password)) throw new Error(`the password of ${role} is in the log`);
    if (statements.includes(password)) {
      throw new Error(`the password of ${role} is in pg_stat_statements`);
    }
  }
}
