/**
 * PostgreSQL as the official image makes it from `deploy/postgres`: its entrypoint runs `initdb`,
 * starts a server on its socket alone, runs the files of `init` in the order of their names as the
 * superuser, and stops that server; then the server itself starts, with the same arguments.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chmod,
  cp,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { findBinaries } from '../../embedded/binaries.ts';
import { ensurePrograms } from '../debian-programs.ts';
import { freePort } from '../free-port.ts';
import { pollUntil } from '../poll.ts';
import { NotToBeHad, type Ran, ROOT, runProgram } from './trial.ts';

/** Who runs it, in the image and here: `peer` in pg_hba.conf knows the superuser by this name. */
const USER = 'postgres';
/** Of Debian 12: its programs, such as psql, serve both builds. */
const DEBIAN_BIN = '/usr/lib/postgresql/15/bin';
const START_DEADLINE_MS = 30_000;

export const DATABASE = 'gatehouse';
type Role = 'migrator' | 'app' | 'monitor';

/** Which PostgreSQL: Debian's 15 or the embedded 18. Debian 12 has no 16. */
export type Build = 'debian' | 'embedded';

export interface InitializedPostgres {
  /** Such as `15.18`. */
  readonly version: string;
  readonly port: number;
  readonly home: string;
  password(role: Role): string;
  /** As DATABASE_URL. */
  url(role: Role, database?: string): string;
  /** Runs statements as the superuser, through the socket. */
  administer(statements: string, database?: string): Promise<string>;
  /** Runs psql as `postgres`, with these variables besides. */
  psql(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ran>;
  /** What the server has logged, while it was made and since. */
  log(): Promise<string>;
  stop(): Promise<void>;
}

/** Rows of one statement, as a role. */
export async function ask(
  connectionString: string,
  statement: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

/**
 * @param options.hba - in the place of `deploy/postgres/pg_hba.conf`
 * @param options.flags - more of the server's settings, as docker-compose*.yml gives them
 * @param options.passwords - of the roles; default: at random
 * @param options.notExecutable - scripts are mounted as orchestrators mount what is configuration
 * @param options.files - put into the directory where it runs, such as certificates
 * @throws NotToBeHad where this user cannot become `postgres`
 */
export async function initializePostgres(options: {
  build: Build;
  hba?: string;
  flags?: (home: string) => Readonly<Record<string, string>>;
  files?: Readonly<Record<string, Buffer | string>>;
  passwords?: Readonly<Record<Role, string>>;
  notExecutable?: boolean;
}): Promise<InitializedPostgres> {
  if (process.getuid?.() !== 0) {
    throw new NotToBeHad(`PostgreSQL as the user ${USER}, whom only root may become`);
  }
  await ensurePrograms({
    [`${DEBIAN_BIN}/postgres`]: 'postgresql-15',
    [`${DEBIAN_BIN}/psql`]: 'postgresql-client-15',
  });
  const home = await mkdtemp(join(tmpdir(), 'gatehouse-init-'));
  const closers: (() => Promise<unknown>)[] = [() => rm(home, { recursive: true, force: true })];
  const stop = async () => {
    for (const close of closers.splice(0).toReversed()) await close();
  };
  try {
    return { ...(await build(home, options, closers)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function build(
  home: string,
  options: Parameters<typeof initializePostgres>[0],
  closers: (() => Promise<unknown>)[],
): Promise<Omit<InitializedPostgres, 'stop'>> {
  const bin = await binDirectory(options.build);
  const data = join(home, 'data');
  const { secrets, passwords } = await writeFiles(home, options);
  const port = await freePort();
  const settings: Record<string, string> = {
    config_file: join(home, 'postgresql.conf'),
    hba_file: join(home, options.hba ?? 'pg_hba.conf'),
    ...options.flags?.(home),
  };
  const own = { unix_socket_directories: home, port: String(port) };
  const flags = (more: Record<string, string>) =>
    Object.entries({ ...settings, ...own, ...more }).flatMap(([name, value]) => [
      '-c',
      `${name}=${value}`,
    ]);
  const run = (program: string, args: readonly string[], env: Record<string, string> = {}) =>
    asPostgres(program, args, { PGHOST: home, PGPORT: String(port), ...env });

  const compose = await readFile(join(ROOT, 'docker-compose.yml'), 'utf8');
  const initArgs = /POSTGRES_INITDB_ARGS: (.*)/.exec(compose)?.[1]?.split(' ') ?? [];
  await run(join(bin, 'initdb'), [
    ...[`--pgdata=${data}`, `--username=${USER}`, `--pwfile=${secrets.POSTGRES_PASSWORD_FILE}`],
    ...initArgs,
  ]);
  const log = join(home, 'log');
  const control = ['-D', data, '-w'];
  const temporary = flags({ listen_addresses: '' }).map((one) => `'${one}'`);
  const end = () => run(join(bin, 'pg_ctl'), [...control, '-m', 'fast', 'stop']);
  const begin = [...control, '-l', log, '-o', temporary.join(' '), 'start'];
  await run(join(bin, 'pg_ctl'), begin).catch(async (error: unknown) => {
    // Whoever begins it was ended: it may have begun all the same.
    await end().catch(() => undefined);
    throw error;
  });
  try {
    const psql = ['-v', 'ON_ERROR_STOP=1', '--username', USER, '--no-password', '--no-psqlrc'];
    await run('psql', [...psql, '-c', `create database ${DATABASE}`]);
    const env = { POSTGRES_USER: USER, POSTGRES_DB: DATABASE, ...secrets };
    for (const name of (await readdir(join(home, 'init'))).toSorted()) {
      const file = join(home, 'init', name);
      if (name.endsWith('.sh')) await runScript(file, (words) => run('bash', words, env));
      else if (name.endsWith('.sql')) {
        await run('psql', [...psql, '--dbname', DATABASE, '-f', file], env);
      } else throw new Error(`${name}: the image would ignore it`);
    }
  } finally {
    await end();
  }

  const output = await open(log, 'a');
  const program = [join(bin, 'postgres'), '-D', data, ...flags({ listen_addresses: '127.0.0.1' })];
  const server = spawn('setpriv', [...BECOME, '--pdeathsig', 'INT', '--', ...program], {
    cwd: '/',
    stdio: ['ignore', output.fd, output.fd],
  });
  const ended = once(server, 'close');
  closers.push(async () => {
    server.kill('SIGINT');
    await ended;
    await output.close();
  });
  const psql: InitializedPostgres['psql'] = (args, env = {}) => run('psql', ['-X', ...args], env);
  const administer: InitializedPostgres['administer'] = async (statements, database = DATABASE) => {
    const args = ['-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-U', USER, '-d', database];
    return (await psql([...args, '-c', statements])).stdout.trim();
  };
  await pollUntil(
    async () => {
      if (server.exitCode !== null) throw new Error(await readFile(log, 'utf8'));
      return (await administer('select true')) === 't';
    },
    { deadlineMs: START_DEADLINE_MS, everyMs: 100 },
  );
  const password = (role: Role) => passwords[role];
  return {
    version: await administer('show server_version'),
    port,
    home,
    password,
    url: (role, database = DATABASE) =>
      `postgres://gatehouse_${role}:${password(role)}@127.0.0.1:${port}/${database}`,
    administer,
    psql,
    log: () => readFile(log, 'utf8'),
  };
}

/** What goes before a program for it to run as `postgres`. */
export const BECOME = [`--reuid=${USER}`, `--regid=${USER}`, '--init-groups'];

/** Runs a program to its end as `postgres`, with nothing of this environment but the path. */
export function asPostgres(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const path = `${DEBIAN_BIN}:${process.env.PATH ?? ''}`;
  return runProgram('setpriv', [...BECOME, '--', program, ...args], {
    cwd: '/',
    env: { PATH: path, LC_ALL: 'C.UTF-8', ...env },
  });
}

async function binDirectory(build: Build): Promise<string> {
  if (build === 'debian') return DEBIAN_BIN;
  const { binaries } = await findBinaries(`${process.platform}-${process.arch}`);
  try {
    await asPostgres('test', ['-x', binaries.postgres]);
  } catch (error) {
    const where = `${binaries.postgres}, which the user ${USER} may not read`;
    throw new NotToBeHad(where, { cause: error });
  }
  return join(binaries.postgres, '..');
}

/** What the container has mounted: the files of deploy/postgres, and secrets. */
async function writeFiles(
  home: string,
  options: Parameters<typeof initializePostgres>[0],
): Promise<{
  readonly secrets: Readonly<Record<`${string}_FILE`, string>>;
  readonly passwords: Readonly<Record<Role, string>>;
}> {
  await cp(join(ROOT, 'deploy/postgres'), home, { recursive: true });
  await cp(join(ROOT, 'deploy/database/settings.conf'), join(home, 'settings.conf'));
  await mkdir(join(home, 'secrets'));
  const secret = async (name: string, value: string) => {
    const file = join(home, 'secrets', name);
    await writeFile(file, `${value}\n`, { mode: 0o400 });
    return file;
  };
  const passwords = options.passwords ?? {
    migrator: randomBytes(24).toString('hex'),
    // What has to be quoted is.
    app: `it's "${randomBytes(12).toString('hex')}"`.replaceAll(/[ "]/g, '-'),
    monitor: randomBytes(24).toString('hex'),
  };
  const secrets = {
    POSTGRES_PASSWORD_FILE: await secret('postgres', randomBytes(24).toString('hex')),
    MIGRATOR_PASSWORD_FILE: await secret('migrator', passwords.migrator),
    APP_PASSWORD_FILE: await secret('app', passwords.app),
    MONITOR_PASSWORD_FILE: await secret('monitor', passwords.monitor),
  };
  for (const [name, text] of Object.entries(options.files ?? {})) {
    await writeFile(join(home, name), text, { mode: 0o600 });
  }
  if (options.notExecutable === true) await chmod(join(home, 'init/10-roles.sh'), 0o644);
  await chmod(home, 0o755);
  await runProgram('chown', ['-R', `${USER}:${USER}`, home]);
  return { secrets, passwords };
}

/** What may be executed is; else it is read into the shell of the entrypoint, which has to go on. */
async function runScript(file: string, bash: (words: readonly string[]) => Promise<Ran>) {
  const isExecutable = ((await stat(file)).mode & 0o111) !== 0;
  if (isExecutable) return bash(['-c', '"$0"', file]);
  const { stdout } = await bash(['-c', 'set -Eeo pipefail; . "$0"; echo "went on$UNSET"', file]);
  if (!stdout.endsWith('went on\n')) throw new Error(`${file} has ended the shell that read it`);
  return undefined;
}
