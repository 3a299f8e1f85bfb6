import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { boundedLabel } from './bounded-label.ts';
import { gaugeWatcher, type Read } from './watched-gauge.ts';

/** Seconds; from an answer out of a cache to one that waited for a busy hash queue. */
const DURATION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Bytes; 4 KiB is the budget of an access token, 8 KiB what common proxies refuse. */
const TOKEN_SIZE_BUCKETS = [256, 512, 1024, 1536, 2048, 3072, 4096, 6144, 8192, 16384];

/** Seconds; a turn with nothing to do, and one with all that it may. */
const MAINTENANCE_BUCKETS = [0.01, 0.05, 0.25, 1, 5, 15, 60, 300];

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/**
 * Connections of a pool by what they are doing; `pending` counts those who wait for one, `max` is
 * how many there may be.
 */
export interface PoolSizes {
  readonly used: number;
  readonly free: number;
  readonly pending: number;
  readonly max: number;
}

/** The oldest key of an algorithm and stage, over all tenants. */
export interface SigningKeyAge {
  readonly algorithm: string;
  readonly stage: string;
  readonly ageSeconds: number;
}

/**
 * What the rooms tell the metrics, and what `/metrics` shows. Labels are bounded: no tenant, no
 * client, no raw path, no id.
 *
 * The `watch…` methods give a gauge its source, which is read at every scrape. A source that throws
 * or takes longer than 2 s leaves its gauge out of that scrape and is counted in
 * `metrics_collect_failures_total`; the scrape itself never fails.
 */
export interface Metrics {
  /** One request answered. `route` is the pattern, never the path. */
  observeRequest(sample: {
    method: string;
    route: string | undefined;
    status: number;
    seconds: number;
  }): void;
  /** An audit event's kind, such as `sign_in.failed`. */
  countAuthEvent(kind: string): void;
  /** The token endpoint answered with tokens for a grant type, such as `refresh_token`. */
  countTokensIssued(grantType: string | undefined): void;
  /** The token endpoint refused, with an error of RFC 6749, such as `invalid_grant`. */
  countTokensRefused(error: string | undefined): void;
  /** What became of a message: `sign_in_code` was `sent`. */
  countEmailEvent(kind: string, outcome: string): void;
  /** How an attempt to tell a client of a session's end went. */
  countLogoutNotification(outcome: 'delivered' | 'retried' | 'failed'): void;
  /** A token was issued. */
  observeTokenSize(kind: 'access_token' | 'id_token' | 'refresh_token', bytes: number): void;
  /** A task of maintenance begins its life with this process, and counts as done then. */
  watchMaintenance(task: string, startedAt: Date): void;
  /** A turn of a task ended; `skipped`: another replica was at it. */
  observeMaintenance(turn: {
    task: string;
    outcome: 'ran' | 'skipped' | 'failed';
    endedAt: Date;
    seconds: number;
  }): void;
  /** Rows that a retention rule removed. */
  countRetained(removed: Readonly<Record<string, number>>): void;
  /** A tenant was made ready in memory. */
  countProviderBuilt(): void;
  /** What was meant for receivers of telemetry and is lost, by receiver, since the start. */
  watchDropped(read: () => Readonly<Record<string, number>>): void;
  watchSessions(read: Read<number>): void;
  watchSigningKeys(read: Read<readonly SigningKeyAge[]>): void;
  /** For how long the step of a signing key waits that should have been taken first; 0: none. */
  watchOverdueKeys(read: Read<number>): void;
  watchDatabasePool(read: Read<PoolSizes>): void;
  /** For how long whoever waits longest has been waiting for a connection; 0: nobody waits. */
  watchDatabaseWait(read: Read<number>): void;
  /** Notifications of ended sessions that clients have not taken yet. */
  watchLogoutNotifications(read: Read<number>): void;
  watchHashQueue(read: Read<number>): void;
  /** Requests that this replica is at work on, and how many it may be at once. */
  watchRequestsInFlight(limit: number, read: Read<number>): void;
  watchProviderPool(read: Read<number>): void;
  /** Messages that wait to be sent, and for how long the oldest of them does. */
  watchMailOutbox(read: Read<{ readonly queued: number; readonly oldestSeconds: number }>): void;
  /** Rows that each retention rule has still to delete. */
  watchRetention(read: Read<Readonly<Record<string, number>>>): void;
  readonly contentType: string;
  /** The page that Prometheus reads. Never rejects. */
  render(): Promise<string>;
}

/** Makes the metrics of this process, in a registry of their own. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });

  const requests = new Counter({
    name: 'http_requests_total',
    help: 'Requests answered, by route pattern.',
    labelNames: ['method', 'route', 'status'],
    registers,
  });
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the first byte of a request to the last of its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: DURATION_BUCKETS,
    registers,
  });
  const authEvents = new Counter({
    name: 'auth_events_total',
    help: 'What happened to accounts, sessions, grants and tokens, by kind of audit event.',
    labelNames: ['kind'],
    registers,
  });
  const tokensIssued = new Counter({
    name: 'tokens_issued_total',
    help: 'Answers of the token endpoint that have tokens, by grant type.',
    labelNames: ['grant_type'],
    registers,
  });
  const tokensRefused = new Counter({
    name: 'tokens_refused_total',
    help: 'Refusals of the token endpoint, by their error.',
    labelNames: ['error'],
    registers,
  });
  const emailEvents = new Counter({
    name: 'email_events_total',
    help: 'What became of messages, by kind of message.',
    labelNames: ['kind', 'outcome'],
    registers,
  });
  const logoutNotifications = new Counter({
    name: 'logout_notifications_total',
    help: 'Attempts to tell clients that a session ended, by how they went.',
    labelNames: ['outcome'],
    registers,
  });
  const tokenSizes = new Histogram({
    name: 'token_size_bytes',
    help: 'Size of the tokens that were issued, by kind. An access token past 4096 may break a proxy.',
    labelNames: ['kind'],
    buckets: TOKEN_SIZE_BUCKETS,
    registers,
  });
  const largestTokens = new Gauge({
    name: 'token_size_largest_bytes',
    help: 'Size of the largest token that this process issued, by kind.',
    labelNames: ['kind'],
    registers,
  });
  const maintenanceRuns = new Counter({
    name: 'maintenance_runs_total',
    help: 'Turns of maintenance tasks, by what came of them; skipped: another replica was at it.',
    labelNames: ['task', 'outcome'],
    registers,
  });
  const maintenanceDurations = new Histogram({
    name: 'maintenance_duration_seconds',
    help: 'How long turns of maintenance tasks took that were not skipped.',
    labelNames: ['task'],
    buckets: MAINTENANCE_BUCKETS,
    registers,
  });
  const maintenanceDone = new Gauge({
    name: 'maintenance_last_success_timestamp_seconds',
    help: 'When this replica last did a maintenance task, or began to run.',
    labelNames: ['task'],
    registers,
  });
  const retentionRemoved = new Counter({
    name: 'retention_removed_total',
    help: 'Rows that each retention rule has removed (of audit_events: months).',
    labelNames: ['rule'],
    registers,
  });
  const providersBuilt = new Counter({
    name: 'providers_built_total',
    help: 'Tenants made ready in memory: new, changed, or asked for again after the pool dropped them.',
    registers,
  });
  const failures = new Counter({
    name: 'metrics_collect_failures_total',
    help: 'Gauges left out of a scrape because their source failed or took too long.',
    labelNames: ['metric'],
    registers,
  });

  const routeLabel = boundedLabel({ form: /^\/[\w/:.*{}()-]{0,99}$/, limit: 300 });
  const kindLabel = boundedLabel({ form: /^[a-z][a-z0-9_.]{0,63}$/, limit: 200 });
  const grantLabel = boundedLabel({ form: /^[a-z][a-z0-9_:.-]{0,99}$/, limit: 12 });
  const errorLabel = boundedLabel({ form: /^[a-z][a-z_]{0,63}$/, limit: 30 });
  const emailLabel = boundedLabel({ form: /^[a-z][a-z0-9_.]{0,63}$/, limit: 50 });
  const outcomeLabel = boundedLabel({ form: /^[a-z]{2,16}$/, limit: 12 });
  const ruleLabel = boundedLabel({ form: /^[a-z][a-z0-9_.]{0,63}$/, limit: 50 });
  const taskLabel = boundedLabel({ form: /^[a-z][a-z0-9_]{0,63}$/, limit: 20 });
  const algorithmLabel = boundedLabel({ form: /^[A-Za-z0-9]{2,16}$/, limit: 12 });
  const largest = new Map<string, number>();
  const receiverLabel = boundedLabel({ form: /^[a-z]{2,16}$/, limit: 8 });
  const stageLabel = boundedLabel({ form: /^[a-z]{2,16}$/, limit: 8 });

  const watch = gaugeWatcher(registers, (metric) => failures.inc({ metric }));

  return {
    observeRequest({ method, route, status, seconds }) {
      const labels = {
        method: METHODS.includes(method) ? method : 'other',
        route: routeLabel(route),
        status: status >= 100 && status <= 599 ? String(status) : 'other',
      };
      requests.inc(labels);
      durations.observe(labels, seconds);
    },
    countAuthEvent: (kind) => authEvents.inc({ kind: kindLabel(kind) }),
    countTokensIssued: (grantType) => tokensIssued.inc({ grant_type: grantLabel(grantType) }),
    countTokensRefused: (error) => tokensRefused.inc({ error: errorLabel(error) }),
    countEmailEvent: (kind, outcome) =>
      emailEvents.inc({ kind: emailLabel(kind), outcome: outcomeLabel(outcome) }),
    countProviderBuilt: () => providersBuilt.inc(),
    countLogoutNotification: (outcome) => logoutNotifications.inc({ outcome }),
    observeTokenSize(kind, bytes) {
      tokenSizes.observe({ kind }, bytes);
      if (bytes <= (largest.get(kind) ?? 0)) return;
      largest.set(kind, bytes);
      largestTokens.set({ kind }, bytes);
    },
    watchMaintenance(task, startedAt) {
      maintenanceDone.set({ task: taskLabel(task) }, startedAt.getTime() / 1000);
    },
    observeMaintenance({ task: name, outcome, endedAt, seconds }) {
      const task = taskLabel(name);
      maintenanceRuns.inc({ task, outcome });
      if (outcome === 'ran') maintenanceDone.set({ task }, endedAt.getTime() / 1000);
      if (outcome !== 'skipped') maintenanceDurations.observe({ task }, seconds);
    },
    countRetained(removed) {
      for (const [rule, rows] of Object.entries(removed)) {
        retentionRemoved.inc({ rule: ruleLabel(rule) }, rows);
      }
    },
    watchDropped(read) {
      new Counter({
        name: 'telemetry_dropped_total',
        help: 'Log lines, spans and errors that a receiver of telemetry did not take, by receiver.',
        labelNames: ['receiver'],
        registers,
        collect() {
          this.reset();
          for (const [receiver, count] of Object.entries(read())) {
            this.inc({ receiver: receiverLabel(receiver) }, count);
          }
        },
      });
    },
    watchSessions(read) {
      watch(
        'redis_sessions_active',
        'Sessions alive, over all tenants.',
        [],
        read,
        (gauge, count) => gauge.set(count),
      );
    },
    watchSigningKeys(read) {
      watch(
        'signing_key_age_seconds',
        'Age of the oldest signing key of an algorithm and stage, over all tenants.',
        ['algorithm', 'stage'],
        read,
        (gauge, ages) => {
          for (const { algorithm, stage, ageSeconds } of ages) {
            gauge.set(
              { algorithm: algorithmLabel(algorithm), stage: stageLabel(stage) },
              ageSeconds,
            );
          }
        },
      );
    },
    watchOverdueKeys(read) {
      const help = 'How long the step of a signing key waits that was due first, over all tenants.';
      watch('signing_keys_overdue_seconds', help, [], read, (gauge, age) => gauge.set(age));
    },
    watchDatabasePool(read) {
      const help = 'Connections of the database pool, and requests that wait for one.';
      watch('db_pool_connections', help, ['state'], read, (gauge, { used, free, pending }) => {
        gauge.set({ state: 'used' }, used);
        gauge.set({ state: 'free' }, free);
        gauge.set({ state: 'pending' }, pending);
      });
      const most = 'Connections that the database pool may have (DATABASE_POOL_MAX).';
      watch('db_pool_connections_max', most, [], read, (gauge, { max }) => gauge.set(max));
    },
    watchDatabaseWait(read) {
      const help = 'How long whoever waits longest for a connection of the pool has been waiting.';
      watch('db_pool_longest_wait_seconds', help, [], read, (gauge, wait) => gauge.set(wait));
    },
    watchLogoutNotifications(read) {
      const help = 'Notifications of ended sessions that wait to be delivered.';
      watch('logout_notifications_queued', help, [], read, (gauge, count) => gauge.set(count));
    },
    watchHashQueue(read) {
      const help = 'Password hashes that run or wait.';
      watch('hash_queue_depth', help, [], read, (gauge, depth) => gauge.set(depth));
    },
    watchRequestsInFlight(limit, read) {
      const help =
        'Requests that have arrived whole and are worked on, behind their answer or a lost caller, too.';
      watch('http_requests_in_flight', help, [], read, (gauge, count) => gauge.set(count));
      new Gauge({
        name: 'http_requests_in_flight_max',
        help: 'Requests at once, past which others are refused (MAX_REQUESTS_IN_FLIGHT).',
        registers,
      }).set(limit);
    },
    watchProviderPool(read) {
      const help = 'Tenants kept ready in memory.';
      watch('provider_pool_size', help, [], read, (gauge, size) => gauge.set(size));
    },
    watchMailOutbox(read) {
      const help = 'Messages that wait to be sent (counted up to 10,000), and age of the oldest.';
      watch('email_outbox', help, ['measure'], read, (gauge, { queued, oldestSeconds }) => {
        gauge.set({ measure: 'queued' }, queued);
        gauge.set({ measure: 'oldest_seconds' }, oldestSeconds);
      });
    },
    watchRetention(read) {
      const help = 'Rows past their time that a retention rule has still to delete.';
      watch('retention_backlog', help, ['rule'], read, (gauge, backlog) => {
        for (const [rule, rows] of Object.entries(backlog)) {
          gauge.set({ rule: ruleLabel(rule) }, rows);
        }
      });
    },
    contentType: registry.contentType,
    render: () => registry.metrics(),
  };
}
