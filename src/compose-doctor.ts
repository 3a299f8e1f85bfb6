import type { DatabaseProbe, DoctorProbes, MailProbe, RedisProbe } from './cli/doctor-probes.ts';
import { openBackends } from './compose-backends.ts';
import { resealDeps } from './compose-reseal.ts';
import { parseConfig } from './config/parse-config.ts';
import { readEnv } from './config/read-env.ts';
import type { RedisServers, SmtpServer } from './config/secrets.ts';
import { countOtherSeals } from './keys/reseal-records.ts';
import { createSmtpTransport } from './mail/smtp-transport.ts';
import { lookAtConnections } from './storage/postgres/look-at-connections.ts';
import { lookAtDatabase } from './storage/postgres/look-at-database.ts';
import { schemaState } from './storage/postgres/migrate.ts';
import { lookAtRedis } from './storage/redis/look-at-redis.ts';
import { connectRedis, createRedis } from './storage/redis/redis.ts';
import type { Logger } from './telemetry/logger.ts';

/** Longest wait for a Redis that may be what is broken. */
const REDIS_WAIT_MS = 3_000;

/** What `gatehouse doctor` looks through: the parts of the environment's deployment, one by one. */
export function doctorProbes(logger: Logger): DoctorProbes {
  const now = () => new Date();
  const settings = () => parseConfig(readEnv());
  return {
    nodeVersion: process.versions.node,
    now,
    config: () => settings().config,
    openDatabase: async () => {
      const { config, secrets } = settings();
      // Without Redis, which may be away: that is another finding.
      const durable = { ...secrets, redis: undefined };
      return databaseProbe({ config, secrets: durable, logger, now, embedded: 'existing' });
    },
    openRedis: async () => {
      const { config, secrets } = settings();
      if (secrets.redis === undefined) return undefined;
      return redisProbe(secrets.redis, config.redis.commandTimeoutMs);
    },
    lookAtMail: async () => {
      const { config, secrets } = settings();
      return secrets.smtp && lookAtMail(secrets.smtp, config.mail.from);
    },
  };
}

async function databaseProbe(options: Parameters<typeof openBackends>[0]): Promise<DatabaseProbe> {
  const { db, tenants, keys, sealer, close } = await openBackends(options);
  return {
    look: () => lookAtDatabase(db),
    connections: () => lookAtConnections(db),
    schemaState: () => schemaState(db),
    tenants,
    keys,
    sealer,
    countOtherSeals: () => countOtherSeals(resealDeps({ db, sealer })),
    close,
  };
}

async function lookAtMail(server: SmtpServer, from: string): Promise<MailProbe> {
  const { host, port, implicitTls, startTls } = server;
  const security = implicitTls ? 'TLS' : startTls ? 'STARTTLS' : 'not encrypted';
  const transport = createSmtpTransport({ server, from });
  try {
    return { server: `${host}:${port}, ${security}`, failure: await transport.probe() };
  } finally {
    transport.close();
  }
}

async function redisProbe(servers: RedisServers, commandTimeoutMs: number): Promise<RedisProbe> {
  const redis = createRedis({ servers, commandTimeoutMs });
  try {
    await connectRedis(redis, REDIS_WAIT_MS);
  } catch (error) {
    redis.disconnect();
    throw error;
  }
  return { look: () => lookAtRedis(redis), close: async () => redis.disconnect() };
}
