/**
 * The embedded database: a real PostgreSQL, started for a deployment that names none.
 *
 * This room owns the server's life: its binaries, its data directory under DATA_DIR, the user it
 * runs as, its socket (there is no TCP), its start and its end. It knows nothing of what is stored
 * and never migrates.
 */
import { mkdir, realpath } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../telemetry/logger.ts';
import { chooseWay } from './choose-way.ts';
import { assertMajorVersion, clearStaleLock, clusterOwner, createCluster } from './cluster.ts';
import { EmbeddedPostgresError } from './embedded-error.ts';
import type { waysToRun } from './run-as.ts';
import { serverPid, startServer, stopServer, untilReady } from './server-process.ts';
import {
  createOwnDatabase,
  DATABASE_NAME,
  knock,
  reachSocket,
  type ServerSocket,
  socketUrl,
} from './server-socket.ts';

/** Milliseconds that a server before us may take to come to its end. */
const TURN_DEADLINE_MS = 60_000;
/** A server whose parent was killed says that it stops within milliseconds; one that does not is in use. */
const IN_USE_AFTER_MS = 1_500;
const POLL_MS = 20;

export interface EmbeddedPostgresOptions {
  /** DATA_DIR; the cluster is `postgres` in it. Created when missing, for its owner alone. */
  readonly dataDir: string;
  readonly logger: Logger;
  /** Default true. False loses data when the machine stops: for tests. */
  readonly durable?: boolean;
  /** More settings of the server, by name. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Default: the ways that could work on this system, best first. */
  readonly waysToRun?: typeof waysToRun;
}

export interface EmbeddedPostgres {
  /** As DATABASE_URL: the superuser's address of our database behind the socket. */
  readonly url: string;
  /** Whether the server was running already; then `stop` leaves it running. */
  readonly attached: boolean;
  /** Resolves when the server ends, `expected` when `stop` ended it. Never for an attached one. */
  readonly ended: Promise<{ expected: boolean; lastWords: string }>;
  /** Ends it in order, every connection included. Resolves when it is gone; may be called again. */
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL on DATA_DIR, and creates its cluster there the first time.
 *
 * The server ends when this process does, however it ends, and nothing committed is lost. A start
 * right after such an end waits for the one before. There is one server to a data directory.
 *
 * @throws EmbeddedPostgresError with what the person can do
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  return open(options, 'start');
}

/**
 * Uses the server that runs on DATA_DIR, or starts one until `stop`: for commands that may be
 * called beside a running Gatehouse or without one.
 *
 * @throws EmbeddedPostgresError with what the person can do
 */
export async function attachOrStartEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  return open(options, 'attach');
}

/**
 * The same, where a database is there already: whoever only asks something in a wrong directory
 * makes none.
 *
 * @throws EmbeddedPostgresError with what the person can do
 */
export async function attachOrStartExistingPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const dataDir = resolve(options.dataDir);
  if ((await clusterOwner(join(dataDir, 'postgres'))) === undefined) {
    throw new EmbeddedPostgresError(
      'embedded_missing',
      `There is no database in ${dataDir}, and DATABASE_URL is not set: set it, ` +
        'or run this where "npm start" was run.',
    );
  }
  return open(options, 'attach');
}

async function open(
  options: EmbeddedPostgresOptions,
  whenRunning: 'start' | 'attach',
): Promise<EmbeddedPostgres> {
  await mkdir(options.dataDir, { recursive: true, mode: 0o700 });
  const dataDir = await realpath(options.dataDir);
  const cluster = join(dataDir, 'postgres');
  const socket = await reachSocket(cluster);
  try {
    return await takeTurns({ ...options, dataDir }, cluster, socket, whenRunning);
  } catch (error) {
    await socket.release();
    throw error;
  }
}

/** Waits for a server before us to go, attaches to it, or starts ours. */
async function takeTurns(
  options: EmbeddedPostgresOptions,
  cluster: string,
  socket: ServerSocket,
  whenRunning: 'start' | 'attach',
): Promise<EmbeddedPostgres> {
  const deadline = performance.now() + TURN_DEADLINE_MS;
  let readySince: number | undefined;
  while (performance.now() < deadline) {
    const { state } = await knock(socket);
    if (state === 'ready') {
      if (whenRunning === 'attach') return attached(socket);
      readySince ??= performance.now();
      if (performance.now() - readySince > IN_USE_AFTER_MS) {
        throw await inUse(cluster);
      }
    } else {
      readySince = undefined;
    }
    if (state === 'absent') {
      const started = await start(options, cluster, socket);
      if (started !== 'locked') return started;
      await clearStaleLock(cluster);
    }
    await delay(POLL_MS);
  }
  throw new EmbeddedPostgresError(
    'embedded_in_use',
    `Another PostgreSQL holds ${cluster} and does not come to an end: see postmaster.pid in it.`,
  );
}

async function start(
  options: EmbeddedPostgresOptions,
  cluster: string,
  socket: ServerSocket,
): Promise<EmbeddedPostgres | 'locked'> {
  const startedAt = performance.now();
  const { way, binaries } = await chooseWay(options.dataDir, cluster, options.waysToRun);
  const durable = options.durable ?? true;
  const isNew = (await clusterOwner(cluster)) === undefined;
  if (isNew) await createCluster(way, binaries, cluster, { durable });
  await assertMajorVersion(binaries, cluster);

  const { logger, settings = {} } = options;
  const server = startServer(way, binaries, cluster, { logger, durable, settings });
  if ((await untilReady(server, socket)) === 'locked') return 'locked';
  try {
    await createOwnDatabase(socket);
  } catch (error) {
    await stopServer(server, cluster);
    throw error;
  }
  logger.info('embedded PostgreSQL is ready', {
    version: binaries.version,
    directory: cluster,
    runs_as: way.description,
    created: isNew,
    milliseconds: Math.round(performance.now() - startedAt),
  });

  let stopping: Promise<void> | undefined;
  return {
    url: socketUrl(socket, DATABASE_NAME),
    attached: false,
    ended: server.ending.then(({ lastWords }) => ({ expected: stopping !== undefined, lastWords })),
    stop: () => {
      stopping ??= stopServer(server, cluster).finally(() => socket.release());
      return stopping;
    },
  };
}

function attached(socket: ServerSocket): EmbeddedPostgres {
  return {
    url: socketUrl(socket, DATABASE_NAME),
    attached: true,
    ended: new Promise(() => undefined),
    stop: () => socket.release(),
  };
}

async function inUse(cluster: string): Promise<EmbeddedPostgresError> {
  const pid = await serverPid(cluster);
  return new EmbeddedPostgresError(
    'embedded_in_use',
    `${dirname(cluster)} is in use by another Gatehouse (its PostgreSQL is process ${pid}). ` +
      'Stop that one first, or set another DATA_DIR.',
  );
}
