import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { createTestCli } from '../cli.ts';
import { SERVED_URL_VARIABLE, TEMPLATE_URL_VARIABLE } from '../database.ts';
import { ensurePrograms } from '../debian-programs.ts';
import { freePort } from '../free-port.ts';
import { pollUntil } from '../poll.ts';
import {
  ask,
  BECOME,
  DATABASE,
  type InitializedPostgres,
  initializePostgres,
} from './initialized-postgres.ts';
import { ROOT, runProgram, type Trial } from './trial.ts';

const PROGRAM = '/usr/sbin/pgbouncer';
const START_DEADLINE_MS = 10_000;
/** At once, of which pgbouncer.ini lets 60 come through to PostgreSQL. */
const CLIENTS = 150;

/**
 * Flows that between them use every store, and above all what a pooler could break: transactions and
 * what is set in them, locks that they hold, replicas that hear of each other's changes, upkeep that one
 * replica does. The others pass as well when they are named here, in ten minutes of processor for all, but
 * for `nothing-at-rest`, which makes a table of its own: gatehouse_app may not.
 */
const FLOWS = [
  'account-connected',
  'account-deletion',
  'account-end',
  'account-ends-midway',
  'account-methods',
  'account-passkeys',
  'account-second-steps',
  'authorization-code',
  'back-channel-logout',
  'changes-everywhere',
  'code-redemption',
  'consent',
  'ended-in-flight',
  'key-rotation',
  'logs-and-audit',
  'mail',
  'passkey-sign-in',
  'pruned-client',
  'refresh-token',
  'registration',
  'second-factor',
  'signing-key-order',
  'tenant-move',
  'tenant-sign-out',
  'upstream-answers',
  'upstream-sign-in',
].map((name) => `src/testing/flows/${name}.test.ts`);

/** So that the tests' own connections, as the superuser, get in beside those through pgbouncer. */
const HBA = 'local all all trust\nhost all gatehouse_app 127.0.0.1/32 scram-sha-256\n';

/** `deploy/pgbouncer`: in front of PostgreSQL, with servers behind it as the application's role. */
export const PGBOUNCER: readonly Trial[] = [
  {
    artefact: 'pgbouncer',
    how: `begun by start.sh; the ${FLOWS.length} flow tests of transactions, locks and notifications through it, as gatehouse_app`,
    covers: ['deploy/pgbouncer'],
    async run() {
      await ensurePrograms({ [PROGRAM]: 'pgbouncer' });
      const postgres = await initializePostgres({
        build: 'debian',
        hba: 'trial.conf',
        files: { 'trial.conf': HBA },
        flags: () => ({ fsync: 'off', synchronous_commit: 'off', autovacuum: 'off' }),
      });
      try {
        return await tryBehind(postgres);
      } finally {
        await postgres.stop();
      }
    },
  },
];

async function tryBehind(postgres: InitializedPostgres): Promise<string> {
  const socket = `host=${postgres.home}&port=${postgres.port}`;
  const databaseUrl = `postgres://gatehouse_migrator@localhost/${DATABASE}?${socket}`;
  const { code, stderr } = await createTestCli({ databaseUrl }).run('migrate');
  if (code !== 0) throw new Error(stderr);
  // A copy, to which pgbouncer keeps no connection: others could not be made from it.
  await postgres.administer(`create database flows template ${DATABASE}`, 'postgres');

  const port = await freePort();
  const served = new URL(postgres.url('app', ''));
  served.port = String(port);
  const pooler = await startPooler(postgres, port, `${served.href}postgres`);
  try {
    const pooled = await tryPool(served.href);
    const env = {
      ...process.env,
      [TEMPLATE_URL_VARIABLE]: `postgres://postgres@localhost/flows?${socket}`,
      [SERVED_URL_VARIABLE]: served.href,
    };
    const options = ['--test-reporter=tap', '--test-concurrency=2', '--test-force-exit'];
    const { stdout } = await runProgram(process.execPath, ['--test', ...options, ...FLOWS], {
      env,
    });
    const count = (what: string) => new RegExp(`^# ${what} (\\d+)$`, 'm').exec(stdout)?.[1] ?? '0';
    if (Number(count('pass')) === 0 || count('skipped') !== '0')
      throw new Error(stdout.slice(-2000));
    return `${count('pass')} tests of ${FLOWS.length} flows passed; ${pooled}`;
  } finally {
    await pooler.stop();
  }
}

async function startPooler(
  postgres: InitializedPostgres,
  port: number,
  url: string,
): Promise<{ stop(): Promise<void> }> {
  const { home } = postgres;
  await cp(join(ROOT, 'deploy/pgbouncer'), join(home, 'pgbouncer-configuration'), {
    recursive: true,
  });
  const script = join(home, 'pgbouncer-configuration/start.sh');
  const child = spawn('setpriv', [...BECOME, '--pdeathsig', 'INT', '--', 'sh', script], {
    cwd: '/',
    env: {
      PATH: `/usr/sbin:${process.env.PATH ?? ''}`,
      APP_PASSWORD_FILE: join(home, 'secrets/app'),
      POSTGRES_HOST: '127.0.0.1',
      POSTGRES_PORT: String(postgres.port),
      // Each test file has a database of its own.
      POSTGRES_DB: '*',
      PGBOUNCER_PORT: String(port),
      PGBOUNCER_RUN_DIRECTORY: join(home, 'pgbouncer'),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let printed = '';
  child.stderr.on('data', (chunk) => (printed += chunk));
  const ended = once(child, 'close');
  const answers = async () => {
    if (child.exitCode !== null) return printed;
    // There is no such right here; that PostgreSQL says so is the answer.
    return ask(url, 'select 1').then(
      () => 'there',
      (error: unknown) => (/permission denied/.test(String(error)) ? 'there' : undefined),
    );
  };
  const state = await pollUntil(answers, { deadlineMs: START_DEADLINE_MS });
  if (state !== 'there') throw new Error(`pgbouncer did not start: ${state}`);
  return {
    async stop() {
      child.kill('SIGINT');
      await ended;
    },
  };
}

/** Many clients, few connections, and the limits that the role has because clients cannot set them. */
async function tryPool(served: string): Promise<string> {
  const url = `${served}${DATABASE}`;
  const wrong = new URL(url);
  wrong.password = 'wrong';
  const refused = await ask(wrong.href, 'select 1').then(
    () => false,
    () => true,
  );
  if (!refused) throw new Error('pgbouncer let a wrong password in');
  const [limit] = await ask(url, 'show statement_timeout');
  if (limit?.statement_timeout !== '10s')
    throw new Error(`statement_timeout: ${JSON.stringify(limit)}`);
  const backends = await backendsOf(url);
  if (backends > 60) throw new Error(`${CLIENTS} clients took ${backends} connections`);
  return `${CLIENTS} clients that stay went through ${backends} connections`;
}

/** How many connections to PostgreSQL clients take that all stay, as those of a replica's pool do. */
async function backendsOf(connectionString: string): Promise<number> {
  const clients = Array.from({ length: CLIENTS }, () => new pg.Client({ connectionString }));
  try {
    const pids = await Promise.all(
      clients.map(async (client) => {
        client.on('error', () => undefined);
        await client.connect();
        const { rows } = await client.query('select pg_backend_pid() as pid');
        return rows[0]?.pid;
      }),
    );
    return new Set(pids).size;
  } finally {
    await Promise.all(clients.map((client) => client.end().catch(() => undefined)));
  }
}
