import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { connectRedis, createRedis, type RedisClient } from '../../storage/redis/redis.ts';
import { ensurePrograms } from '../debian-programs.ts';
import { freePort } from '../free-port.ts';
import { pollUntil } from '../poll.ts';
import { findRedisServer, redisServers } from '../redis.ts';
import { NotToBeHad, ROOT, type Trial } from './trial.ts';

const SCRIPTS = join(ROOT, 'deploy/kubernetes/components/redis-cluster');
const SERVERS = 6;
/** The bus of a Cluster is so far above its port, which has to leave room for that. */
const BUS = 10_000;
const DEADLINE_MS = 60_000;
const KEY = 'gatehouse:kept';

/** The Cluster of `deploy/kubernetes`: its scripts, with addresses of loopback for those of pods. */
export const REDIS_CLUSTER: readonly Trial[] = [
  {
    artefact: 'kubernetes redis cluster',
    how: 'six redis-servers begun by start-node.sh, join.sh beside each: they find one another, again when all have other addresses, and again when one has lost its disk; a connection of the server over them',
    covers: [],
    run: tryCluster,
  },
];

interface Home {
  readonly path: string;
  readonly port: number;
  readonly passwords: Readonly<Record<'app' | 'admin' | 'monitor', string>>;
}

interface Node {
  readonly address: string;
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

async function tryCluster(): Promise<string> {
  try {
    await ensurePrograms({ '/usr/bin/redis-cli': 'redis-tools' });
  } catch (error) {
    throw new NotToBeHad(error instanceof Error ? error.message : 'redis-cli', { cause: error });
  }
  const home = await makeHome();
  // Whoever has begun, whether or not the others have.
  const nodes: Node[] = [];
  try {
    const first = addresses(21);
    await startAll(home, first, nodes);
    const made = await untilWhole(home, first);
    await withClient(home, first, (client) => client.set(KEY, 'yes'));

    await Promise.all(nodes.map((node) => node.end('SIGTERM')));
    nodes.length = 0;
    const second = addresses(22);
    await startAll(home, second, nodes);
    const moved = await untilWhole(home, second);
    await assertKept(home, second);

    // Whoever lost the disk comes back as somebody new; what it held is with its replica.
    const [lost] = nodes;
    await lost?.end('SIGKILL');
    await rm(join(home.path, '0'), { recursive: true });
    nodes[0] = await startNode(home, second, 0);
    const mended = await untilWhole(home, second);
    await assertKept(home, second);
    return `whole after ${made} s, after a change of all addresses in ${moved} s, after the loss of a disk in ${mended} s; nothing was lost`;
  } finally {
    await Promise.all(nodes.map((node) => node.end('SIGKILL')));
    await rm(home.path, { recursive: true, force: true });
  }
}

async function makeHome(): Promise<Home> {
  let port = await freePort();
  while (port + BUS > 65_535) port = await freePort();
  const path = await mkdtemp(join(tmpdir(), 'gatehouse-cluster-'));
  const secret = () => randomBytes(24).toString('hex');
  const passwords = { app: secret(), admin: secret(), monitor: secret() };
  for (const [name, password] of Object.entries(passwords)) {
    await writeFile(join(path, name), `${password}\n`, { mode: 0o400 });
  }
  return { path, port, passwords };
}

function addresses(net: number): string[] {
  return Array.from({ length: SERVERS }, (_, index) => `127.0.${net}.${index + 1}`);
}

async function startAll(home: Home, all: readonly string[], nodes: Node[]): Promise<void> {
  for (const index of all.keys()) nodes.push(await startNode(home, all, index));
}

/** A server and what runs beside it, as in a pod. */
async function startNode(home: Home, all: readonly string[], index: number): Promise<Node> {
  const { path, port } = home;
  const address = all[index] ?? '';
  const own = join(path, String(index));
  await mkdir(own, { recursive: true });
  // Where it is not on the path, it is unpacked beside its libraries.
  const [command = '', ...before] = await findRedisServer();
  const env = {
    PATH: `${(before.at(-1) ?? command).replace(/\/?redis-server$/, '')}:${process.env.PATH}`,
    ...Object.fromEntries(before.slice(0, -1).map((setting) => setting.split('=', 2))),
    TMPDIR: own,
    SELF: address,
    PEERS: all.join(' '),
    PORT: String(port),
    PAUSE: '0.5',
    // Longer than it takes to hold one for dead, 5 s, and to choose another.
    EMPTY_PAUSE: '12',
    START: join(ROOT, 'deploy/redis/start.sh'),
    REDIS_APP_PASSWORD_FILE: join(path, 'app'),
    REDIS_ADMIN_PASSWORD_FILE: join(path, 'admin'),
    MONITOR_PASSWORD_FILE: join(path, 'monitor'),
    REDIS_DATA_DIRECTORY: own,
    REDIS_RUN_DIRECTORY: join(own, 'run'),
  };
  const run = (script: string, args: readonly string[]) =>
    spawn('sh', [join(SCRIPTS, script), ...args], { env, stdio: 'ignore' });
  const server = run('start-node.sh', ['--bind', address, '--port', String(port)]);
  const beside = run('join.sh', []);
  const ended = [server, beside].map((child) => once(child, 'close'));
  const kill = (child: ChildProcess, signal: NodeJS.Signals) => child.kill(signal);
  return {
    address,
    async end(signal) {
      kill(beside, 'SIGKILL');
      kill(server, signal);
      // Redis passes over one that comes while it writes its first append-only file after a full copy.
      const again = setInterval(() => kill(server, signal), 1000);
      const forced = setTimeout(() => kill(server, 'SIGKILL'), DEADLINE_MS);
      await Promise.all(ended);
      clearInterval(again);
      clearTimeout(forced);
    },
  };
}

/** @returns seconds until three servers with a replica in step have all slots, as each of them sees it */
async function untilWhole({ port, passwords }: Home, all: readonly string[]): Promise<string> {
  const since = performance.now();
  for (const host of all) {
    const redis = new Redis({
      host,
      port,
      password: passwords.admin,
      retryStrategy: () => 100,
      commandTimeout: 1000,
    });
    redis.on('error', () => undefined);
    try {
      await pollUntil(
        async () => {
          const info = String(await redis.cluster('INFO')) + (await redis.info('replication'));
          const inStep = info.includes('cluster_state:ok') && !info.includes('link_status:down');
          if (!inStep) throw new Error(info);
          const nodes = String(await redis.call('CLUSTER', 'NODES')).split('\n');
          const there = nodes.filter((line) =>
            all.some((one) => line.includes(` ${one}:${port}@`)),
          );
          const well = there.filter((line) => !/fail|handshake|noaddr/.test(line));
          const replicas = well.filter((line) => line.includes('slave'));
          if (well.length !== SERVERS || replicas.length !== SERVERS / 2) {
            throw new Error(nodes.join('\n'));
          }
          return true;
        },
        { deadlineMs: DEADLINE_MS, everyMs: 200 },
      );
    } finally {
      redis.disconnect();
    }
  }
  return ((performance.now() - since) / 1000).toFixed(1);
}

/** A connection as a replica of ours makes it, which is told of two servers only; as often as needed. */
function withClient<T>(
  { port, passwords }: Home,
  all: readonly string[],
  use: (client: RedisClient) => Promise<T>,
): Promise<T> {
  const some = all.slice(0, 2).map((address) => `${address}:${port}`);
  const url = `redis-cluster://gatehouse:${passwords.app}@${some.join(',')}`;
  return pollUntil(
    async () => {
      const client = createRedis({ servers: redisServers(url), commandTimeoutMs: 2000 });
      try {
        await connectRedis(client, 5000);
        return await use(client);
      } finally {
        client.disconnect();
      }
    },
    { deadlineMs: DEADLINE_MS },
  );
}

async function assertKept(home: Home, all: readonly string[]): Promise<void> {
  const kept = await withClient(home, all, async (client) => (await client.get(KEY)) ?? 'nothing');
  if (kept !== 'yes') throw new Error(`the Cluster has lost what it kept: ${kept}`);
}
