/**
 * A deployment as production has it, on loopback: replicas of `main.ts` in processes of their own
 * behind the load balancer of `deploy/nginx`, over a PostgreSQL that keeps what it acknowledged and
 * a Redis with a replica that Sentinels watch.
 */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../embedded/embedded-postgres.ts';
import { createTestCli, type TestCli } from '../cli.ts';
import { freePort } from '../free-port.ts';
import { type OutageProxy, startDatabaseDoor } from '../outage-proxy.ts';
import { startWatchedRedis, type WatchedRedis } from '../redis-groups.ts';
import { type ServerProcess, startServerProcess } from '../server-process.ts';
import { silentLogger } from '../silent-logger.ts';
import { type Nginx, startNginx } from './nginx.ts';

const run = promisify(execFile);

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Of PostgreSQL's disk. */
const DISK_BYTES = 700 * 1024 * 1024;

/** How a replica is started: the program and its release. */
export interface Release {
  readonly env?: Readonly<Record<string, string>>;
  /** `main.ts` of its sources. */
  readonly main?: string;
}

/** One place behind the balancer, whatever process is there at the moment. */
interface FleetReplica {
  readonly port: number;
  readonly process: ServerProcess;
}

interface FleetDatabase {
  /** Where the replicas find it: a door that can be closed. */
  readonly door: OutageProxy;
  /** Past the door, as the owner. */
  readonly url: string;
  /** Ends it in order and starts it again. */
  restart(): Promise<void>;
  /** Kills all of it at once, as a power cut does, and starts it again. */
  crash(): Promise<void>;
  /** Leaves no room on its disk; returns how to make room again. */
  fillDisk(): Promise<() => Promise<void>>;
}

export interface Fleet {
  /** Issuer of the default tenant, through the balancer. */
  readonly publicUrl: string;
  readonly replicas: readonly FleetReplica[];
  readonly nginx: Nginx;
  readonly redis: WatchedRedis;
  readonly database: FleetDatabase;
  readonly cli: TestCli;
  /** Changes the environment of commands, and of every process that is started from now on. */
  configure(env: Readonly<Record<string, string>>): void;
  /** Starts the process of a place anew, with its port; resolves when it is ready. */
  start(index: number, release?: Release): Promise<void>;
  /** What all replicas have printed, those before included. */
  output(): string;
  stop(): Promise<void>;
}

export interface FleetOptions {
  readonly replicas: number;
  /** Applied before the first replica starts. */
  readonly seed: string;
  readonly env?: Readonly<Record<string, string>>;
  /** How replicas are started unless something else is said. */
  readonly release?: Release;
}

export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const closers: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const close of closers.splice(0).toReversed()) await close();
  };
  // Whoever loses patience leaves neither processes nor a mounted disk behind.
  const giveUp = () => void stop().finally(() => process.exit(1));
  for (const signal of SIGNALS) process.once(signal, giveUp);
  closers.push(async () => {
    for (const signal of SIGNALS) process.off(signal, giveUp);
  });
  try {
    return Object.assign(await build(options, closers), { stop });
  } catch (error) {
    await stop();
    throw error;
  }
}

async function build(
  options: FleetOptions,
  closers: (() => Promise<unknown>)[],
): Promise<Omit<Fleet, 'stop'>> {
  const database = await startDatabase(closers);
  const redis = await startWatchedRedis();
  closers.push(() => redis.stop());

  const ports: number[] = [];
  for (let count = 0; count < options.replicas; count += 1) ports.push(await freePort());
  const nginx = await startNginx(ports);
  closers.push(() => nginx.stop());
  const publicUrl = `http://localhost:${nginx.port}`;
  let cli = createTestCli({
    databaseUrl: database.replicaUrl,
    redisUrl: redis.url,
    environment: {
      NODE_ENV: 'production',
      PUBLIC_URL: publicUrl,
      KEY_ENCRYPTION_KEYS: randomBytes(32).toString('base64'),
      TRUSTED_PROXIES: '127.0.0.1/32',
      TENANT_POLL_SECONDS: '1',
      // Longer than the balancer keeps idle connections: then it has none to a replica that stops.
      SHUTDOWN_DELAY_SECONDS: '4',
      SHUTDOWN_TIMEOUT_SECONDS: '20',
      // Together shorter than the balancer waits for a token: or a silent PostgreSQL looks like
      // replicas that hang, and all of them are passed over.
      DATABASE_ACQUIRE_TIMEOUT_MS: '1500',
      DATABASE_STATEMENT_TIMEOUT_MS: '1500',
      ...options.env,
    },
  });
  for (const command of [['migrate'], ['seed', 'apply', options.seed]]) {
    const { code, stderr } = await cli.run(...command);
    if (code !== 0) throw new Error(stderr);
  }

  const printed: string[] = [];
  const places: FleetReplica[] = [];
  const start = async (index: number, release: Release = options.release ?? {}) => {
    const port = ports[index];
    if (port === undefined) throw new Error(`no replica ${index}`);
    const before = places[index]?.process;
    if (before !== undefined) printed.push(before.output());
    const process = await startServerProcess({
      ...release,
      env: {
        ...cli.environment,
        // PostgreSQL says by it which replica a connection is of.
        DATABASE_URL: `${database.replicaUrl}?application_name=${replicaName(index)}`,
        PORT: String(port),
        ...release.env,
      },
    });
    places[index] = { port, process };
    await process.untilReady();
  };
  closers.push(async () => {
    for (const { process } of places) {
      process.child.kill('SIGKILL');
      await process.ended();
    }
  });
  for (const index of ports.keys()) await start(index);

  return {
    publicUrl,
    replicas: places,
    nginx,
    redis,
    database,
    get cli() {
      return cli;
    },
    configure(env) {
      const environment = { ...cli.environment, ...env };
      cli = createTestCli({ databaseUrl: database.replicaUrl, environment });
    },
    start,
    output: () => [...printed, ...places.map(({ process }) => process.output())].join(''),
  };
}

/** What the connections of a replica call themselves. */
export function replicaName(index: number): string {
  return `replica-${index}`;
}

/**
 * A disk of its own, which can be filled without harm to others.
 *
 * @returns why there is none: only root may mount one, and not everywhere
 */
async function mountDisk(directory: string): Promise<Error | undefined> {
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'gatehouse', directory]);
    return undefined;
  } catch (error) {
    return new Error('a disk to fill has to be mounted, which this user may not', { cause: error });
  }
}

async function startDatabase(
  closers: (() => Promise<unknown>)[],
): Promise<FleetDatabase & { readonly replicaUrl: string }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-fleet-'));
  closers.push(() => rm(dataDir, { recursive: true, force: true }));
  const notMounted = await mountDisk(dataDir);
  if (notMounted === undefined) closers.push(() => run('umount', ['-l', dataDir]));
  const settings = { max_connections: '100' };
  const start = () => startEmbeddedPostgres({ dataDir, logger: silentLogger, settings });
  let postgres: EmbeddedPostgres = await start();
  closers.push(() => postgres.stop());
  const { door, url: replicaUrl } = await startDatabaseDoor(postgres.url);
  closers.push(() => door.stop());
  return {
    door,
    url: postgres.url,
    replicaUrl,
    async restart() {
      await postgres.stop();
      postgres = await start();
    },
    async fillDisk() {
      if (notMounted !== undefined) throw notMounted;
      const ballast = join(dataDir, 'ballast');
      const file = await open(ballast, 'w');
      const block = Buffer.alloc(1024 * 1024);
      try {
        for (;;) await file.write(block);
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
      } finally {
        await file.close();
      }
      return () => rm(ballast);
    },
    async crash() {
      const file = await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8');
      process.kill(Number(file.split('\n')[0]), 'SIGKILL');
      await postgres.ended;
      postgres = await start();
    },
  };
}
