/**
 * Redis as production has it: a server with a replica that Sentinels watch, and a Cluster. All on
 * loopback, on free ports.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort } from './free-port.ts';
import { pollUntil } from './poll.ts';
import { type RedisProcess, startRedisProcess } from './redis.ts';

const MASTER = 'gatehouse';
const SENTINELS = 3;
/** Sentinels believe that a server is dead after this much silence. */
const DOWN_AFTER_MS = 1000;
/** How much longer a frozen server is frozen than it is missed. */
const HANG_LONGER_MS = 4000;
const SLOTS = 16_384;
const DEADLINE_MS = 30_000;

export interface WatchedRedis {
  /** As REDIS_URL names Sentinels. */
  readonly url: string;
  /** Port of the server that takes writes, as the Sentinels have it. */
  masterPort(): Promise<number>;
  /** Kills the server that takes writes; resolves once its replica does instead. */
  failOver(): Promise<void>;
  /**
   * Freezes the server that takes writes, until its replica does instead and for a while longer. It
   * wakes up in the belief that it still does, and with the connections that it had.
   */
  hang(): Promise<void>;
  /** Ends the server that takes writes in order, and starts it again on what it kept. */
  restart(): Promise<void>;
  /** Has the server that takes writes refuse them, as one that is full; returns how to end that. */
  fill(): Promise<() => Promise<void>>;
  /** Removes every key. */
  empty(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a server, its replica, and three Sentinels; writes reach the disk every second. */
export async function startWatchedRedis(): Promise<WatchedRedis> {
  const directory = await mkdtemp(join(tmpdir(), 'gatehouse-redis-'));
  const running = new Map<number, RedisProcess>();
  const start = async (port: number, replicaOf?: number) => {
    const own = await ownDirectory(directory, port);
    const settings = {
      appendonly: 'yes',
      save: '',
      'repl-diskless-sync-delay': '0',
      ...(replicaOf === undefined ? {} : { replicaof: `127.0.0.1 ${replicaOf}` }),
    };
    running.set(port, await startRedisProcess({ port, directory: own, settings }));
  };
  const [first, second] = [await freePort(), await freePort()];
  await start(first);
  await start(second, first);
  const sentinels: RedisProcess[] = [];
  for (let count = 0; count < SENTINELS; count += 1) {
    sentinels.push(await startSentinel(directory, first));
  }
  const ask = new Redis({ port: sentinels[0]?.port ?? 0, host: '127.0.0.1' });
  ask.on('error', () => undefined);
  const masterPort = async () => {
    const answer = await ask.call('SENTINEL', 'get-master-addr-by-name', MASTER);
    return Number(Array.isArray(answer) ? answer[1] : 0);
  };
  // A failover needs Sentinels that know each other, and a replica that they know to be in touch
  // with its master; one that never heard from it is not taken.
  const isWatched = async () => {
    const [replica] = [await ask.call('SENTINEL', 'replicas', MASTER)].flat();
    const others = [await ask.call('SENTINEL', 'sentinels', MASTER)].flat();
    const fields = Array.isArray(replica) ? replica.map(String) : [];
    const fieldOf = (name: string) => fields[fields.indexOf(name) + 1];
    return (
      others.length === SENTINELS - 1 &&
      fieldOf('flags') === 'slave' &&
      fieldOf('master-link-status') === 'ok' &&
      Number(fieldOf('slave-repl-offset')) > 0
    );
  };
  await pollUntil(isWatched, { deadlineMs: DEADLINE_MS });
  const withMaster = async (use: (redis: Redis) => Promise<unknown>) => {
    const redis = new Redis({ port: await masterPort(), host: '127.0.0.1' });
    await use(redis).finally(() => redis.disconnect());
  };

  const isNotMaster = (port: number) => async () => (await masterPort()) !== port;

  return {
    url: `redis-sentinel://${sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')}#${MASTER}`,
    masterPort,
    async failOver() {
      const before = await masterPort();
      await running.get(before)?.end('SIGKILL');
      await pollUntil(isNotMaster(before), { deadlineMs: DEADLINE_MS });
      // Comes back as whatever the Sentinels make of it.
      await start(before, await masterPort());
      await pollUntil(isWatched, { deadlineMs: DEADLINE_MS });
    },
    async hang() {
      const before = await masterPort();
      const wake = running.get(before)?.freeze();
      try {
        await pollUntil(isNotMaster(before), { deadlineMs: DEADLINE_MS });
        await delay(HANG_LONGER_MS);
      } finally {
        wake?.();
      }
      await pollUntil(isWatched, { deadlineMs: DEADLINE_MS });
    },
    async restart() {
      const port = await masterPort();
      await running.get(port)?.end('SIGTERM');
      await start(port);
    },
    async fill() {
      const limitTo = (bytes: number) =>
        withMaster((redis) => redis.config('SET', 'maxmemory', bytes));
      await limitTo(1);
      return () => limitTo(0);
    },
    empty: () => withMaster((redis) => redis.flushall()),
    async stop() {
      ask.disconnect();
      for (const server of [...sentinels, ...running.values()]) await server.end('SIGKILL');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function startSentinel(directory: string, watched: number): Promise<RedisProcess> {
  const port = await freePort();
  const own = await ownDirectory(directory, port);
  const file = join(own, 'sentinel.conf');
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${own}`,
    `sentinel monitor ${MASTER} 127.0.0.1 ${watched} 2`,
    `sentinel down-after-milliseconds ${MASTER} ${DOWN_AFTER_MS}`,
    `sentinel failover-timeout ${MASTER} 2000`,
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  return startRedisProcess({ port, directory: own, sentinelFile: file });
}

export interface TestRedisCluster {
  /** As REDIS_URL names a Cluster. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts a Cluster of three masters that share the slots. */
export async function startTestRedisCluster(): Promise<TestRedisCluster> {
  const directory = await mkdtemp(join(tmpdir(), 'gatehouse-redis-'));
  const nodes: RedisProcess[] = [];
  const busPorts: number[] = [];
  for (let count = 0; count < 3; count += 1) {
    const [port, busPort] = [await freePort(), await freePort()];
    const own = await ownDirectory(directory, port);
    const settings = { 'cluster-enabled': 'yes', 'cluster-port': String(busPort), save: '' };
    nodes.push(await startRedisProcess({ port, directory: own, settings }));
    busPorts.push(busPort);
  }
  const connections = nodes.map(({ port }) => new Redis({ port, host: '127.0.0.1' }));
  const share = Math.ceil(SLOTS / nodes.length);
  for (const [index, connection] of connections.entries()) {
    const [from, to] = [index * share, Math.min((index + 1) * share, SLOTS) - 1];
    await connection.call('CLUSTER', 'ADDSLOTSRANGE', from, to);
    const [port, busPort] = [nodes[0]?.port ?? 0, busPorts[0] ?? 0];
    await connection.call('CLUSTER', 'MEET', '127.0.0.1', port, busPort);
  }
  const isWhole = async (connection: Redis) => {
    const info = String(await connection.call('CLUSTER', 'INFO'));
    return (
      info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${nodes.length}`)
    );
  };
  for (const connection of connections) {
    await pollUntil(() => isWhole(connection), { deadlineMs: DEADLINE_MS });
    connection.disconnect();
  }
  return {
    url: `redis-cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    async stop() {
      for (const node of nodes) await node.end('SIGKILL');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function ownDirectory(parent: string, port: number): Promise<string> {
  const path = join(parent, String(port));
  await mkdir(path, { recursive: true });
  return path;
}
