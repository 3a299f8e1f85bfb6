import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '../free-port.ts';
import { ALICE, startDeployment } from '../gatehouse.ts';
import { createPlainBrowser } from '../plain-browser.ts';
import { pollUntil } from '../poll.ts';
import { findRedisServer } from '../redis.ts';
import { createRelyingParty, signIn } from '../relying-party.ts';
import { ROOT, runProgram, type Trial } from './trial.ts';

const SCRIPT = join(ROOT, 'deploy/redis/start.sh');
const START_DEADLINE_MS = 10_000;

/** What the server's user must not do, though a replica were somebody else's. */
const REFUSED: readonly (readonly string[])[] = [
  ['flushall'],
  ['flushdb'],
  ['swapdb', '0', '1'],
  ['keys', '*'],
  ['config', 'get', 'maxmemory'],
  ['config', 'set', 'maxmemory-policy', 'allkeys-lru'],
  ['acl', 'list'],
  ['acl', 'setuser', 'mine', 'on'],
  ['client', 'list'],
  ['client', 'kill', 'type', 'normal'],
  ['debug', 'sleep', '0'],
  ['monitor'],
  ['replicaof', '127.0.0.1', '1'],
  ['save'],
  ['bgrewriteaof'],
  ['shutdown', 'nosave'],
  ['slowlog', 'get'],
  ['script', 'flush'],
  ['function', 'flush'],
  ['module', 'list'],
  ['set', 'others:key', '1'],
  ['get', 'others:key'],
  ['publish', 'others', '1'],
  ['eval', "return redis.call('get', 'others:key')", '0'],
  ['eval', "return redis.call('flushall')", '0'],
];

/** What tells of keys and values, or of passwords of others. */
const SECRETIVE: readonly (readonly string[])[] = [
  ['get', 'gatehouse:key'],
  ['slowlog', 'get'],
  ['config', 'get', 'masterauth'],
  ['monitor'],
];

/** `deploy/redis`: started as it ships. */
export const REDIS: readonly Trial[] = [
  {
    artefact: 'redis',
    how: 'redis-server begun by start.sh; signed in over it; its users, a full memory, a kill -9',
    covers: ['deploy/redis'],
    run: tryRedis,
  },
];

interface StartedRedis {
  readonly port: number;
  readonly commandLine: string;
  /** A connection as a user of the file; lost commands fail at once. */
  as(user: 'gatehouse' | 'default' | 'monitor'): Redis;
  url(user: 'gatehouse'): string;
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

async function tryRedis(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'gatehouse-redis-trial-'));
  try {
    const passwords = await makePasswords(home);
    await refuseKnownPasswords(home);
    let redis = await startRedis(home, passwords);
    try {
      for (const password of Object.values(passwords)) {
        if (redis.commandLine.includes(password)) throw new Error('ps shows a password');
      }
      await refuseStrangers(redis.port);
      await settingsHold(redis);
      await signInOver(redis.url('gatehouse'));
      const refused = await refuseDangerous(redis);
      await monitorLooks(redis);
      const full = await fillMemory(redis);
      redis = await comeBack(home, passwords, redis);
      return `signed in as its user; ${refused} commands refused to it; full: ${full}; a key survived kill -9`;
    } finally {
      await redis.end('SIGTERM');
    }
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

type Passwords = Readonly<Record<'gatehouse' | 'default' | 'monitor', string>>;

/** What `startRedis` finds in its home: an empty disk, and the password of each user as a file. */
export async function makePasswords(
  home: string,
  known: Partial<Passwords> = {},
): Promise<Passwords> {
  const passwords = { gatehouse: secret(), default: secret(), monitor: secret(), ...known };
  await mkdir(join(home, 'data'));
  const files = {
    REDIS_APP_PASSWORD_FILE: passwords.gatehouse,
    REDIS_ADMIN_PASSWORD_FILE: passwords.default,
    MONITOR_PASSWORD_FILE: passwords.monitor,
  };
  for (const [name, password] of Object.entries(files)) {
    await writeFile(join(home, name), `${password}\n`, { mode: 0o400 });
  }
  return passwords;
}

function secret(): string {
  return randomBytes(24).toString('hex');
}

async function environment(home: string): Promise<NodeJS.ProcessEnv> {
  const [command = '', ...before] = await findRedisServer();
  // Where it is not on the path: beside the libraries that were unpacked with it.
  const unpacked = before.at(-1);
  const libraries = before.find((one) => one.startsWith('LD_LIBRARY_PATH='));
  return {
    PATH: `${unpacked === undefined ? '' : `${dirname(unpacked)}:`}${process.env.PATH ?? ''}`,
    ...(command === 'env' && libraries !== undefined
      ? { LD_LIBRARY_PATH: libraries.slice('LD_LIBRARY_PATH='.length) }
      : {}),
    REDIS_APP_PASSWORD_FILE: join(home, 'REDIS_APP_PASSWORD_FILE'),
    REDIS_ADMIN_PASSWORD_FILE: join(home, 'REDIS_ADMIN_PASSWORD_FILE'),
    MONITOR_PASSWORD_FILE: join(home, 'MONITOR_PASSWORD_FILE'),
    REDIS_DATA_DIRECTORY: join(home, 'data'),
    REDIS_RUN_DIRECTORY: join(home, 'run'),
  };
}

/** Redis as `deploy/redis/start.sh` begins it. */
export async function startRedis(
  home: string,
  passwords: Passwords,
  more: readonly string[] = [],
): Promise<StartedRedis> {
  const port = await freePort();
  const place = ['--port', String(port), '--bind', '127.0.0.1'];
  const child = spawn('sh', [SCRIPT, ...place, ...more], {
    env: await environment(home),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  child.stdout.on('data', (chunk) => (printed += chunk));
  child.stderr.on('data', (chunk) => (printed += chunk));
  const ended = once(child, 'close');
  const as: StartedRedis['as'] = (user) => {
    const redis = new Redis({
      port,
      host: '127.0.0.1',
      username: user,
      password: passwords[user],
      enableReadyCheck: false,
      retryStrategy: () => null,
    });
    redis.on('error', () => undefined);
    return redis;
  };
  const state = await pollUntil(
    async () => {
      if (child.exitCode !== null) return printed;
      return use(as('default'), async (redis) => redis.ping());
    },
    { deadlineMs: START_DEADLINE_MS },
  );
  if (state !== 'PONG') throw new Error(`Redis did not start: ${state}`);
  return {
    port,
    commandLine: await readFile(`/proc/${child.pid}/cmdline`, 'utf8').catch(() => ''),
    as,
    url: (user) => `redis://${user}:${passwords[user]}@127.0.0.1:${port}`,
    async end(signal) {
      child.kill(signal);
      await ended;
    },
  };
}

async function use<T>(redis: Redis, work: (redis: Redis) => Promise<T>): Promise<T> {
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

async function answerTo(redis: Redis, command: readonly string[]): Promise<string> {
  const [name = '', ...args] = command;
  return redis
    .call(name, ...args)
    .then(String, (error: unknown) => (error instanceof Error ? error.message : String(error)));
}

async function refuseKnownPasswords(home: string): Promise<void> {
  const known = join(home, 'known');
  await writeFile(known, 'development-only-redis-app');
  const env = { ...(await environment(home)), REDIS_APP_PASSWORD_FILE: known };
  const said = await runProgram('sh', [SCRIPT], { env }).then(
    () => 'nothing',
    (error: unknown) => String(error),
  );
  if (!said.includes('holds a known password')) throw new Error(`a known password: ${said}`);
}

async function refuseStrangers(port: number): Promise<void> {
  for (const login of [{}, { password: 'wrong' }, { username: 'gatehouse', password: 'wrong' }]) {
    const options = { port, host: '127.0.0.1', enableReadyCheck: false, retryStrategy: () => null };
    const redis = new Redis({ ...options, ...login });
    redis.on('error', () => undefined);
    const said = await use(redis, (one) => answerTo(one, ['ping']));
    if (!/NOAUTH|WRONGPASS|closed/.test(said)) throw new Error(`without a password: ${said}`);
  }
}

async function settingsHold(redis: StartedRedis): Promise<void> {
  const wanted = { 'maxmemory-policy': 'noeviction', appendonly: 'yes', appendfsync: 'everysec' };
  await use(redis.as('default'), async (one) => {
    for (const [name, value] of Object.entries(wanted)) {
      const found = await answerTo(one, ['config', 'get', name]);
      if (found !== `${name},${value}`) throw new Error(`${name} is ${found}`);
    }
  });
}

/** Everything that the server keeps there: sessions, tokens, limits, keys, notifications. */
async function signInOver(url: string): Promise<void> {
  const env = { REDIS_URL: url, ARTIFACT_STORE: 'redis' };
  const deployment = await startDeployment({ env, replicas: 2 });
  try {
    const redirectUri = 'http://localhost:8080/callback';
    const party = await createRelyingParty({
      issuer: deployment.publicUrl,
      clientId: 'notes-web',
      secret: 'demo-secret-of-notes-web-not-for-production',
      redirectUri,
    });
    const browser = createPlainBrowser({ stopAt: (address) => address.startsWith(redirectUri) });
    const tokens = await signIn(browser, party, ALICE);
    await party.refresh(tokens.refresh_token ?? '');
  } finally {
    await deployment.stop();
  }
}

async function refuseDangerous(redis: StartedRedis): Promise<number> {
  await use(redis.as('gatehouse'), async (one) => {
    for (const command of REFUSED) {
      const said = await answerTo(one, command);
      if (
        !/NOPERM|ACL failure|No permissions|can't run this command|can't access at least one of the keys|DEBUG command not allowed/.test(
          said,
        )
      ) {
        throw new Error(`${command.join(' ')}: ${said}`);
      }
    }
  });
  return REFUSED.length;
}

async function monitorLooks(redis: StartedRedis): Promise<void> {
  await use(redis.as('monitor'), async (one) => {
    for (const command of [
      ['info', 'all'],
      ['slowlog', 'len'],
      ['latency', 'latest'],
      ['dbsize'],
      ['cluster', 'info'],
    ]) {
      const said = await answerTo(one, command);
      if (said.startsWith('NOPERM')) throw new Error(`redis_exporter: ${said}`);
    }
    for (const command of SECRETIVE) {
      const said = await answerTo(one, command);
      if (!said.includes('NOPERM'))
        throw new Error(`redis_exporter: ${command.join(' ')}: ${said}`);
    }
  });
}

/** Writes until there is no room; nothing that was there goes for it. */
async function fillMemory(redis: StartedRedis): Promise<string> {
  return use(redis.as('default'), async (admin) => {
    const used = /used_memory:(\d+)/.exec(await admin.info('memory'))?.[1] ?? '0';
    await admin.config('SET', 'maxmemory', String(Number(used) + 3 * 1024 * 1024));
    const answer = await use(redis.as('gatehouse'), async (one) => {
      await one.set('gatehouse:first', 'kept');
      const block = 'x'.repeat(64 * 1024);
      for (let index = 0; index < 200; index += 1) {
        const said = await answerTo(one, ['set', `gatehouse:filler:${index}`, block]);
        if (said !== 'OK') return said;
      }
      return 'all of it was taken';
    });
    if (!answer.startsWith('OOM')) throw new Error(`a full Redis: ${answer}`);
    if ((await admin.get('gatehouse:first')) !== 'kept') throw new Error('a key was evicted');
    return 'writes are refused, nothing is evicted';
  });
}

/** What was acknowledged is there again after the process was killed. */
async function comeBack(
  home: string,
  passwords: Passwords,
  redis: StartedRedis,
): Promise<StartedRedis> {
  await redis.end('SIGKILL');
  const again = await startRedis(home, passwords);
  const found = await use(again.as('gatehouse'), (one) => one.get('gatehouse:first'));
  if (found === 'kept') return again;
  await again.end('SIGTERM');
  throw new Error('a key was lost with the process');
}
