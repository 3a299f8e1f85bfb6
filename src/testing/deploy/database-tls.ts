import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

const PGBOUNCER = '/usr/sbin/pgbouncer';
const START_DEADLINE_MS = 10_000;

/**
 * What containers have that this machine has not: names of others, and secrets under /run/secrets.
 * Only the process that is begun by it sees them.
 */
const AS_IN_A_CONTAINER = `
set -e
mount --bind "$HOME_OF_TRIAL/hosts" /etc/hosts
mount -t tmpfs none /run
cp -rp "$HOME_OF_TRIAL/mounted" /run/secrets
exec "$@"
`;

/** Production's way to the database: from the files of make-secrets.sh to PostgreSQL and pgbouncer. */
export const DATABASE_TLS: readonly Trial[] = [
  {
    artefact: 'postgres with TLS',
    how: 'the secrets of make-secrets.sh; migrate past pgbouncer, ask through it, back up; without TLS; another CA',
    covers: [
      'deploy/postgres/pg_hba.tls.conf',
      'deploy/compose/make-secrets.sh',
      'deploy/compose/compose.env.example',
    ],
    async run() {
      await ensurePrograms({ [PGBOUNCER]: 'pgbouncer', '/usr/bin/age': 'age' });
      const home = await mkdtemp(join(tmpdir(), 'gatehouse-tls-'));
      try {
        return await tryTls(home);
      } finally {
        await rm(home, { recursive: true, force: true });
      }
    },
  },
];

async function tryTls(home: string): Promise<string> {
  const secrets = join(home, 'secrets');
  const pooler = await freePort();
  await runProgram(join(ROOT, 'deploy/compose/make-secrets.sh'), ['files'], {
    env: { PATH: process.env.PATH, SECRETS: secrets, DATABASE_HOST: `pgbouncer:${pooler}` },
  });
  const read = (name: string) => readFile(join(secrets, name), 'utf8');
  const postgres = await initializePostgres({
    build: 'debian',
    hba: 'pg_hba.tls.conf',
    passwords: {
      migrator: (await read('migrator_password')).trim(),
      app: (await read('app_password')).trim(),
      monitor: (await read('monitor_password')).trim(),
    },
    flags: (at) => ({
      ssl: 'on',
      ssl_cert_file: join(at, 'tls_postgres.crt'),
      ssl_key_file: join(at, 'tls_postgres.key'),
    }),
    files: {
      'tls_postgres.crt': await read('tls_postgres.crt'),
      'tls_postgres.key': await read('tls_postgres.key'),
      'tls_ca.crt': await read('tls_ca.crt'),
      'other_ca.crt': await read('certificate.pem'),
    },
  });
  try {
    const seen = await tryConnections(postgres);
    await mountSecrets(home, secrets, postgres);
    await command(home, 'migrator_database_url', 'migrate');
    await throughPooler(home, pooler);
    await backUp(home);
    return `${seen} with verify-full, past pgbouncer and through it, and for a backup; not without, nor with another CA`;
  } finally {
    await postgres.stop();
  }
}

/** psql, whose idea of TLS is libpq's own. */
async function tryConnections(postgres: InitializedPostgres): Promise<string> {
  const { home, psql, password } = postgres;
  const connect = (settings: string, user = 'gatehouse_app') =>
    psql(
      [
        '-w',
        `host=postgres hostaddr=127.0.0.1 user=${user} dbname=${DATABASE} ${settings}`,
        ...['-A', '-t', '-c'],
        'select version from pg_stat_ssl where pid = pg_backend_pid()',
      ],
      { PGPASSWORD: password('app') },
    ).then(
      ({ stdout }) => stdout.trim(),
      (error: unknown) => String(error),
    );
  assert.match(await connect('sslmode=disable'), /no encryption/);
  const other = await connect(`sslmode=verify-full sslrootcert=${home}/other_ca.crt`);
  assert.match(other, /certificate verify failed/);
  const seen = await connect(`sslmode=verify-full sslrootcert=${home}/tls_ca.crt`);
  assert.match(seen, /^TLSv1\.[23]$/);
  const backup = 'gatehouse_backup';
  const verifier = await postgres.administer(
    `select rolpassword from pg_authid where rolname = 'gatehouse_app'`,
  );
  await postgres.administer(
    `create role ${backup} login password '${verifier}'; grant connect on database ${DATABASE} to ${backup}`,
  );
  assert.match(await connect('sslmode=disable', backup), /no encryption/);
  assert.equal(await connect(`sslmode=verify-full sslrootcert=${home}/tls_ca.crt`, backup), seen);
  return seen;
}

/** Under the names that docker-compose.prod.yml gives them; with the port of this PostgreSQL. */
async function mountSecrets(
  home: string,
  secrets: string,
  postgres: InitializedPostgres,
): Promise<void> {
  const mounted = join(home, 'mounted');
  await mkdir(mounted);
  const names = ['database_url', 'redis_url', 'key_encryption_keys', 'pgbouncer_app_password'];
  for (const name of names) await copyFile(join(secrets, name), join(mounted, name));
  await copyFile(join(secrets, 'tls_ca.crt'), join(mounted, 'database_ca'));
  await copyFile(join(secrets, 'tls_pgbouncer.crt'), join(mounted, 'pgbouncer_certificate'));
  await copyFile(join(secrets, 'tls_pgbouncer.key'), join(mounted, 'pgbouncer_key'));
  const migrator = await readFile(join(secrets, 'migrator_database_url'), 'utf8');
  const here = migrator.replace('@postgres:5432/', `@postgres:${postgres.port}/`);
  await writeFile(join(mounted, 'migrator_database_url'), here);
  await writeFile(join(mounted, 'postgres_port'), String(postgres.port));
  const service = await readFile(join(secrets, 'pg_service.conf'), 'utf8');
  await writeFile(join(mounted, 'pg_service'), `${service}port=${postgres.port}\n`);
  await runProgram('chown', ['-R', 'postgres', mounted]);
  await writeFile(join(home, 'hosts'), '127.0.0.1 localhost postgres pgbouncer\n', { mode: 0o644 });
}

function inside(home: string, words: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
  const shell = ['--mount', 'sh', '-c', AS_IN_A_CONTAINER, 'sh', ...words];
  return spawn('unshare', shell, {
    cwd: ROOT,
    env: { PATH: `/usr/sbin:${process.env.PATH ?? ''}`, HOME_OF_TRIAL: home, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** A command of `gatehouse`, in the environment of its container. */
async function command(home: string, url: string, ...words: string[]): Promise<void> {
  const child = inside(home, [process.execPath, 'src/cli/cli.ts', ...words], {
    NODE_ENV: 'production',
    PUBLIC_URL: 'https://login.example.com',
    DATABASE_URL_FILE: `/run/secrets/${url}`,
    REDIS_URL_FILE: '/run/secrets/redis_url',
    KEY_ENCRYPTION_KEYS_FILE: '/run/secrets/key_encryption_keys',
  });
  await ending(child, `gatehouse ${words.join(' ')}`);
}

/** What it printed until it ended, well. */
async function ending(child: ChildProcess, what: string): Promise<string> {
  let printed = '';
  for (const output of [child.stdout, child.stderr])
    output?.on('data', (chunk) => (printed += chunk));
  const [code] = await once(child, 'close');
  assert.equal(code, 0, `${what}: ${printed}`);
  return printed;
}

/** As `docker compose run --rm backup` does. */
async function backUp(home: string): Promise<void> {
  const identity = join(home, 'identity.txt');
  await runProgram('age-keygen', ['-o', identity]);
  const recipients = join(home, 'recipients.txt');
  await writeFile(recipients, (await runProgram('age-keygen', ['-y', identity])).stdout);
  const child = inside(home, ['bash', 'deploy/backup/backup.sh'], {
    PGSERVICEFILE: '/run/secrets/pg_service',
    PGSERVICE: 'gatehouse',
    BACKUP_DIR: join(home, 'backups'),
    BACKUP_RECIPIENTS: recipients,
  });
  assert.match(await ending(child, 'backup.sh'), /\/gatehouse-\w+\.dump\.age$/m);
}

/** As gatehouse_app, encrypted on both sides of pgbouncer. */
async function throughPooler(home: string, port: number): Promise<void> {
  const configuration = join(home, 'pgbouncer');
  await cp(join(ROOT, 'deploy/pgbouncer'), configuration, { recursive: true });
  await runProgram('chmod', ['755', home]);
  const start = ['setpriv', ...BECOME, '--', 'sh', join(configuration, 'start.sh')];
  const child = inside(home, start, {
    APP_PASSWORD_FILE: '/run/secrets/pgbouncer_app_password',
    POSTGRES_PORT: await readFile(join(home, 'mounted/postgres_port'), 'utf8'),
    POSTGRES_CA_FILE: '/run/secrets/database_ca',
    CLIENT_TLS_CERT_FILE: '/run/secrets/pgbouncer_certificate',
    CLIENT_TLS_KEY_FILE: '/run/secrets/pgbouncer_key',
    PGBOUNCER_PORT: String(port),
    PGBOUNCER_RUN_DIRECTORY: `/tmp/gatehouse-pgbouncer-${process.pid}`,
  });
  let printed = '';
  child.stderr?.on('data', (chunk) => (printed += chunk));
  const ended = once(child, 'close');
  try {
    const plain = await pollUntil(
      async () => {
        if (child.exitCode !== null) return printed;
        const url = `postgres://gatehouse_app:x@127.0.0.1:${port}/${DATABASE}`;
        const said = await ask(url, 'select 1').catch(String);
        return /ECONNREFUSED/.test(String(said)) ? undefined : String(said);
      },
      { deadlineMs: START_DEADLINE_MS },
    );
    assert.match(plain, /SSL required/);
    await command(home, 'database_url', 'migrate', '--status');
  } finally {
    child.kill('SIGINT');
    await ended;
    await rm(`/tmp/gatehouse-pgbouncer-${process.pid}`, { recursive: true, force: true });
  }
}
