/**
 * What operators-host.ts runs on a machine of its own: three replicas, PostgreSQL and Redis at the
 * addresses of docs/deploy.md, and then its commands. Prints what was seen as its last line.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { createTestCli } from '../cli.ts';
import { demoParty, visitor } from '../demo-clients.ts';
import { ALICE, DEMO_SEED } from '../gatehouse.ts';
import { startOtlpReceiver } from '../otlp-receiver.ts';
import { pollUntil } from '../poll.ts';
import { startRedisProcess } from '../redis.ts';
import { signIn } from '../relying-party.ts';
import { dsnOf, startSentryReceiver } from '../sentry-receiver.ts';
import { startSeqReceiver } from '../seq-receiver.ts';
import { startServerProcess } from '../server-process.ts';
import { DATABASE, MONITOR, startDatabaseWorld } from './database-world.ts';
import { commandsOfManual, withoutPackages } from './manual.ts';
import { FOLLOWED, NAME } from './operators-host-names.ts';
import { ROOT, runProgram } from './trial.ts';

const DEADLINE_MS = 30_000;
const REPLICAS = ['10.0.0.11', '10.0.0.12', '10.0.0.13'] as const;
const SEQ_API_KEY = 'key-of-a-trial';
const REDIS_PASSWORD = 'password-of-a-trial';
const { WORK = '', PATH = '', HEALTH_CA = '' } = process.env;
/** Lines of health.sh that all have to be there. */
const LOOKED_AT = [
  'replica http://10.0.0.11:9464',
  'replica http://10.0.0.12:9464',
  'discovery',
  'keys',
  'certificate',
  'database',
  'migrations',
  'redis',
  'backup',
];
const publicUrl = `https://${NAME}`;

/** Runs a block of the manual as it stands there, from the root of a checkout. */
async function follow(
  block: keyof typeof FOLLOWED,
  { env = {}, before = '' }: { env?: Readonly<Record<string, string>>; before?: string } = {},
): Promise<string> {
  const commands = await commandsOfManual(FOLLOWED[block]);
  // Packages are for a trial of their own: this machine has no network.
  const here = withoutPackages(commands);
  const { stdout } = await runProgram('bash', ['-c', `set -euo pipefail\n${before}${here}`], {
    cwd: WORK,
    env: { PATH, HOME: WORK, HEALTH_CA, ...env },
  });
  return stdout;
}

/** The settings that a block of the manual gives to replicas. */
async function settingsOf(block: keyof typeof FOLLOWED): Promise<Record<string, string>> {
  const lines = (await commandsOfManual(FOLLOWED[block])).trim().split('\n');
  return Object.fromEntries(
    lines.map((line) => {
      const [, name = '', value = ''] = /^(\w+)=(\S+)/.exec(line) ?? [];
      return [name, value];
    }),
  );
}

/** Has a port of loopback lead to a receiver, which has one of its own. */
async function leadTo(url: string, port: number): Promise<void> {
  const server = createServer((socket) => {
    const onward = connect(Number(new URL(url).port), '127.0.0.1');
    for (const end of [socket, onward]) end.on('error', () => undefined);
    socket.pipe(onward).pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
}

/** A file that `path` names, for the user that runs everything here. */
async function writeSecret(path: string, text: string): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, text, { mode: 0o600 });
}

const database = await startDatabaseWorld('installed');
const redis = await startRedisProcess({
  port: 6379,
  directory: await mkdir(join(WORK, 'redis'), { recursive: true }).then(() => join(WORK, 'redis')),
  settings: { appendonly: 'yes', maxmemory: '64mb', 'maxmemory-policy': 'noeviction' },
});
const admin = new Redis(redis.url);
await admin.config('SET', 'requirepass', REDIS_PASSWORD);
admin.disconnect();
await writeSecret('/etc/gatehouse/redis-password', `${REDIS_PASSWORD}\n`);

const [seq, collector, sentry] = await Promise.all([
  startSeqReceiver(SEQ_API_KEY),
  startOtlpReceiver(),
  startSentryReceiver(),
]);
await leadTo(seq.url, 5341);
await leadTo(collector.url, 4318);
await writeSecret('/run/secrets/seq_api_key', SEQ_API_KEY);
await writeSecret('/run/secrets/sentry_dsn', dsnOf(sentry));

const cli = createTestCli({
  databaseUrl: database.postgres.url(DATABASE),
  redisUrl: `redis://:${REDIS_PASSWORD}@redis.example:6379`,
  environment: {
    NODE_ENV: 'production',
    PUBLIC_URL: publicUrl,
    PORT: '3000',
    ADMIN_PORT: '9464',
    TRUSTED_PROXIES: '127.0.0.1,10.0.0.0/8',
    SHUTDOWN_DELAY_SECONDS: '0',
    ...(await settingsOf('seq')),
    ...(await settingsOf('traces')),
    ...(await settingsOf('sentry')),
  },
});
for (const command of [
  ['seed', 'apply', DEMO_SEED],
  ['keys', 'rotate'],
]) {
  const { code, stderr } = await cli.run(...command);
  assert.equal(code, 0, stderr);
}
const replicas = await Promise.all(
  REPLICAS.map((address) =>
    startServerProcess({ env: { ...cli.environment, HOST: address, ADMIN_HOST: address } }),
  ),
);
for (const [index, { child, output }] of replicas.entries()) {
  await pollUntil(
    async () => {
      if (child.exitCode !== null) throw new Error(`a replica has ended: ${output()}`);
      return (await fetch(`http://${REPLICAS[index]}:3000/health/ready`)).ok;
    },
    { deadlineMs: DEADLINE_MS },
  );
}

spawn('nginx', { stdio: 'inherit' });
await pollUntil(async () => (await readFile('/run/nginx.pid', 'utf8')) !== '', {
  deadlineMs: DEADLINE_MS,
});
await follow('balancer');
// Workers of before may answer for a moment longer.
await pollUntil(async () => (await fetch(`${publicUrl}/health/live`)).ok, {
  deadlineMs: DEADLINE_MS,
});
await signIn(visitor({ publicUrl }), await demoParty({ publicUrl }, 'notes-web'), ALICE);

// One of ten requests is traced, by the settings of the manual.
await pollUntil(
  async () => {
    await fetch(`${publicUrl}/.well-known/openid-configuration`);
    return collector.items.length > 0 && seq.items.length > 0;
  },
  { deadlineMs: DEADLINE_MS },
);
await pollUntil(
  async () => {
    const log = await readFile('/var/log/nginx/gatehouse.log', 'utf8');
    const { request_id: id } = JSON.parse(log.trimEnd().split('\n').at(-1) ?? '{}');
    const printed = replicas.map(({ output }) => output()).join('');
    await writeFile(join(WORK, 'output'), printed);
    return printed.includes(`"trace_id":"${id}"`);
  },
  { deadlineMs: DEADLINE_MS },
);
// There is no Compose here; what it prints of replicas is in a file.
const lines = await follow('oneRequest', { before: `docker() { cat "${WORK}/output"; }\n` });
const [ofNginx = '', ofReplica = ''] = lines.trim().split('\n');
assert.match(ofNginx, /"request_id":/);
assert.match(ofReplica, /"trace_id":/);

const asSuperuser = { ...database.postgres.variables(DATABASE), PGHOST: 'db.example' };
await follow('backup', { env: asSuperuser });
const kept = await readdir('/var/backups/gatehouse');
const metrics = await readFile('/var/lib/prometheus/node-exporter/gatehouse.prom', 'utf8');
assert.match(metrics, /^gatehouse_backup_last_success_timestamp_seconds /m);
for (const kind of ['.dump.age', '.manifest']) {
  assert.ok(
    kept.some((name) => name.endsWith(kind)),
    `kept: ${kept}`,
  );
}

const { PGPASSFILE = '' } = database.postgres.variables(DATABASE, MONITOR);
const looked = await follow('health', {
  env: {
    ...asSuperuser,
    PGPASSFILE,
    BACKUP_DIR: '/var/backups/gatehouse',
    // The authority of trials signs for two days.
    HEALTH_CERTIFICATE_DAYS_WARN: '0',
    HEALTH_CERTIFICATE_DAYS_FAIL: '0',
    HEALTH_DISK_WARN: '101',
    HEALTH_DISK_FAIL: '102',
    GATEHOUSE: `${process.execPath} ${join(ROOT, 'src/cli/cli.ts')}`,
    ...cli.environment,
  },
});
const judged = looked.split('\n').filter((line) => /^(ok|none|warn|FAIL) /.test(line));
const wrong = judged.filter((line) => /^(warn|FAIL)/.test(line));
assert.deepEqual(wrong, []);
for (const what of LOOKED_AT) {
  assert.ok(
    judged.some((line) => line.startsWith(`ok    ${what}`)),
    `${what}: ${looked}`,
  );
}
for (const { problems } of [seq, collector, sentry]) assert.deepEqual(problems, []);

process.stdout.write(
  `seen: signed in through nginx; ${seq.items.length} lines at Seq, ${collector.items.length} spans; a request found in both logs; backed up; ${judged.length} lines of health.sh, none wrong\n`,
);
// The machine, and whatever runs on it, ends with this.
process.exit(0);
