import type { RequestListener } from 'node:http';
import { fileURLToPath } from 'node:url';
import { hasSecondFactor } from './accounts/second-factors.ts';
import { createApp } from './app.ts';
import { createBackgroundWork } from './background-work.ts';
import { accountPageDeps } from './compose-account-page.ts';
import type { Backends } from './compose-backends.ts';
import type { DatabaseClock } from './compose-clock.ts';
import { interactionDeps } from './compose-interactions.ts';
import { attemptStore, classifier, throttle } from './compose-limits.ts';
import { logoutDelivery } from './compose-logouts.ts';
import { composeMail } from './compose-mail.ts';
import { countingAudit, watchGauges } from './compose-metrics.ts';
import { keyDeps, passwordHasher } from './compose-shared.ts';
import { upstreamUse } from './compose-upstream.ts';
import type { Config } from './config/config.ts';
import { createLookUpAdmission } from './http/admit-look-up.ts';
import { canonicalPath } from './http/canonical-path.ts';
import { createClientAddress } from './http/client-address.ts';
import type { EndpointLimits } from './http/endpoint-limiter.ts';
import { createHealth, type Health } from './http/health.ts';
import { createPageAssets } from './http/page-assets.ts';
import { createPageRenderer } from './http/render-page.ts';
import { createErrorPageRenderer, createProviderPages } from './interactions/provider-pages.ts';
import { advanceDueKeyStages } from './keys/advance-key-stages.ts';
import { loadDeploymentSecrets } from './keys/deployment-secrets.ts';
import { type KeyTimes, keyTimesOf } from './keys/key-policy.ts';
import { loadKeySet } from './keys/load-key-set.ts';
import { useTenantOrigins } from './keys/tenant-origins.ts';
import { type MaintenanceTask, startMaintenance } from './maintenance.ts';
import { ENDPOINT_PATHS } from './provider/endpoint-paths.ts';
import { createProviderPool, type ProviderPool } from './provider/provider-for-tenant.ts';
import { watchPoolWait } from './storage/postgres/pool-wait.ts';
import { RETENTION_RUN_ROWS } from './storage/postgres/retention.ts';
import type { Logger } from './telemetry/logger.ts';
import { createMetrics, type Metrics } from './telemetry/metrics.ts';
import { type Tracing, untraced } from './telemetry/tracing.ts';
import { METADATA_PREFIX } from './tenants/resolve-tenant.ts';
import type { TenantId } from './tenants/tenant.ts';
import type { TenantChangeFeed } from './tenants/tenant-change-feed.ts';
import { createTenantDirectory } from './tenants/tenant-directory.ts';
import { watchTenants } from './tenants/watch-tenants.ts';

/** Where the templates and stylesheets are: beside `src/`, or beside it in `dist/`. */
const VIEWS = fileURLToPath(new URL('../views', import.meta.url));

const MINUTE = 60;
/** Well within the time that a new cookie key is known before it signs. */
const SECRETS_RELOAD_SECONDS = 5 * MINUTE;
const KEY_STAGES_SECONDS = MINUTE;
/** Endpoints whose callers read JSON and ask again. */
const MACHINES = [...ENDPOINT_PATHS.token, ...ENDPOINT_PATHS.authenticated];
/**
 * While somebody has waited longer for a connection to PostgreSQL, nobody else is let in. Longer than
 * a migration makes anybody wait (`LOCK_WAIT_MS` of `storage/postgres/migrate.ts`).
 */
const LONGEST_WAIT_MS = 250;
const RETENTION_SECONDS = MINUTE;
/** How long a client waits that a command, or a replica that died, was to tell of a session's end. */
const LOGOUTS_SECONDS = 5;

/** The running parts of a server, without its sockets: `start-server.ts` listens. */
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
  /** Default: nothing is traced. */
  readonly tracing?: Tracing;
  /** What was meant for receivers of telemetry and is lost, by receiver; default: there are none. */
  readonly telemetryDropped?: () => Readonly<Record<string, number>>;
  /** Where `now` comes from, to be compared with PostgreSQL's every minute; default: not compared. */
  readonly clock?: DatabaseClock;
  /** Default: DEFAULT_ENDPOINT_LIMITS. */
  readonly endpointLimits?: EndpointLimits;
  /** Default: what the configuration says. */
  readonly keyTimes?: KeyTimes;
  /** Seconds between two looks for keys whose stage has ended; default: a minute. */
  readonly keyStagesSeconds?: number;
}

/**
 * The composition root: builds every room over open backends and wires them.
 *
 * @throws StorageUnavailableError, SealError when the deployment's secrets cannot be read
 */
export async function composeGatehouse(options: ComposeOptions): Promise<Gatehouse> {
  const { config, backends, logger, now, clock, tracing = untraced } = options;
  const metrics = createMetrics();
  if (options.telemetryDropped !== undefined) metrics.watchDropped(options.telemetryDropped);
  const audit = countingAudit(backends.audit, metrics);
  const { keyTimes = keyTimesOf(config) } = options;
  const keys = keyDeps({ ...options, audit, keyTimes });
  const loadSecrets = () =>
    loadDeploymentSecrets({ store: backends.deploymentSecrets, sealer: backends.sealer, now });
  let secrets = await loadSecrets();
  const origins = await useTenantOrigins({ ...backends, origins: backends.tenantOrigins, logger });
  const hasher = passwordHasher(secrets, origins);
  const mail = composeMail({ ...options, audit, metrics });
  const background = createBackgroundWork(logger);

  const basePath = new URL(config.publicUrl).pathname.replace(/\/$/, '');
  const assets = await createPageAssets(`${VIEWS}/assets`, basePath);
  const render = await createPageRenderer(VIEWS, assets);

  const directory = createTenantDirectory(backends);
  const { queueLogouts, courier } = logoutDelivery({
    ...options,
    audit,
    metrics,
    providerForTenant: (tenant) => providers.providerForTenant(tenant),
  });
  const providers = createProviderPool({
    artifacts: backends.artifacts,
    applications: backends.applications,
    accounts: backends.accounts,
    grants: backends.grants,
    hasSecondFactor: async (tenantId, accountId) =>
      hasSecondFactor(await backends.factors.factorsOf(tenantId, accountId)),
    audit,
    queueLogouts,
    observeTokenSize: metrics.observeTokenSize,
    pages: createProviderPages({ render }),
    sealer: backends.sealer,
    clientSecretPepper: secrets.clientSecretPepper,
    originsOf: origins.of,
    cookieKeys: () => secrets.cookieKeys,
    fetch: backends.fetch,
    logger,
    now,
    loadKeySet: (tenant) => loadKeySet(keys, tenant),
    publicUrl: config.publicUrl,
    tokenDeadlineMs: config.tokenDeadlineMs,
    poolSize: config.providerPoolSize,
    onBuilt: metrics.countProviderBuilt,
  });
  const attempts = attemptStore(options, secrets.lookupKey);
  const upstream = upstreamUse({ backends, audit, now });
  const interactions = interactionDeps({
    ...options,
    attempts,
    audit,
    hasher,
    providers,
    upstream,
    background,
    queueLogouts,
    lookupKey: secrets.lookupKey,
    originsOf: origins.of,
    queueMail: mail.queueMail,
    render,
  });
  const accountPage = accountPageDeps({
    ...options,
    attempts,
    audit,
    hasher,
    providers,
    upstream,
    queueLogouts,
    lookupKey: secrets.lookupKey,
    queueMail: mail.queueMail,
    render,
  });

  const classify = classifier();
  const longestWaitMs = watchPoolWait(backends.db);
  const waiting = { longestWaitMs, limitMs: LONGEST_WAIT_MS };
  const limits = throttle(options, secrets.lookupKey);
  const app = createApp({
    deployment: { publicUrl: config.publicUrl, aliasHosts: aliasHosts(config) },
    directory,
    admitLookUp: createLookUpAdmission({ ...limits, ...waiting }),
    providers,
    interactions,
    accountPage,
    crossOrigin: { isAsked: isAskedByPages },
    inFlight: {
      limit: config.maxRequestsInFlight,
      watch: (count) => metrics.watchRequestsInFlight(config.maxRequestsInFlight, count),
    },
    shedding: { ...waiting, needs: (ctx) => classify(ctx) !== undefined },
    deadlineOf: ({ path }) =>
      leadsTo(MACHINES, path)
        ? { limitMs: config.tokenDeadlineMs, ofMachine: true }
        : { limitMs: config.pageDeadlineMs, ofMachine: false },
    throttle: { ...limits, classify },
    assets,
    renderErrorPage: createErrorPageRenderer({ render }),
    clientAddress: createClientAddress(config.trustedProxies),
    cookieKeys: secrets.cookieKeys,
    jwksMaxAgeSeconds: keyTimes.jwksMaxAgeSeconds,
    logger,
    metrics,
    tracing,
    now,
  });

  const feed = await watchTenants(
    {
      tenants: backends.tenants,
      notifications: backends.notifications,
      pollSeconds: config.tenantPollSeconds,
      logger,
    },
    (tenantId) => {
      directory.forget(tenantId);
      background.run('tenant origins', origins.refresh);
    },
  );

  const reloadSecrets = async () => {
    const loaded = await loadSecrets();
    const changed = loaded.cookieKeys.join() !== secrets.cookieKeys.join();
    secrets = loaded;
    if (changed) {
      app.keys = [...loaded.cookieKeys];
      providers.retireAll();
    }
    // Last: whatever is wrong with these keeps no replica from new cookie keys.
    await origins.refresh();
  };
  let keysBehind: readonly TenantId[] = [];
  const tasks: MaintenanceTask[] = [
    { name: 'secrets', everySeconds: SECRETS_RELOAD_SECONDS, run: reloadSecrets },
    {
      name: 'key_stages',
      everySeconds: options.keyStagesSeconds ?? KEY_STAGES_SECONDS,
      async run(signal) {
        const turn = await backends.oneAtATime('key_stages', () =>
          advanceDueKeyStages(
            { ...keys, keys: backends.keys, tenants: backends.tenants },
            { behind: keysBehind, signal },
          ),
        );
        if (turn.outcome === 'skipped') return turn;
        keysBehind = turn.result.behind;
        return { ...turn, more: turn.result.more };
      },
    },
    {
      name: 'retention',
      everySeconds: RETENTION_SECONDS,
      async run() {
        const turn = await backends.retention.runOnce();
        if (turn.outcome === 'skipped') return turn;
        metrics.countRetained(turn.removed);
        // A deployment that leaves more than that in a minute would fall behind for ever.
        const more = Object.values(turn.removed).some((rows) => rows >= RETENTION_RUN_ROWS);
        return { ...turn, more };
      },
    },
    ...redisLists(backends, metrics),
    {
      name: 'logout_notifications',
      everySeconds: LOGOUTS_SECONDS,
      run: () => courier.deliverDue(),
    },
    ...mail.tasks,
    ...(clock === undefined
      ? []
      : [{ name: 'clock', everySeconds: MINUTE, run: () => clock.follow(backends.db) }]),
  ];
  const stopMaintenance = startMaintenance(tasks, { logger, metrics, now });
  const { successorSeconds } = keys;
  watchGauges(metrics, { backends, hasher, providers, successorSeconds, longestWaitMs, now });

  return {
    listener: app.callback(),
    health: createHealth({ checks: healthChecks(backends), logger }),
    metrics,
    providers,
    feed,
    async stop() {
      // What goes on in the background may still queue mail, and should see it on its way.
      const settled = background.settle().then(() => mail.stop());
      await Promise.all([stopMaintenance(), feed.stop(), courier.stop(), settled]);
    },
  };
}

/** Records in Redis expire by themselves; lists of them lose what has expired here. */
function redisLists(
  { volatileArtifacts, oneAtATime }: Backends,
  metrics: Pick<Metrics, 'countRetained'>,
): MaintenanceTask[] {
  if (volatileArtifacts === undefined) return [];
  const run = () =>
    oneAtATime('redis_lists', async () => {
      const removed = await volatileArtifacts.sweep(RETENTION_RUN_ROWS);
      metrics.countRetained({ redis_lists: removed });
    });
  return [{ name: 'redis_lists', everySeconds: RETENTION_SECONDS, run }];
}

/**
 * Whether pages of other origins ask at a path, in whatever tenant: the machines' endpoints, and what
 * is open to all.
 */
function isAskedByPages(path: string): boolean {
  return (
    leadsTo([...MACHINES, ...ENDPOINT_PATHS.exempt], path) ||
    canonicalPath(path).startsWith(`${METADATA_PREFIX}/`)
  );
}

/** In whatever tenant. Too lenient for a path that leads nowhere, which does no harm. */
function leadsTo(endpoints: readonly string[], path: string): boolean {
  const canonical = canonicalPath(path);
  return endpoints.some((own) => canonical.endsWith(own));
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
