import type { RequestListener } from 'node:http';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { AccountStore } from './accounts/account-store.ts';
import { DEFAULT_ATTEMPT_LIMITS } from './accounts/attempt-limits.ts';
import { callerOf } from './accounts/attempt-subjects.ts';
import { authenticateAccount } from './accounts/authenticate-account.ts';
import { createPasswordHasher, type PasswordHasher } from './accounts/password-hasher.ts';
import { PASSWORD_MIN_CHARACTERS } from './accounts/password-policy.ts';
import { findPasswordReset, resetPassword } from './accounts/reset-password.ts';
import { type AppDeps, createApp } from './app.ts';
import type { AuditLog } from './audit/audit-log.ts';
import type { Backends } from './compose-backends.ts';
import type { Config } from './config/config.ts';
import { recordGrant } from './grants/record-grant.ts';
import { createClientAddress } from './http/client-address.ts';
import { DEFAULT_ENDPOINT_LIMITS, type EndpointLimits } from './http/endpoint-limiter.ts';
import { createPathClassifier } from './http/endpoint-throttle.ts';
import { createHealth, type Health } from './http/health.ts';
import { createPageAssets } from './http/page-assets.ts';
import { createPageRenderer } from './http/render-page.ts';
import type { RequestState } from './http/request-state.ts';
import type { InteractionDeps } from './interactions/interactions.ts';
import { createErrorPageRenderer, createProviderPages } from './interactions/provider-pages.ts';
import { advanceDueKeyStages } from './keys/advance-key-stages.ts';
import type { KeyDeps } from './keys/change-key-set.ts';
import { type DeploymentSecrets, loadDeploymentSecrets } from './keys/deployment-secrets.ts';
import { keyPolicyOf } from './keys/key-policy.ts';
import { loadKeySet } from './keys/load-key-set.ts';
import { type MaintenanceTask, startMaintenance } from './maintenance.ts';
import { tombstoneUntil } from './provider/adapter.ts';
import { ENDPOINT_PATHS } from './provider/endpoint-paths.ts';
import { createOutboundFetch } from './provider/outbound-fetch.ts';
import { createProviderPool, type ProviderPool } from './provider/provider-for-tenant.ts';
import { createMemoryAttemptStore } from './storage/memory/attempt-store.ts';
import { createMemoryEndpointLimiter } from './storage/memory/endpoint-limiter.ts';
import { oldestSigningKeys } from './storage/postgres/signing-key-ages.ts';
import { createRedisAttemptStore } from './storage/redis/attempt-store.ts';
import { createRedisEndpointLimiter } from './storage/redis/endpoint-limiter.ts';
import type { Logger } from './telemetry/logger.ts';
import { createMetrics, type Metrics } from './telemetry/metrics.ts';
import type { Tenant } from './tenants/tenant.ts';
import type { TenantChangeFeed } from './tenants/tenant-change-feed.ts';
import { createTenantDirectory } from './tenants/tenant-directory.ts';
import type { TenantState } from './tenants/tenant-state.ts';
import { watchTenants } from './tenants/watch-tenants.ts';

/** Where the templates and stylesheets are: beside `src/`, or beside it in `dist/`. */
const VIEWS = fileURLToPath(new URL('../views', import.meta.url));

/** Hashes that may wait for each core: keeps the longest wait near half a second. */
const QUEUED_HASHES_PER_CORE = 32;

const MINUTE = 60;
/** Well within the time that a new cookie key is known before it signs. */
const SECRETS_RELOAD_SECONDS = 5 * MINUTE;
const KEY_STAGES_SECONDS = MINUTE;
const RETENTION_SECONDS = MINUTE;

/** The running parts of a server, without its sockets: `main.ts` listens. */
export interface Gatehouse {
  readonly listener: RequestListener;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly providers: ProviderPool;
  readonly feed: TenantChangeFeed;
  /** Ends timers and looks in progress; the backends stay open. */
  stop(): Promise<void>;
}

export interface ComposeOptions {
  readonly config: Config;
  readonly backends: Backends;
  readonly logger: Logger;
  readonly now: () => Date;
  /** Default: DEFAULT_ENDPOINT_LIMITS. */
  readonly endpointLimits?: EndpointLimits;
}

/**
 * The composition root: builds every room over open backends and wires them.
 *
 * @throws StorageUnavailableError, SealError when the deployment's secrets cannot be read
 */
export async function composeGatehouse(options: ComposeOptions): Promise<Gatehouse> {
  const { config, backends, logger, now } = options;
  const metrics = createMetrics();
  const audit = countingAudit(backends.audit, metrics);
  const keys = keyDeps({ ...options, audit });
  const loadSecrets = () =>
    loadDeploymentSecrets({ store: backends.deploymentSecrets, sealer: backends.sealer, now });
  let secrets = await loadSecrets();
  const hasher = passwordHasher(secrets);

  const basePath = new URL(config.publicUrl).pathname.replace(/\/$/, '');
  const assets = await createPageAssets(`${VIEWS}/assets`, basePath);
  const render = await createPageRenderer(VIEWS, assets);

  const directory = createTenantDirectory(backends);
  const providers = createProviderPool({
    artifacts: backends.artifacts,
    applications: backends.applications,
    accounts: backends.accounts,
    grants: backends.grants,
    audit,
    pages: createProviderPages({ render }),
    sealer: backends.sealer,
    clientSecretPepper: secrets.clientSecretPepper,
    cookieKeys: () => secrets.cookieKeys,
    fetch: createOutboundFetch(config.outboundAllow),
    logger,
    now,
    loadKeySet: (tenant) => loadKeySet(keys, tenant),
    publicUrl: config.publicUrl,
    poolSize: config.providerPoolSize,
  });
  const interactions = interactionDeps({
    options,
    audit,
    hasher,
    providers,
    lookupKey: secrets.lookupKey,
    render,
  });

  const app = createApp({
    deployment: { publicUrl: config.publicUrl, aliasHosts: aliasHosts(config) },
    directory,
    providers,
    interactions,
    throttle: throttle(options, secrets.lookupKey),
    assets,
    renderErrorPage: createErrorPageRenderer({ render }),
    clientAddress: createClientAddress(config.trustedProxies),
    cookieKeys: secrets.cookieKeys,
    logger,
    metrics,
    now,
  });

  const feed = await watchTenants(
    {
      tenants: backends.tenants,
      notifications: backends.notifications,
      pollSeconds: config.tenantPollSeconds,
      logger,
    },
    (tenantId) => directory.forget(tenantId),
  );

  const reloadSecrets = async () => {
    const loaded = await loadSecrets();
    const unchanged = loaded.cookieKeys.join() === secrets.cookieKeys.join();
    secrets = loaded;
    if (unchanged) return;
    app.keys = [...loaded.cookieKeys];
    providers.retireAll();
  };
  const tasks: MaintenanceTask[] = [
    { name: 'secrets', everySeconds: SECRETS_RELOAD_SECONDS, run: reloadSecrets },
    {
      name: 'key stages',
      everySeconds: KEY_STAGES_SECONDS,
      run: () => advanceDueKeyStages({ ...keys, keys: backends.keys, tenants: backends.tenants }),
    },
    {
      name: 'retention',
      everySeconds: RETENTION_SECONDS,
      run: () => backends.retention.runOnce(),
    },
  ];
  const stopMaintenance = startMaintenance(tasks, logger);
  watchGauges(metrics, { backends, hasher, providers, now });

  return {
    listener: app.callback(),
    health: createHealth({ checks: healthChecks(backends), logger }),
    metrics,
    providers,
    feed,
    async stop() {
      await Promise.all([stopMaintenance(), feed.stop()]);
    },
  };
}

/** What the keys room needs, for the server and for commands. */
export function keyDeps(options: {
  backends: Backends;
  audit: Pick<AuditLog, 'record'>;
  logger: Logger;
  now: () => Date;
}): KeyDeps {
  const { backends, audit, logger, now } = options;
  return {
    keys: backends.keys,
    cache: backends.keyCache,
    notifications: backends.notifications,
    sealer: backends.sealer,
    audit,
    logger,
    policyOf: keyPolicyOf,
    now,
  };
}

/** Hashes passwords under the deployment's pepper, on all cores. */
export function passwordHasher(secrets: Pick<DeploymentSecrets, 'passwordPepper'>): PasswordHasher {
  const cores = availableParallelism();
  return createPasswordHasher({
    pepper: secrets.passwordPepper,
    concurrency: cores,
    queueLimit: QUEUED_HASHES_PER_CORE * cores,
  });
}

/** Ends everything that an account has open, on every replica. */
export function accountEnder(backends: Pick<Backends, 'artifacts'>, now: () => Date) {
  return (tenant: Pick<Tenant, 'id'>, accountId: string): Promise<void> =>
    backends.artifacts.endAccount(tenant.id, accountId, { tombstoneUntil: tombstoneUntil(now()) });
}

function interactionDeps(parts: {
  options: ComposeOptions;
  audit: AuditLog;
  hasher: PasswordHasher;
  providers: ProviderPool;
  lookupKey: string;
  render: InteractionDeps['render'];
}): InteractionDeps {
  const { options, audit, hasher, providers, lookupKey, render } = parts;
  const { backends, config, logger, now } = options;
  const accounts: AccountStore = backends.accounts;
  const limits = { limits: DEFAULT_ATTEMPT_LIMITS, digestKey: lookupKey };
  const attempts =
    backends.redis === undefined
      ? createMemoryAttemptStore(limits)
      : createRedisAttemptStore(backends.redis, { ...limits, keyPrefix: config.redis.keyPrefix });
  const endAccountSessions = accountEnder(backends, now);

  return {
    providerFor: (tenant) => providers.providerForTenant(tenant),
    findClient: backends.applications.findClient,
    findApplicationByAudience: backends.applications.findByAudience,
    findAccount: accounts.findById,
    authenticate: (tenant, input) =>
      authenticateAccount({ accounts, attempts, hasher, audit, logger, now }, tenant, input),
    recordGrant: (tenant, decision) =>
      recordGrant({ grants: backends.grants, audit }, tenant, decision),
    findResetLink: (tenant, token) => findPasswordReset({ accounts }, tenant, token),
    resetPassword: (tenant, input) =>
      resetPassword({ accounts, attempts, hasher, audit, endAccountSessions }, tenant, input),
    passwordMinCharacters: PASSWORD_MIN_CHARACTERS,
    audit,
    csrfSecret: () => lookupKey,
    render,
  };
}

/** Limits per endpoint class, shared through Redis where there is one. */
function throttle(options: ComposeOptions, digestKey: string): AppDeps['throttle'] {
  const { backends, config, now, endpointLimits: limits = DEFAULT_ENDPOINT_LIMITS } = options;
  const classOf = createPathClassifier(ENDPOINT_PATHS);
  return {
    limiter:
      backends.redis === undefined
        ? createMemoryEndpointLimiter({ limits, now })
        : createRedisEndpointLimiter(backends.redis, {
            keyPrefix: config.redis.keyPrefix,
            digestKey,
            limits,
            now,
          }),
    callerOf,
    classify(ctx) {
      const { tenant, tenantPath } = ctx.state as RequestState & TenantState;
      const endpointClass = classOf(tenantPath);
      return endpointClass && { endpointClass, clientScope: tenant.id };
    },
  };
}

/** The audit log that also counts: every kind shows in `auth_events_total`. */
function countingAudit(audit: AuditLog, metrics: Metrics): AuditLog {
  return {
    ...audit,
    record(event) {
      metrics.countAuthEvent(event.kind);
      return audit.record(event);
    },
  };
}

function watchGauges(
  metrics: Metrics,
  parts: { backends: Backends; hasher: PasswordHasher; providers: ProviderPool; now: () => Date },
): void {
  const { backends, hasher, providers, now } = parts;
  metrics.watchSessions(() => backends.artifacts.countSessions());
  metrics.watchSigningKeys(async () => {
    const oldest = await oldestSigningKeys(backends.db);
    return oldest.map(({ algorithm, stage, since }) => ({
      algorithm,
      stage,
      ageSeconds: (now().getTime() - since.getTime()) / 1000,
    }));
  });
  metrics.watchDatabasePool(() => {
    const { pool } = backends.db.client;
    return { used: pool.numUsed(), free: pool.numFree(), pending: pool.numPendingAcquires() };
  });
  metrics.watchHashQueue(() => hasher.load().waiting);
  metrics.watchProviderPool(() => providers.size());
  metrics.watchRetention(() => backends.retention.backlog());
}

function healthChecks({ db, redis }: Backends) {
  return {
    database: async () => db.raw('select 1'),
    ...(redis === undefined ? {} : { redis: () => redis.ping() }),
  };
}

/** On the embedded default `localhost` and `127.0.0.1` are one deployment. */
function aliasHosts(config: Config): string[] {
  if (config.mode !== 'embedded') return [];
  const { hostname, port } = new URL(config.publicUrl);
  const suffix = port === '' ? '' : `:${port}`;
  return ['localhost', '127.0.0.1', '[::1]']
    .filter((name) => name !== hostname)
    .map((name) => `${name}${suffix}`);
}
