/** A deployment as `deploy/health.sh` looks at it: TLS, PostgreSQL, Redis, a backup, a replica. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { backupScripts, newSigningKey } from '../backup/scripts.ts';
import { createTestCli } from '../cli.ts';
import { ensurePrograms } from '../debian-programs.ts';
import { freePort } from '../free-port.ts';
import { DEMO_SEED } from '../gatehouse.ts';
import { LOOPBACK_CERTIFICATE } from '../loopback-certificate.ts';
import { startRedisProcess } from '../redis.ts';
import { startServerProcess } from '../server-process.ts';
import { DATABASE, type DatabaseWorld, MONITOR, startDatabaseWorld } from './database-world.ts';
import { runScript } from './run-script.ts';
import { ROOT } from './trial.ts';

/** Expired in 2020. */
const EXPIRED_CERTIFICATE = {
  certificate: `-----BEGIN CERTIFICATE-----
MIIBUzCB+qADAgECAgEBMAoGCCqGSM49BAMCMBQxEjAQBgNVBAMMCWxvY2FsaG9z
dDAeFw0yMDAxMDEwMDAwMDBaFw0yMDAyMDEwMDAwMDBaMBQxEjAQBgNVBAMMCWxv
Y2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNrXHhxnAFiZvpsdza2d
nt2BhxG3C8i+JObLvRRq/+qDRBP7jFj97vsyqQU8rZQyrjC/6gzZLlE42FH5qxqi
wBOjPTA7MBoGA1UdEQQTMBGHBH8AAAGCCWxvY2FsaG9zdDAdBgNVHQ4EFgQU8ms/
qr+U5XaS5a1YtP72OWejpOkwCgYIKoZIzj0EAwIDSAAwRQIgX13aI3Hju++lz0HW
9G637OlQcMqJDLVoCGCmdfPnSSoCIQD1G46q1oi95sRpLFwqdkiK2Ewfe3SwrMC+
5rvDIjGIHg==
-----END CERTIFICATE-----`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgDXICHKOFV+0WKX/z
Fom4wg8JYqlzQljt6xB33h3WFU6hRANCAATa1x4cZwBYmb6bHc2tnZ7dgYcRtwvI
viTmy70Uav/qg0QT+4xY/e77MqkFPK2UMq4wv+oM2S5RONhR+asaosAT
-----END PRIVATE KEY-----`,
};

export interface HealthWorld {
  readonly database: DatabaseWorld;
  readonly redis: Redis;
  readonly backups: string;
  readonly manifest: string;
  readonly dump: string;
  /** What the script is told of all of it. */
  readonly settings: Readonly<Record<string, string>>;
  /** Runs the script, with other settings where said. */
  look(
    other?: Readonly<Record<string, string | undefined>>,
    ...args: string[]
  ): ReturnType<typeof runScript>;
  /** Shows people a certificate of long ago, or the good one. */
  showExpired(expired: boolean): void;
  stopRedis(): Promise<void>;
  stop(): Promise<void>;
}

export async function startHealthWorld(): Promise<HealthWorld> {
  await ensurePrograms({
    '/usr/bin/jq': 'jq',
    '/usr/bin/curl': 'curl',
    '/usr/bin/openssl': 'openssl',
    '/usr/bin/redis-cli': 'redis-tools',
  });
  const closers: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const close of closers.splice(0).toReversed()) await close();
  };
  try {
    return { ...(await start(closers)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(closers: (() => Promise<unknown>)[]): Promise<Omit<HealthWorld, 'stop'>> {
  const home = await mkdtemp(join(tmpdir(), 'gatehouse-health-'));
  closers.push(() => rm(home, { recursive: true, force: true }));
  const database = await startDatabaseWorld('installed');
  closers.push(() => database.stop());
  const redisPort = await freePort();
  const redisHome = join(home, 'redis');
  await mkdir(redisHome);
  const redisProcess = await startRedisProcess({
    port: redisPort,
    directory: redisHome,
    settings: { appendonly: 'yes', maxmemory: '64mb', 'maxmemory-policy': 'noeviction' },
  });
  closers.push(() => redisProcess.end('SIGKILL'));
  const redis = new Redis(redisProcess.url);
  redis.on('error', () => undefined);
  closers.push(async () => redis.disconnect());

  const port = await freePort();
  const door = createServer(certificate(LOOPBACK_CERTIFICATE), (req, res) => {
    const { method = 'GET', url: path = '/', headers } = req;
    const onward = request({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(res);
    });
    onward.once('error', () => res.writeHead(502).end());
    req.pipe(onward);
  });
  const publicUrl = `https://localhost:${await listenOn(door)}`;
  closers.push(async () => {
    door.closeAllConnections();
    await new Promise((resolve) => door.close(resolve));
  });
  const cli = createTestCli({
    databaseUrl: database.postgres.url(DATABASE),
    redisUrl: redisProcess.url,
    environment: {
      NODE_ENV: 'production',
      PUBLIC_URL: publicUrl,
      PORT: String(port),
      SHUTDOWN_DELAY_SECONDS: '0',
    },
  });
  for (const command of [
    ['seed', 'apply', DEMO_SEED],
    ['keys', 'rotate'],
  ]) {
    const { code, stderr } = await cli.run(...command);
    if (code !== 0) throw new Error(stderr);
  }
  const server = await startServerProcess({ env: { ...cli.environment } });
  closers.push(async () => {
    server.child.kill('SIGTERM');
    await server.ended();
  });
  await server.untilReady();
  const scripts = await backupScripts(home, database.postgres.bin);
  const { privateKey, publicKey } = await newSigningKey(home);
  const { code, stdout, stderr } = await scripts.run('backup', {
    ...database.postgres.variables(DATABASE),
    BACKUP_SIGNING_KEY: privateKey,
  });
  if (code !== 0) throw new Error(stderr);
  const dump = stdout.trim();

  const ca = join(home, 'ca.pem');
  await writeFile(ca, `${LOOPBACK_CERTIFICATE.certificate}\n${EXPIRED_CERTIFICATE.certificate}\n`);
  const settings: Record<string, string> = {
    ...cli.environment,
    PATH: `${database.postgres.bin}:${process.env.PATH ?? ''}`,
    HEALTH_REPLICAS: `http://127.0.0.1:${port} ${server.adminUrl}`,
    HEALTH_ISSUER: publicUrl,
    HEALTH_CA: ca,
    ...database.postgres.variables(DATABASE, MONITOR),
    REDIS_HOST: '127.0.0.1',
    REDIS_PORT: String(redisPort),
    BACKUP_DIR: scripts.directory,
    BACKUP_VERIFY_KEY: publicKey,
    HEALTH_PATHS: home,
    // However full the machine is that this runs on.
    HEALTH_DISK_WARN: '101',
    HEALTH_DISK_FAIL: '102',
    GATEHOUSE: `${process.execPath} ${join(ROOT, 'src/cli/cli.ts')}`,
  };
  return {
    database,
    redis,
    backups: scripts.directory,
    manifest: dump.replace('.dump.age', '.manifest'),
    dump,
    settings,
    look: (other = {}, ...args) =>
      runScript(join(ROOT, 'deploy/health.sh'), args, { ...settings, ...other }),
    showExpired: (expired) =>
      door.setSecureContext(certificate(expired ? EXPIRED_CERTIFICATE : LOOPBACK_CERTIFICATE)),
    stopRedis: () => redisProcess.end('SIGTERM'),
  };
}

function certificate(pair: { certificate: string; key: string }): { cert: string; key: string } {
  return { cert: pair.certificate, key: pair.key };
}

async function listenOn(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** Changes a file; returns how to have it as it was. */
export async function changeFile(
  path: string,
  change: (text: string) => string,
): Promise<() => Promise<void>> {
  const before = await readFile(path);
  await writeFile(path, change(before.toString('latin1')), 'latin1');
  return () => writeFile(path, before);
}
