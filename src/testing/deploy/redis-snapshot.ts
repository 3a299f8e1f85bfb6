/**
 * A snapshot of Redis under a running server, laid into a fresh one: who had signed in is signed in.
 */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { type BackupScripts, backupScripts, newSigningKey } from '../backup/scripts.ts';
import { createTestCli } from '../cli.ts';
import { createTestDatabase } from '../database.ts';
import { ensurePrograms } from '../debian-programs.ts';
import { answerAt, demoParty, visitor } from '../demo-clients.ts';
import { freePort } from '../free-port.ts';
import { ALICE, DEMO_SEED } from '../gatehouse.ts';
import { installedPrograms } from '../installed-postgres.ts';
import type { PlainBrowser } from '../plain-browser.ts';
import { pollUntil } from '../poll.ts';
import { type RedisProcess, startRedisProcess } from '../redis.ts';
import { signIn } from '../relying-party.ts';
import { type ServerProcess, startServerProcess } from '../server-process.ts';
import { environmentOf, parseManifests, workloads } from './manifests.ts';
import { ROOT } from './trial.ts';

const DEADLINE_MS = 10_000;
const CRON_JOB = join(ROOT, 'deploy/kubernetes/components/redis-snapshot/snapshot.yaml');
const PASSWORD = 'a-password-of-redis';

/** @returns what was seen */
export async function tryRedisSnapshot(): Promise<string> {
  await ensurePrograms({ '/usr/bin/redis-cli': 'redis-tools' });
  const home = await mkdtemp(join(tmpdir(), 'gatehouse-snapshot-'));
  const closers: (() => Promise<unknown>)[] = [() => rm(home, { recursive: true, force: true })];
  try {
    return await tryIt(home, closers);
  } finally {
    for (const close of closers.toReversed()) await close();
  }
}

async function tryIt(home: string, closers: (() => Promise<unknown>)[]): Promise<string> {
  const { bin } = await installedPrograms();
  const scripts = await backupScripts(home, bin);
  const database = await createTestDatabase();
  closers.push(() => database.drop());
  const redisPort = await freePort();
  const startRedis = async (name: string, settings: Readonly<Record<string, string>>) => {
    const directory = join(home, name);
    await mkdir(directory, { recursive: true });
    const redis = await startRedisProcess({ port: redisPort, directory, settings });
    closers.push(() => redis.end('SIGKILL'));
    return redis;
  };
  let redis = await startRedis('before', { appendonly: 'yes' });
  const port = await freePort();
  const publicUrl = `http://localhost:${port}`;
  const cli = createTestCli({
    databaseUrl: database.url,
    redisUrl: redis.url,
    environment: {
      NODE_ENV: 'production',
      PUBLIC_URL: publicUrl,
      PORT: String(port),
      SHUTDOWN_DELAY_SECONDS: '0',
    },
  });
  const { code, stderr } = await cli.run('seed', 'apply', DEMO_SEED);
  assert.equal(code, 0, stderr);
  const startServer = async () => {
    const server = await startServerProcess({ env: { ...cli.environment } });
    closers.push(() => end(server));
    await server.untilReady();
    return server;
  };

  let server = await startServer();
  // Two, for a browser forgets a session that is not known any more.
  const [browser, another] = [visitor({ publicUrl }), visitor({ publicUrl })];
  for (const one of [browser, another]) {
    await signIn(one, await demoParty({ publicUrl }, 'notes-spa'), ALICE);
  }
  const signing = await newSigningKey(home);
  const { snapshot, keys } = await takeSnapshot(scripts, redis, signing);
  await end(server);
  await redis.end('SIGKILL');

  // Without it, she would have to sign in again.
  redis = await startRedis('empty', { save: '' });
  server = await startServer();
  assert.equal(await whoIsThere(publicUrl, another), 'login_required');
  await end(server);
  await redis.end('SIGKILL');

  const fresh = join(home, 'fresh');
  await mkdir(fresh);
  const verifying = { BACKUP_VERIFY_KEY: signing.publicKey };
  await refusals(scripts, { snapshot, fresh, verifying });
  const restored = await scripts.run('redis-restore', verifying, snapshot, fresh);
  assert.equal(restored.code, 0, restored.stderr);
  // As the script says: first without the append-only file, which is made from what was read then.
  redis = await startRedis('fresh', { appendonly: 'no' });
  await administer(redis, async (connection) => {
    await connection.config('SET', 'appendonly', 'yes');
    const isWritten = async () =>
      /aof_rewrite_in_progress:0/.test(await connection.info('persistence'));
    await pollUntil(isWritten, { deadlineMs: DEADLINE_MS });
  });
  await redis.end('SIGTERM');
  redis = await startRedis('fresh', { appendonly: 'yes' });
  server = await startServer();
  assert.equal(await whoIsThere(publicUrl, browser), 'signed in');
  return `${keys} keys; alice is signed in with them, and not without`;
}

/** Under a password, as production has it; nothing of it can be read. */
async function takeSnapshot(
  scripts: BackupScripts,
  redis: RedisProcess,
  signing: { readonly privateKey: string },
): Promise<{ snapshot: string; keys: string }> {
  const address = { REDIS_PORT: String(redis.port) };
  await administer(redis, (connection) => connection.config('SET', 'requirepass', PASSWORD));
  const stranger = await scripts.run('redis-snapshot', address);
  assert.equal(stranger.code, 1);
  assert.match(stranger.stderr, /Redis does not let us in: NOAUTH/);
  const old = join(scripts.directory, 'redis-20200101T000000000Z.manifest');
  await writeFile(old, '');
  const passwordFile = join(scripts.directory, '..', 'redis-password');
  await writeFile(passwordFile, `${PASSWORD}\n`, { mode: 0o600 });
  const taken = await scripts.run('redis-snapshot', {
    ...address,
    ...(await cronSettings({
      'gatehouse-redis': '127.0.0.1',
      '/run/secrets/admin_password': passwordFile,
      '/run/secrets/recipients.txt': scripts.settings.BACKUP_RECIPIENTS ?? '',
      '/run/secrets/signing.pem': signing.privateKey,
      '/backups': scripts.directory,
    })),
  });
  assert.equal(taken.code, 0, taken.stderr);
  const snapshot = taken.stdout.trim();
  assert.ok(!(await readFile(snapshot)).includes('REDIS'));
  const manifest = await readFile(snapshot.replace('.rdb.age', '.manifest'), 'utf8');
  await assert.rejects(readFile(old), /ENOENT/);
  return { snapshot, keys: /^keys (\d+)$/m.exec(manifest)?.[1] ?? '' };
}

/** The variables of the CronJob of Kubernetes, with what is here in the place of what is there. */
async function cronSettings(
  here: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const [job] = workloads(parseManifests(await readFile(CRON_JOB, 'utf8')));
  const [container] = job?.pod.containers ?? [];
  assert.ok(container);
  assert.deepEqual(container.command, ['bash', '/scripts/redis-snapshot.sh']);
  const settings = environmentOf(container, { configMaps: new Map(), secrets: new Map() });
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [name, here[value] ?? value]),
  );
}

async function refusals(
  scripts: BackupScripts,
  {
    snapshot,
    fresh,
    verifying,
  }: { snapshot: string; fresh: string; verifying: Readonly<Record<string, string>> },
): Promise<void> {
  const refused = async (why: RegExp) => {
    const { code, stderr } = await scripts.run('redis-restore', verifying, snapshot, fresh);
    assert.equal(code, 1, stderr);
    assert.match(stderr, why);
  };
  const bytes = await readFile(snapshot);
  await writeFile(snapshot, bytes.subarray(0, bytes.length - 20));
  await refused(/is not what its manifest says/);
  await writeFile(snapshot, bytes);
  const manifest = snapshot.replace('.rdb.age', '.manifest');
  const said = await readFile(manifest, 'utf8');
  await writeFile(manifest, said.replace(/^keys .*$/m, 'keys 1'));
  await refused(
    /or was changed\nerror: \S+ is not taken for a snapshot of ours; nothing was changed/,
  );
  await writeFile(manifest, said);
  await writeFile(join(fresh, 'dump.rdb'), 'of somebody else');
  await refused(/holds dump.rdb already; nothing was changed/);
  await rm(join(fresh, 'dump.rdb'));
}

/** What an application hears that asks whether somebody is signed in. */
async function whoIsThere(publicUrl: string, browser: PlainBrowser): Promise<string> {
  const party = await demoParty({ publicUrl }, 'notes-spa');
  const request = await party.begin({ prompt: 'none' });
  const page = await browser.open(request.url.href);
  const { error } = answerAt(page, party);
  if (error !== undefined) return error;
  await request.redeem(page.url);
  return 'signed in';
}

async function administer(
  redis: RedisProcess,
  use: (connection: Redis) => Promise<unknown>,
): Promise<void> {
  const connection = new Redis(redis.url);
  try {
    await use(connection);
  } finally {
    connection.disconnect();
  }
}

async function end(server: ServerProcess): Promise<void> {
  server.child.kill('SIGTERM');
  await server.ended();
}
