import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../telemetry/logger.ts';
import type { Binaries } from './binaries.ts';
import { EmbeddedPostgresError } from './embedded-error.ts';
import { collectOutput, type Ending } from './output.ts';
import { type RunAs, spawnAs } from './run-as.ts';
import { knock, type ServerSocket, START_ID_SETTING } from './server-socket.ts';

/** Milliseconds between two looks. */
const POLL_MS = 20;
/** Milliseconds for an orderly stop, and then for an immediate one. */
const STOP_DEADLINE_MS = 30_000;
/** SQLSTATE lock_file_exists: another server holds the data directory. */
const LOCK_FILE_EXISTS = 'F0001';

/** Safe to lose everything when the machine stops, and faster: for tests. */
const NOT_DURABLE = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/** A server that was started and may have ended since. */
export interface ServerProcess {
  /** Tells it from any other server that may answer at the same socket. */
  readonly startId: string;
  readonly ending: Promise<Ending>;
  hasEnded(): boolean;
  /** Whether it gave up because another server holds the data directory; known once it ended. */
  wasLocked(): boolean;
}

/** Starts the server on a cluster. Its lines go to the log at level debug. */
export function startServer(
  way: RunAs,
  binaries: Binaries,
  cluster: string,
  options: { logger: Logger; durable: boolean; settings: Readonly<Record<string, string>> },
): ServerProcess {
  const startId = randomUUID();
  const settings: Record<string, string> = {
    [START_ID_SETTING]: startId,
    listen_addresses: '',
    // Relative to the data directory, so that no path is too long for it.
    unix_socket_directories: '.',
    unix_socket_permissions: '0700',
    cluster_name: 'gatehouse',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%e ',
    // Statements and rows hold what no log may; a failed statement reaches its caller anyway.
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    ...(options.durable ? {} : NOT_DURABLE),
    ...options.settings,
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child: ChildProcess = spawnAs(way, binaries.postgres, ['-D', cluster, ...args], {
    cwd: cluster,
    stdio: 'pipe',
  });
  let locked = false;
  let ended = false;
  const ending = collectOutput(child, (line) => {
    if (line.startsWith(LOCK_FILE_EXISTS)) locked = true;
    options.logger.debug('embedded PostgreSQL', { line });
  });
  ending.then(() => {
    ended = true;
  });
  return { startId, ending, hasEnded: () => ended, wasLocked: () => locked };
}

/**
 * Waits until a server that was just started answers.
 *
 * @returns `locked` when it gave up because another server holds the data directory
 * @throws EmbeddedPostgresError `embedded_failed` with its last words
 */
export async function untilReady(
  server: ServerProcess,
  socket: ServerSocket,
): Promise<'ready' | 'locked'> {
  while (!server.hasEnded()) {
    const answer = await knock(socket);
    // Another server may answer, while ours is about to find out that it came too late.
    if (answer.state === 'ready' && answer.startId === server.startId) return 'ready';
    await delay(POLL_MS);
  }
  if (server.wasLocked()) return 'locked';
  const { lastWords } = await server.ending;
  throw new EmbeddedPostgresError(
    'embedded_failed',
    `The embedded PostgreSQL did not start: ${lastWords}`,
  );
}

/** Ends a server in order: connections are closed, everything is written. */
export async function stopServer(server: ServerProcess, cluster: string): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    // Its number may be some other program's by now.
    if (server.hasEnded()) return;
    await signalServer(cluster, signal);
    const gone = server.ending.then(() => true);
    const timer = new AbortController();
    const late = delay(STOP_DEADLINE_MS, false, { signal: timer.signal }).catch(() => false);
    const ended = await Promise.race([gone, late]);
    timer.abort();
    if (ended) return;
  }
  throw new EmbeddedPostgresError('embedded_failed', 'The embedded PostgreSQL does not stop');
}

async function signalServer(cluster: string, signal: 'SIGINT' | 'SIGQUIT'): Promise<void> {
  const pid = await serverPid(cluster);
  if (pid === undefined) return;
  try {
    process.kill(pid, signal);
  } catch {
    // It ended in between.
  }
}

/** The number of the server's process, by its lock file. */
export async function serverPid(cluster: string): Promise<number | undefined> {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number(text.split('\n')[0]);
  return Number.isInteger(pid) && pid > 0 ? pid : undefined;
}
