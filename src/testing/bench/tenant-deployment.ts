/** A database with thousands of tenants, a Redis, and replicas over them: what is measured. */
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { type Backends, openBackends } from '../../compose-backends.ts';
import { parseConfig } from '../../config/parse-config.ts';
import { readEnv } from '../../config/read-env.ts';
import { createTestCli, type TestCli } from '../cli.ts';
import { createTestDatabase } from '../database.ts';
import { freePort } from '../free-port.ts';
import { startTestRedis } from '../redis.ts';
import { silentLogger } from '../silent-logger.ts';
import { addTenants } from './many-tenants.ts';
import { type MeasuredReplica, startMeasuredReplica } from './measured-replica.ts';

const SEED = fileURLToPath(new URL('./tenants-seed.yaml', import.meta.url));

export interface TenantDeployment {
  readonly backends: Backends;
  readonly cli: TestCli;
  /** Makes more tenants, up to `t<count - 1>`. */
  grow(count: number): Promise<void>;
  /** A replica of its own, in production mode; the caller stops it. */
  start(env?: Record<string, string>): Promise<MeasuredReplica>;
  stop(): Promise<void>;
}

/** Starts with one tenant, `t0`, beside the default one; call `stop` in a `finally`. */
export async function startTenantDeployment(): Promise<TenantDeployment> {
  const database = await createTestDatabase();
  const redis = await startTestRedis();
  const environment = {
    NODE_ENV: 'production',
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    KEY_ENCRYPTION_KEYS: randomBytes(32).toString('base64'),
    PUBLIC_URL: 'http://localhost:1',
    // Whoever measures stands for many callers, or the limits of one address would be measured.
    TRUSTED_PROXIES: '127.0.0.0/8,::1/128',
    SHUTDOWN_DELAY_SECONDS: '0',
    LOG_LEVEL: 'warn',
  };
  const cli = createTestCli({ databaseUrl: database.url, redisUrl: redis.url, environment });
  const { code, stderr } = await cli.run('seed', 'apply', SEED);
  if (code !== 0) throw new Error(stderr);
  const { config, secrets } = parseConfig(readEnv(environment));
  const now = () => new Date();
  const opened = { config, secrets, logger: silentLogger, now, embedded: 'shared' } as const;
  const backends = await openBackends(opened);
  let tenants = 1;
  return {
    backends,
    cli,
    async grow(count) {
      await addTenants(backends, { from: tenants, to: count });
      tenants = count;
    },
    async start(env = {}) {
      const port = String(await freePort());
      const publicUrl = `http://localhost:${port}`;
      return startMeasuredReplica({ ...environment, PORT: port, PUBLIC_URL: publicUrl, ...env });
    },
    async stop() {
      await backends.close();
      await redis.stop();
      await database.drop();
    },
  };
}
