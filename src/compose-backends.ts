import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import type { Knex } from 'knex';
import type { AccountStore } from './accounts/account-store.ts';
import { callerOf } from './accounts/attempt-subjects.ts';
import type { BrowserStore } from './accounts/browser-store.ts';
import type { EmailChangeStore } from './accounts/email-change-store.ts';
import type { InvitationStore } from './accounts/invitation-store.ts';
import type { OneTimeCodeStore } from './accounts/one-time-code-store.ts';
import type { PasskeyStore } from './accounts/passkey-store.ts';
import type { RecoveryCodeStore } from './accounts/recovery-code-store.ts';
import type { SecondFactorStore } from './accounts/second-factor-store.ts';
import type { TotpStore } from './accounts/totp-store.ts';
import type { ApplicationStore } from './applications/application-store.ts';
import type { TenantArchiveStore } from './archives/archive-store.ts';
import type { AuditLog } from './audit/audit-log.ts';
import { boundStrangers } from './audit/bound-strangers.ts';
import { mailTransport } from './compose-mail.ts';
import type { Config } from './config/config.ts';
import type { Secrets } from './config/secrets.ts';
import { createSealer, type Sealer, sealingKey } from './crypto/sealing.ts';
import {
  attachOrStartEmbeddedPostgres,
  attachOrStartExistingPostgres,
  startEmbeddedPostgres,
} from './embedded/embedded-postgres.ts';
import type { GrantStore } from './grants/grant-store.ts';
import { createOutboundFetch, type OutboundFetch } from './http/outbound-fetch.ts';
import type { DeploymentSecretStore } from './keys/deployment-secret-store.ts';
import type { KeyCache, KeyStore } from './keys/key-store.ts';
import type { TenantOriginStore } from './keys/tenant-origin-store.ts';
import type { MailInbox } from './mail/local-inbox.ts';
import type { MailOutbox } from './mail/mail-outbox.ts';
import type { MailTransport } from './mail/mail-transport.ts';
import type { ArtifactStore } from './provider/artifact-store.ts';
import type { LogoutNotificationStore } from './provider/logout-notification-store.ts';
import type { SeedStore } from './seeds/seed-store.ts';
import { placeArtifacts } from './storage/place-artifacts.ts';
import { createPostgresAccountStore } from './storage/postgres/account-store.ts';
import { createPostgresApplicationStore } from './storage/postgres/application-store.ts';
import { createPostgresArtifactStore } from './storage/postgres/artifact-store.ts';
import { createPostgresAuditLog } from './storage/postgres/audit-log.ts';
import { createPostgresBrowserStore } from './storage/postgres/browser-store.ts';
import { createDatabase } from './storage/postgres/database.ts';
import { createPostgresDeploymentSecretStore } from './storage/postgres/deployment-secret-store.ts';
import { createPostgresEmailChangeStore } from './storage/postgres/email-change-store.ts';
import { createPostgresGrantStore } from './storage/postgres/grant-store.ts';
import { createPostgresInvitationStore } from './storage/postgres/invitation-store.ts';
import { createPostgresKeyStore } from './storage/postgres/key-store.ts';
import { createPostgresLogoutNotificationStore } from './storage/postgres/logout-notification-store.ts';
import { createPostgresMailOutbox } from './storage/postgres/mail-outbox.ts';
import { createOneAtATime, type OneAtATime } from './storage/postgres/one-at-a-time.ts';
import { createPostgresOneTimeCodeStore } from './storage/postgres/one-time-code-store.ts';
import { createPostgresPasskeyStore } from './storage/postgres/passkey-store.ts';
import { type ReadMostly, readPrimary, readReplica } from './storage/postgres/read-mostly.ts';
import { createPostgresRecoveryCodeStore } from './storage/postgres/recovery-code-store.ts';
import { createRetention, type Retention } from './storage/postgres/retention.ts';
import { createPostgresSecondFactorStore } from './storage/postgres/second-factor-store.ts';
import { createPostgresSeedStore } from './storage/postgres/seed-store.ts';
import { createPostgresTenantArchiveStore } from './storage/postgres/tenant-archive-store.ts';
import { createPostgresTenantOriginStore } from './storage/postgres/tenant-origin-store.ts';
import { createPostgresTenantStore } from './storage/postgres/tenant-store.ts';
import { createPostgresTotpStore } from './storage/postgres/totp-store.ts';
import { createPostgresUpstreamLinkStore } from './storage/postgres/upstream-link-store.ts';
import { createPostgresUpstreamProviderStore } from './storage/postgres/upstream-provider-store.ts';
import { createRedisArtifactStore } from './storage/redis/artifact-store.ts';
import { createRedisKeyCache } from './storage/redis/key-cache.ts';
import { connectRedis, createRedis, type RedisClient } from './storage/redis/redis.ts';
import { createRedisTenantNotifications } from './storage/redis/tenant-notifications.ts';
import type { Logger } from './telemetry/logger.ts';
import type { Tracing } from './telemetry/tracing.ts';
import type { TenantNotifications } from './tenants/tenant-change-feed.ts';
import type { TenantStore } from './tenants/tenant-store.ts';
import type { UpstreamLinkStore } from './upstream/upstream-link-store.ts';
import type { UpstreamProviderStore } from './upstream/upstream-provider-store.ts';

/** Longest wait for Redis at the start; later it may come and go. */
const REDIS_START_MS = 5_000;

/** Connections to the read replica, of each replica of ours. */
const READ_POOL_MAX = 3;

/** Connections and stores: what the server and every command stand on. */
export interface Backends {
  readonly db: Knex;
  /** Runs what may be a few seconds old on the read replica, where there is one. */
  readonly readMostly: ReadMostly;
  /** Undefined where artifacts live in PostgreSQL and limits in memory. */
  readonly redis: RedisClient | undefined;
  readonly tenants: TenantStore;
  readonly applications: ApplicationStore;
  readonly accounts: AccountStore;
  readonly passkeys: PasskeyStore;
  readonly factors: SecondFactorStore;
  readonly totp: TotpStore;
  readonly recoveryCodes: RecoveryCodeStore;
  readonly browsers: BrowserStore;
  readonly codes: OneTimeCodeStore;
  readonly emailChanges: EmailChangeStore;
  readonly invitations: InvitationStore;
  readonly grants: GrantStore;
  readonly keys: KeyStore;
  readonly keyCache: KeyCache | undefined;
  readonly deploymentSecrets: DeploymentSecretStore;
  readonly tenantOrigins: TenantOriginStore;
  readonly tenantArchives: TenantArchiveStore;
  readonly notifications: TenantNotifications | undefined;
  readonly artifacts: ArtifactStore;
  /** What of them lives in Redis; undefined where all are in PostgreSQL. */
  readonly volatileArtifacts: ArtifactStore | undefined;
  readonly audit: AuditLog;
  readonly mail: {
    readonly outbox: MailOutbox;
    /** Where messages go; undefined: mail is off. */
    readonly transport: MailTransport | undefined;
    /** What the transport put there that leads nowhere else; for the playground. */
    readonly inbox: MailInbox | undefined;
  };
  readonly upstreams: UpstreamProviderStore;
  readonly upstreamLinks: UpstreamLinkStore;
  readonly logoutNotifications: LogoutNotificationStore;
  readonly seeds: SeedStore;
  readonly retention: Retention;
  /** Work that one replica at a time does. */
  readonly oneAtATime: OneAtATime;
  readonly sealer: Sealer;
  /** Reaches servers of others: public addresses, and those of OUTBOUND_ALLOW. */
  readonly fetch: OutboundFetch;
  /** Resolves when the embedded database ends by itself; never elsewhere. */
  readonly databaseLost: Promise<string>;
  /** Ends everything in the reverse order of its beginning. */
  close(): Promise<void>;
}

export interface BackendOptions {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly logger: Logger;
  readonly now: () => Date;
  /** Default: nothing is traced. */
  readonly tracing?: Pick<Tracing, 'watchStatement'>;
  /**
   * `exclusive` for the server; `shared` for commands, which may run beside it; `existing` for those
   * that make no database.
   */
  readonly embedded: 'exclusive' | 'shared' | 'existing';
}

/**
 * Opens what the configuration names: PostgreSQL (our own on the embedded default), Redis if there
 * is one, and the stores over them. Nothing is migrated and nothing is read but Redis's greeting.
 *
 * What was opened is closed again when a later step fails.
 *
 * @throws EmbeddedPostgresError, StorageUnavailableError, SealError
 */
export async function openBackends(options: BackendOptions): Promise<Backends> {
  const closers: (() => Promise<unknown>)[] = [];
  try {
    return { ...(await open(options, closers)), close: () => closeAll(closers) };
  } catch (error) {
    // Why it could not be opened is what somebody has to know.
    await closeAll(closers).catch((also) =>
      options.logger.warn('could not close', { error: also }),
    );
    throw error;
  }
}

/**
 * Runs each closer, the last first, whatever becomes of the others.
 *
 * @throws what the first one that failed threw, once all have run
 */
export async function closeAll(closers: (() => Promise<unknown>)[]): Promise<void> {
  const failed: unknown[] = [];
  for (let closer = closers.pop(); closer !== undefined; closer = closers.pop()) {
    await closer().catch((error: unknown) => failed.push(error));
  }
  if (failed.length > 0) throw failed[0];
}

async function open(
  options: BackendOptions,
  closers: (() => Promise<unknown>)[],
): Promise<Omit<Backends, 'close'>> {
  const { config, secrets, logger, now } = options;
  const { url, lost } = await databaseAddress(options, closers);
  const db = createDatabase({
    ...config.database,
    url,
    watch: options.tracing?.watchStatement,
    onWarning: (warning) => logger.debug('database connection', { warning }),
  });
  closers.push(() => db.destroy());
  const readMostly = openReplica(options, db, closers);

  const keyPrefix = config.redis.keyPrefix;
  const redis = await openRedis(options, closers);
  const notifications = redis && createRedisTenantNotifications(redis, { keyPrefix, logger });
  if (notifications !== undefined) closers.push(() => notifications.close());

  const mail = mailTransport(config, secrets);
  closers.push(async () => mail.transport?.close());
  const audit = boundStrangers(createPostgresAuditLog(db, { now }), { callerOf, logger });
  closers.push(() => audit.flush());
  const oneAtATime = createOneAtATime(db);
  const durable = createPostgresArtifactStore(db, { now });
  const volatile =
    redis !== undefined && config.artifactStore === 'redis'
      ? createRedisArtifactStore(redis, { now, keyPrefix })
      : undefined;

  const retention = createRetention(db, { now, artifacts: durable, oneAtATime });
  const outbox = createPostgresMailOutbox(db);
  const logoutNotifications = createPostgresLogoutNotificationStore(db);

  return {
    db,
    readMostly,
    redis,
    notifications,
    audit: {
      ...audit,
      list: (query) => readMostly((from) => createPostgresAuditLog(from, { now }).list(query)),
      listOfAccount: (...query) =>
        readMostly((from) => createPostgresAuditLog(from, { now }).listOfAccount(...query)),
    },
    tenants: createPostgresTenantStore(db),
    applications: createPostgresApplicationStore(db),
    accounts: createPostgresAccountStore(db, { now }),
    passkeys: createPostgresPasskeyStore(db, { now }),
    factors: createPostgresSecondFactorStore(db),
    totp: createPostgresTotpStore(db, { now }),
    recoveryCodes: createPostgresRecoveryCodeStore(db),
    browsers: createPostgresBrowserStore(db, { now }),
    codes: createPostgresOneTimeCodeStore(db, { now }),
    emailChanges: createPostgresEmailChangeStore(db, { now }),
    invitations: createPostgresInvitationStore(db, { now }),
    grants: createPostgresGrantStore(db),
    keys: createPostgresKeyStore(db),
    mail: {
      outbox: {
        ...outbox,
        backlog: () => readMostly((from) => createPostgresMailOutbox(from).backlog()),
      },
      ...mail,
    },
    logoutNotifications: {
      ...logoutNotifications,
      countQueued: () =>
        readMostly((from) => createPostgresLogoutNotificationStore(from).countQueued()),
    },
    keyCache: redis && createRedisKeyCache(redis, { keyPrefix, logger }),
    deploymentSecrets: createPostgresDeploymentSecretStore(db),
    tenantOrigins: createPostgresTenantOriginStore(db),
    tenantArchives: createPostgresTenantArchiveStore(db),
    artifacts: placeArtifacts({
      durable,
      volatile: volatile ?? durable,
      isVolatileAway: () => redis?.status !== 'ready',
    }),
    volatileArtifacts: volatile,
    upstreams: createPostgresUpstreamProviderStore(db),
    upstreamLinks: createPostgresUpstreamLinkStore(db),
    seeds: createPostgresSeedStore(db),
    retention: {
      ...retention,
      backlog: () =>
        readMostly((from) => {
          const artifacts = createPostgresArtifactStore(from, { now });
          return createRetention(from, { now, artifacts, oneAtATime }).backlog();
        }),
    },
    oneAtATime,
    sealer: createSealer(await sealingKeys(secrets)),
    fetch: createOutboundFetch(config.outboundAllow),
    databaseLost: lost,
  };
}

/** The pool of DATABASE_READ_URL: what it is asked is asked by few. */
function openReplica(
  { config, secrets, logger }: BackendOptions,
  primary: Knex,
  closers: (() => Promise<unknown>)[],
): ReadMostly {
  if (secrets.databaseReadUrl === undefined) return readPrimary(primary);
  const replica = createDatabase({
    ...config.database,
    poolMax: READ_POOL_MAX,
    url: secrets.databaseReadUrl,
    onWarning: (warning) => logger.debug('read replica connection', { warning }),
  });
  closers.push(() => replica.destroy());
  return readReplica({ primary, replica, logger });
}

const EMBEDDED = {
  exclusive: startEmbeddedPostgres,
  shared: attachOrStartEmbeddedPostgres,
  existing: attachOrStartExistingPostgres,
};

/** The configured database, or our own: started, or attached to by a command beside the server. */
async function databaseAddress(
  { config, secrets, logger, embedded }: BackendOptions,
  closers: (() => Promise<unknown>)[],
): Promise<{ url: string; lost: Promise<string> }> {
  if (secrets.databaseUrl !== undefined) {
    return { url: secrets.databaseUrl, lost: new Promise(() => undefined) };
  }
  const postgres = await EMBEDDED[embedded]({ dataDir: config.dataDir, logger });
  closers.push(() => postgres.stop());
  const lost = new Promise<string>((resolve) => {
    void postgres.ended.then(({ expected, lastWords }) => {
      if (!expected) resolve(lastWords);
    });
  });
  return { url: postgres.url, lost };
}

async function openRedis(
  { config, secrets, logger }: BackendOptions,
  closers: (() => Promise<unknown>)[],
): Promise<RedisClient | undefined> {
  if (secrets.redis === undefined) return undefined;
  const redis = createRedis({
    servers: secrets.redis,
    commandTimeoutMs: config.redis.commandTimeoutMs,
    onError: (error) => logger.debug('redis connection', { error }),
  });
  closers.push(async () => redis.disconnect());
  await connectRedis(redis, REDIS_START_MS);
  return redis;
}

const KEY_BYTES = 32;

/** KEY_ENCRYPTION_KEYS, or the embedded default's own key, made at its first start. */
async function sealingKeys({ keyEncryptionKeys: source }: Secrets) {
  if (source.kind === 'keys') return source.keys.map((key) => sealingKey(key));
  try {
    // Exclusive: of two first starts one makes the key and both read it.
    const created = randomBytes(KEY_BYTES).toString('base64');
    await writeFile(source.path, `${created}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  const lines = (await readFile(source.path, 'utf8')).split(/[\s,]+/).filter((line) => line !== '');
  return lines.map((line) => sealingKey(Buffer.from(line, 'base64')));
}
