/**
 * PostgreSQL with settings as an operator includes them, in files: nothing but its address is given
 * on the command line, so what a file says is what counts. Debian's, or the embedded build, which has
 * the newer version.
 */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFile, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { type Binaries, findBinaries } from '../embedded/binaries.ts';
import { handOver } from '../embedded/cluster.ts';
import { collectOutput } from '../embedded/output.ts';
import { type RunAs, spawnAs } from '../embedded/run-as.ts';
import { serverPid } from '../embedded/server-process.ts';
import { OWNER_NAME } from '../embedded/server-socket.ts';
import { freePort } from './free-port.ts';
import { binariesIn, findWay, initialize, installedPrograms } from './installed-postgres.ts';
import { pollUntil } from './poll.ts';

const START_DEADLINE_MS = 20_000;

export interface ConfiguredPostgres {
  /** Such as `15`. */
  readonly major: string;
  /** Where `psql` and its like are: Debian's, whichever server this is. */
  readonly bin: string;
  /** Of every role that is given one. */
  readonly password: string;
  /** As DATABASE_URL; as the superuser unless said. */
  url(database: string, role?: string): string;
  /** What libpq's programs need, without a password in it. */
  variables(database: string, role?: string): Record<string, string>;
  /** Runs statements in a database. */
  run(database: string, statements: string): Promise<void>;
  /** What it has logged so far. */
  log(): readonly string[];
  /** Starts a standby that follows it; only of an installed build. Stop it first. */
  startStandby(): Promise<ConfiguredPostgres>;
  stop(): Promise<void>;
}

/** What a server, and a standby of it, are started with. */
interface Setting {
  readonly binaries: Binaries;
  readonly bin: string;
  readonly way: RunAs;
  readonly password: string;
  readonly passFile: string;
  readonly cluster: string;
}

/** Where the programs of a PostgreSQL are: `installed` is Debian's, `embedded` ours. */
export type Build = 'installed' | 'embedded';

/**
 * Starts one on a port of loopback. Call `stop` afterwards.
 *
 * @param options.include - files that its postgresql.conf includes, in this order
 * @param options.settings - more lines of that file, before those
 * @throws Error with its last words when it does not start
 */
export async function startConfiguredPostgres(options: {
  build: Build;
  include: readonly string[];
  settings?: Readonly<Record<string, string>>;
}): Promise<ConfiguredPostgres> {
  const installed = await installedPrograms();
  const binaries =
    options.build === 'installed'
      ? binariesIn(installed.major, installed.bin)
      : (await findBinaries(`${process.platform}-${process.arch}`)).binaries;
  const home = await mkdtemp(join(tmpdir(), 'gatehouse-postgres-'));
  try {
    return await start(binaries, installed.bin, home, options);
  } catch (error) {
    await rm(home, { recursive: true, force: true });
    throw error;
  }
}

async function start(
  binaries: Binaries,
  bin: string,
  home: string,
  options: { include: readonly string[]; settings?: Readonly<Record<string, string>> },
): Promise<ConfiguredPostgres> {
  const password = randomBytes(16).toString('base64url');
  const passwordFile = join(home, 'password');
  const passFile = join(home, 'pgpass');
  const cluster = join(home, 'data');
  await writeFile(passwordFile, password, { mode: 0o600 });
  await writeFile(passFile, `*:*:*:*:${password}\n`, { mode: 0o600 });
  await mkdir(cluster, { mode: 0o700 });
  const way = await findWay(home, binaries);
  await initialize(way, binaries, { cluster, passwordFile });
  const lines = Object.entries(options.settings ?? {}).map(([name, value]) => `${name} = ${value}`);
  for (const file of options.include) {
    await copyFile(file, join(cluster, basename(file)));
    lines.push(`include = '${basename(file)}'`);
  }
  await appendFile(join(cluster, 'postgresql.conf'), `${lines.join('\n')}\n`);
  const setting = { binaries, bin, way, password, passFile, cluster };
  return launch(setting, () => rm(home, { recursive: true, force: true }));
}

async function launch(setting: Setting, remove: () => Promise<void>): Promise<ConfiguredPostgres> {
  const { binaries, bin, way, password, passFile, cluster } = setting;
  const port = await freePort();
  const address = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    fsync: 'off',
  };
  const settings = Object.entries(address).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawnAs(way, binaries.postgres, ['-D', cluster, ...settings], {
    cwd: cluster,
    stdio: 'pipe',
  });
  const log: string[] = [];
  let hasEnded = false;
  const ending = collectOutput(child, (line) => log.push(line));
  ending.then(() => {
    hasEnded = true;
  });
  const url = (database: string, role = OWNER_NAME) =>
    `postgres://${role}:${password}@127.0.0.1:${port}/${database}`;
  const run = async (database: string, statements: string) => {
    const client = new pg.Client({ connectionString: url(database) });
    await client.connect();
    try {
      await client.query(statements);
    } finally {
      await client.end();
    }
  };
  const ready = async () => {
    if (hasEnded) return (await ending).lastWords;
    await run('postgres', 'select 1');
    return 'ready';
  };
  const state = await pollUntil(ready, { deadlineMs: START_DEADLINE_MS });
  if (state !== 'ready') throw new Error(`PostgreSQL did not start: ${state}`);
  const variables = (database: string, role = OWNER_NAME) => ({
    PGHOST: '127.0.0.1',
    PGPORT: String(port),
    PGUSER: role,
    PGDATABASE: database,
    PGPASSFILE: passFile,
  });
  return {
    major: binaries.version.split('.')[0] ?? '',
    bin,
    password,
    url,
    variables,
    run,
    log: () => log,
    async startStandby() {
      const directory = `${cluster}-standby`;
      const copy = ['-D', directory, '--write-recovery-conf', '--checkpoint=fast', '--no-sync'];
      await promisify(execFile)(join(bin, 'pg_basebackup'), copy, { env: variables('postgres') });
      if (way.owner !== undefined) await handOver(directory, way.owner);
      return launch({ ...setting, cluster: directory }, () =>
        rm(directory, { recursive: true, force: true }),
      );
    },
    async stop() {
      const pid = await serverPid(cluster);
      if (!hasEnded && pid !== undefined) process.kill(pid, 'SIGINT');
      await ending;
      await remove();
    },
  };
}
