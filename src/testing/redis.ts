/**
 * A Redis of its own for each test file: tests empty it, stop it and start it again. The server is
 * `redis-server` from the PATH, else Debian's, unpacked (not installed) under `.cache/`.
 */
import { execFile } from 'node:child_process';
import { access, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { readRedisUrl } from '../config/read-redis-url.ts';
import type { RedisServers } from '../config/secrets.ts';
import { asThisUser, spawnAs } from '../embedded/run-as.ts';
import { freePort } from './free-port.ts';
import { pollUntil } from './poll.ts';
import { unpackPackages } from './unpacked-debian.ts';

const CACHE = fileURLToPath(new URL('../../.cache/redis', import.meta.url));
/** The server and the libraries that a bare Debian lacks. */
const DEBIAN_PACKAGES = ['redis-server', 'redis-tools', 'libjemalloc2', 'liblzf1'];
const START_DEADLINE_MS = 10_000;

const run = promisify(execFile);

/** What a URL says of the servers, as configuration reads it. */
export function redisServers(url: string): RedisServers {
  const read = readRedisUrl(url);
  if ('found' in read) throw new Error(read.found);
  return { ...read.value, ca: undefined };
}

export interface TestRedis {
  readonly url: string;
  readonly port: number;
  /** Ends it and loses what it held. */
  stop(): Promise<void>;
}

/**
 * Starts a Redis that listens on 127.0.0.1 and keeps nothing on disk; call `stop` in `after`.
 *
 * @param options.port - to come back at the address of one that was stopped; default: a free one
 */
export async function startTestRedis(options: { port?: number } = {}): Promise<TestRedis> {
  const port = options.port ?? (await freePort());
  const directory = await mkdtemp(join(tmpdir(), 'gatehouse-redis-'));
  const clear = () => rm(directory, { recursive: true, force: true });
  const settings = { save: '' };
  const server = await startRedisProcess({ port, directory, settings }).catch(
    async (error: unknown) => {
      await clear();
      throw error;
    },
  );
  return {
    url: server.url,
    port,
    async stop() {
      await server.end('SIGTERM');
      await clear();
    },
  };
}

/** One `redis-server`, whatever it does: serve, watch others as a Sentinel, or be a Cluster's node. */
export interface RedisProcess {
  readonly url: string;
  readonly port: number;
  /** Ends it and waits until it is gone; what it keeps on disk stays. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Stops it in the middle of whatever it does; returns how to let it go on. */
  freeze(): () => void;
}

/**
 * Starts a server on 127.0.0.1 and waits for its first answer.
 *
 * @param options.directory - what it keeps is there
 * @param options.settings - more of its settings, by name; a Sentinel's are in its file
 * @param options.sentinelFile - makes it a Sentinel that owns and rewrites this file
 */
export async function startRedisProcess(options: {
  port: number;
  directory: string;
  settings?: Readonly<Record<string, string>>;
  sentinelFile?: string;
}): Promise<RedisProcess> {
  const { port, directory, sentinelFile } = options;
  const [command = '', ...before] = await findRedisServer();
  // The more often it looks around (hz), the sooner it notices that it is to stop.
  const settings = { port, bind: '127.0.0.1', dir: directory, hz: 100, ...options.settings };
  const named = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const args = sentinelFile === undefined ? named : [sentinelFile, '--sentinel'];
  const child = spawnAs(await asThisUser(), command, [...before, ...args], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    child.kill(signal);
    child.stdin?.destroy();
    await ended;
  };
  const url = `redis://127.0.0.1:${port}`;
  try {
    await pollUntil(() => answers(url), { deadlineMs: START_DEADLINE_MS });
  } catch (error) {
    await end('SIGKILL');
    throw error;
  }
  const freeze = () => {
    child.kill('SIGSTOP');
    return () => {
      child.kill('SIGCONT');
    };
  };
  return { url, port, end, freeze };
}

/**
 * The command that runs `redis-server` here, fetched at need.
 *
 * @throws Error that says what to install
 */
export async function findRedisServer(): Promise<string[]> {
  const fetched = async (): Promise<string[] | undefined> =>
    (await exists(join(CACHE, 'usr/bin/redis-server'))) ? unpackedCommand() : undefined;
  if (await works(['redis-server'])) return ['redis-server'];
  const before = await fetched();
  if (before !== undefined && (await works(before))) return before;
  try {
    await unpackPackages(DEBIAN_PACKAGES, CACHE);
  } catch (error) {
    throw new Error('these tests need redis-server on the PATH (Debian: redis-server)', {
      cause: error,
    });
  }
  return unpackedCommand();
}

async function unpackedCommand(): Promise<string[]> {
  const libraries: string[] = [];
  for (const name of await readdir(join(CACHE, 'usr/lib'))) {
    libraries.push(join(CACHE, 'usr/lib', name));
  }
  const path = libraries.join(':');
  return ['env', `LD_LIBRARY_PATH=${path}`, join(CACHE, 'usr/bin/redis-server')];
}

async function answers(url: string): Promise<boolean> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return (await redis.ping()) === 'PONG';
  } finally {
    redis.disconnect();
  }
}

async function works([command = '', ...before]: readonly string[]): Promise<boolean> {
  return run(command, [...before, '--version']).then(
    () => true,
    () => false,
  );
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
