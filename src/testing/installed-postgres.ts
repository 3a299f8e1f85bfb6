/**
 * PostgreSQL as operators have it, with its own programs beside it (`pg_dump`, `psql`), which the
 * embedded build lacks: Debian's packages, on a port of loopback, with a password.
 */
import { randomBytes } from 'node:crypto';
import { access, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { Binaries } from '../embedded/binaries.ts';
import { handOver } from '../embedded/cluster.ts';
import { collectOutput } from '../embedded/output.ts';
import { type RunAs, spawnAs, waysToRun, worksAs } from '../embedded/run-as.ts';
import { startServer, stopServer } from '../embedded/server-process.ts';
import { OWNER_NAME } from '../embedded/server-socket.ts';
import { ensurePrograms } from './debian-programs.ts';
import { freePort } from './free-port.ts';
import { pollUntil } from './poll.ts';
import { silentLogger } from './silent-logger.ts';

const INSTALLED = '/usr/lib/postgresql';
/** Of Debian 12. */
const DEBIAN_MAJOR = '15';
const START_DEADLINE_MS = 20_000;
const PROGRAMS = ['postgres', 'initdb', 'pg_basebackup', 'pg_dump', 'pg_restore', 'psql'];

export interface InstalledPostgres {
  /** Of all its programs, such as `15`. */
  readonly major: string;
  /** Where its programs are. */
  readonly bin: string;
  /** As DATABASE_URL, of a database. */
  url(database: string): string;
  /** What libpq's programs need to reach a database, without a password in it. */
  variables(database: string): Record<string, string>;
  /** Runs a statement in a database. */
  run(database: string, statement: string): Promise<void>;
  createDatabase(name: string): Promise<void>;
  /** Ends its connections first. */
  dropDatabase(name: string): Promise<void>;
  /** Starts a streaming replica of it, which is stopped with it. */
  startReplica(): Promise<{ url(database: string): string; stop(): Promise<void> }>;
  stop(): Promise<void>;
}

/**
 * Starts the newest that is installed; installs Debian's where there is none. Call `stop` in `after`.
 *
 * @param settings - more of `postgresql.conf`, by name
 * @throws Error that says what to install
 */
export async function startInstalledPostgres(
  settings: Readonly<Record<string, string>> = {},
): Promise<InstalledPostgres> {
  const { major, bin } = await installedPrograms();
  const home = await mkdtemp(join(tmpdir(), 'gatehouse-postgres-'));
  try {
    return await start(major, bin, home, settings);
  } catch (error) {
    await rm(home, { recursive: true, force: true });
    throw error;
  }
}

async function start(
  major: string,
  bin: string,
  home: string,
  settings: Readonly<Record<string, string>>,
): Promise<InstalledPostgres> {
  const password = randomBytes(16).toString('base64url');
  const passwordFile = join(home, 'password');
  const passFile = join(home, 'pgpass');
  const cluster = join(home, 'data');
  await writeFile(passwordFile, password, { mode: 0o600 });
  await writeFile(passFile, `*:*:*:${OWNER_NAME}:${password}\n`, { mode: 0o600 });
  await mkdir(cluster, { mode: 0o700 });
  const binaries = binariesIn(major, bin);
  const way = await findWay(home, binaries);
  await initialize(way, binaries, { cluster, passwordFile });
  const serve = (directory: string, port: number) =>
    startServer(way, binaries, directory, {
      logger: silentLogger,
      durable: false,
      settings: {
        max_connections: '100',
        ...settings,
        listen_addresses: '127.0.0.1',
        port: String(port),
      },
    });
  const port = await freePort();
  const server = serve(cluster, port);
  const urlOn = (at: number, database: string) =>
    `postgres://${OWNER_NAME}:${password}@127.0.0.1:${at}/${database}`;
  const url = (database: string) => urlOn(port, database);
  const runOn = async (at: number, database: string, statement: string) => {
    const client = new pg.Client({ connectionString: urlOn(at, database) });
    client.on('error', () => undefined);
    await client.connect();
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  };
  const run = (database: string, statement: string) => runOn(port, database, statement);
  const untilReady = async (started: typeof server, at: number) => {
    const ready = async () => {
      if (started.hasEnded()) return (await started.ending).lastWords;
      await runOn(at, 'postgres', 'select 1');
      return 'ready';
    };
    const state = await pollUntil(ready, { deadlineMs: START_DEADLINE_MS });
    if (state !== 'ready') throw new Error(`PostgreSQL did not start: ${state}`);
  };
  await untilReady(server, port);

  const replicas: (() => Promise<void>)[] = [];
  const startReplica = async () => {
    const directory = join(home, `replica-${replicas.length}`);
    const copied = await collectOutput(
      spawnAs(
        way,
        join(bin, 'pg_basebackup'),
        [
          `--pgdata=${directory}`,
          `--dbname=${url('postgres')}`,
          '--write-recovery-conf',
          '--checkpoint=fast',
          '--no-sync',
        ],
        { cwd: '/', stdio: 'pipe' },
      ),
    );
    if (copied.code !== 0) throw new Error(`pg_basebackup: ${copied.lastWords}`);
    const replicaPort = await freePort();
    const replica = serve(directory, replicaPort);
    replicas.push(() => stopServer(replica, directory));
    await untilReady(replica, replicaPort);
    return {
      url: (database: string) => urlOn(replicaPort, database),
      stop: () => stopServer(replica, directory),
    };
  };

  return {
    major,
    bin,
    url,
    variables: (database) => ({
      PGHOST: '127.0.0.1',
      PGPORT: String(port),
      PGUSER: OWNER_NAME,
      PGDATABASE: database,
      PGPASSFILE: passFile,
    }),
    run,
    createDatabase: (name) => run('postgres', `create database ${name}`),
    dropDatabase: (name) => run('postgres', `drop database ${name} with (force)`),
    startReplica,
    async stop() {
      for (const stopReplica of replicas) await stopReplica();
      await stopServer(server, cluster);
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** The newest that is installed; Debian's, installed by this, where there is none. */
export async function installedPrograms(): Promise<{ major: string; bin: string }> {
  return (await findInstalled()) ?? (await installOne());
}

/** The server's own programs among those of a directory. */
export function binariesIn(major: string, bin: string): Binaries {
  return {
    directory: bin,
    version: major,
    initdb: join(bin, 'initdb'),
    postgres: join(bin, 'postgres'),
  };
}

/** Makes a cluster that asks for a password on TCP. */
export async function initialize(
  way: RunAs,
  binaries: Binaries,
  files: { cluster: string; passwordFile: string },
): Promise<void> {
  const { code, lastWords } = await collectOutput(
    spawnAs(
      way,
      binaries.initdb,
      [
        `--pgdata=${files.cluster}`,
        `--username=${OWNER_NAME}`,
        '--auth-local=trust',
        '--auth-host=scram-sha-256',
        `--pwfile=${files.passwordFile}`,
        '--encoding=UTF8',
        '--locale=C.UTF-8',
        '--no-instructions',
        '--no-sync',
      ],
      { cwd: '/', stdio: 'pipe' },
    ),
  );
  if (code !== 0) throw new Error(`initdb: ${lastWords}`);
}

/** The newest whose server and programs are all there. */
async function findInstalled(): Promise<{ major: string; bin: string } | undefined> {
  const majors = (await readdir(INSTALLED).catch(() => [])).toSorted(
    (a, b) => Number(b) - Number(a),
  );
  for (const major of majors) {
    const bin = join(INSTALLED, major, 'bin');
    const there = await Promise.all(
      PROGRAMS.map((program) =>
        access(join(bin, program)).then(
          () => true,
          () => false,
        ),
      ),
    );
    if (!there.includes(false)) return { major, bin };
  }
  return undefined;
}

async function installOne(): Promise<{ major: string; bin: string }> {
  const bin = join(INSTALLED, DEBIAN_MAJOR, 'bin');
  const programs = PROGRAMS.map((program) => [join(bin, program), `postgresql-${DEBIAN_MAJOR}`]);
  await ensurePrograms(Object.fromEntries(programs));
  return { major: DEBIAN_MAJOR, bin };
}

/** How PostgreSQL can be run here; `home` is handed to who runs it. */
export async function findWay(home: string, binaries: Binaries): Promise<RunAs> {
  for (const way of await waysToRun(undefined)) {
    if (!(await worksAs(way, binaries.postgres, ['--version']))) continue;
    if (way.owner !== undefined) await handOver(home, way.owner);
    return way;
  }
  throw new Error(`${binaries.postgres} does not run here`);
}
