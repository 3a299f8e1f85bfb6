import type { Dashboard, Query } from './dashboard.ts';

/** Within Grafana: as many scrapes as a rate needs, whatever the zoom. */
const RATE = '[$__rate_interval]';

const rateOf = (selector: string, by: string): string =>
  `sum by (${by}) (rate(${selector}${RATE}))`;

/** A quantile of how long requests took, by route or over all. */
function quantile(share: number, by: readonly string[] = []): string {
  const labels = ['le', ...by].join(', ');
  return `histogram_quantile(${share}, ${rateOf('http_request_duration_seconds_bucket', labels)})`;
}

const PERCENTILES: readonly Query[] = [
  { expr: quantile(0.5), legend: 'p50' },
  { expr: quantile(0.95), legend: 'p95' },
  { expr: quantile(0.99), legend: 'p99' },
];

const OVERVIEW: Dashboard = {
  uid: 'gatehouse-overview',
  title: 'Gatehouse: overview',
  description: 'Is all well? Everything here in a few numbers; the other dashboards say why.',
  rows: [
    {
      title: 'Now',
      panels: [
        {
          title: 'Replicas',
          description: 'Replicas that answer Prometheus. Runbook: replica-down.',
          kind: 'stat',
          unit: 'none',
          queries: [{ expr: 'gatehouse:replicas:up', legend: 'up' }],
          below: 'red',
          thresholds: [
            { at: 1, colour: 'orange' },
            { at: 2, colour: 'green' },
          ],
        },
        {
          title: 'Errors of ours',
          description: 'Share of requests answered with 5xx. Runbook: server-errors.',
          kind: 'stat',
          unit: 'percentunit',
          queries: [{ expr: 'gatehouse:http_errors:share5m or vector(0)', legend: '5xx' }],
          thresholds: [
            { at: 0.005, colour: 'orange' },
            { at: 0.02, colour: 'red' },
          ],
        },
        {
          title: 'Tokens, p99',
          description: 'One in a hundred token requests takes longer. Runbook: slow-answers.',
          kind: 'stat',
          unit: 's',
          queries: [
            {
              expr: 'gatehouse:http_request_duration_seconds:p99_5m{group="tokens"}',
              legend: 'p99',
            },
          ],
          thresholds: [
            { at: 0.5, colour: 'orange' },
            { at: 1, colour: 'red' },
          ],
        },
        {
          title: 'Sessions',
          description: 'People who are signed in, over all tenants.',
          kind: 'stat',
          unit: 'short',
          queries: [{ expr: 'max(redis_sessions_active)', legend: 'sessions' }],
        },
        {
          title: 'Oldest message',
          description:
            'How long the mail that waits longest has been waiting. Runbook: mail-not-sent.',
          kind: 'stat',
          unit: 's',
          queries: [{ expr: 'max(email_outbox{measure="oldest_seconds"})', legend: 'waits' }],
          thresholds: [
            { at: 120, colour: 'orange' },
            { at: 600, colour: 'red' },
          ],
        },
        {
          title: 'Certificate',
          description:
            'When the first certificate at the edge expires. Runbook: certificate-expires.',
          kind: 'stat',
          unit: 's',
          queries: [
            {
              expr: 'min(probe_ssl_earliest_cert_expiry{job="edge"}) - time()',
              legend: 'expires in',
            },
          ],
          below: 'red',
          thresholds: [
            { at: 3 * 86_400, colour: 'orange' },
            { at: 14 * 86_400, colour: 'green' },
          ],
        },
        {
          title: 'Alerts',
          description: 'What fires now; each alert carries the address of its runbook.',
          kind: 'table',
          unit: 'none',
          width: 24,
          queries: [
            {
              expr: 'sum by (alertname, severity, instance) (ALERTS{alertname=~"Gatehouse.*",alertstate="firing"})',
              legend: '{{alertname}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Traffic',
      panels: [
        {
          title: 'Requests by status',
          description: 'All requests of all replicas. 499: the caller went away first.',
          kind: 'stacked',
          unit: 'reqps',
          queries: [{ expr: rateOf('http_requests_total', 'status'), legend: '{{status}}' }],
        },
        {
          title: 'How long answers take',
          description: 'Over all routes; half of the answers, 19 in 20, and 99 in 100 are faster.',
          unit: 's',
          queries: PERCENTILES,
        },
        {
          title: 'Sign-ins',
          description:
            'Somebody proved who they are, failed to, or was refused for trying too often.',
          unit: 'ops',
          queries: [
            {
              expr: rateOf('auth_events_total{kind=~"sign_in[.].*"}', 'kind'),
              legend: '{{kind}}',
            },
          ],
        },
        {
          title: 'Tokens per second',
          description: 'Answers of the token endpoint that have tokens, by grant type.',
          kind: 'stacked',
          unit: 'ops',
          queries: [
            { expr: rateOf('tokens_issued_total', 'grant_type'), legend: '{{grant_type}}' },
          ],
        },
      ],
    },
  ],
};

const SIGN_INS: Dashboard = {
  uid: 'gatehouse-sign-ins',
  title: 'Gatehouse: sign-ins, tokens, mail',
  description: 'Who gets in, who does not and why, what is issued, and what is sent.',
  rows: [
    {
      title: 'Sign-ins',
      panels: [
        {
          title: 'Sign-ins by outcome',
          description:
            'sign_in.failed rises and sign_in.succeeded does not fall: somebody guesses. Runbook: sign-ins-fail.',
          unit: 'ops',
          queries: [
            {
              expr: rateOf('auth_events_total{kind=~"sign_in[.].*"}', 'kind'),
              legend: '{{kind}}',
            },
          ],
        },
        {
          title: 'Failures by kind',
          description: 'Everything that somebody was refused, by kind of audit event.',
          kind: 'stacked',
          unit: 'ops',
          queries: [
            {
              expr: rateOf(
                'auth_events_total{kind=~".*[.](failed|sign_in_failed|throttled|refused|denied|access_denied|authentication_failed|replayed|reused|clone_suspected)"}',
                'kind',
              ),
              legend: '{{kind}}',
            },
          ],
        },
        {
          title: 'Refused, and what is usual',
          description:
            'The alert compares refused sign-ins with five times the mean of the day before.',
          unit: 'ops',
          queries: [
            { expr: 'gatehouse:sign_ins_refused:rate10m', legend: 'refused' },
            {
              expr: '5 * avg_over_time(gatehouse:sign_ins_refused:rate10m[1d] offset 1h)',
              legend: 'five times the usual',
            },
          ],
        },
        {
          title: 'Second factors and passkeys',
          description: 'Used, failed, added and removed.',
          unit: 'ops',
          queries: [
            {
              expr: rateOf(
                'auth_events_total{kind=~"(second_factor|passkey|recovery_codes|email_code)[.].*"}',
                'kind',
              ),
              legend: '{{kind}}',
            },
          ],
        },
        {
          title: 'Sessions',
          description: 'People who are signed in, over all tenants.',
          unit: 'short',
          queries: [{ expr: 'max(redis_sessions_active)', legend: 'sessions' }],
        },
        {
          title: 'Accounts and consents',
          description:
            'What people and operators did to accounts, and what was allowed or withdrawn.',
          unit: 'ops',
          queries: [
            {
              expr: rateOf('auth_events_total{kind=~"(account|consent|upstream)[.].*"}', 'kind'),
              legend: '{{kind}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Tokens',
      panels: [
        {
          title: 'Tokens per second by grant',
          description: 'Answers of the token endpoint that have tokens.',
          kind: 'stacked',
          unit: 'ops',
          queries: [
            { expr: rateOf('tokens_issued_total', 'grant_type'), legend: '{{grant_type}}' },
          ],
        },
        {
          title: 'Refusals by error',
          description: 'Errors of RFC 6749 at the token endpoint. Runbook: tokens-refused.',
          kind: 'stacked',
          unit: 'ops',
          queries: [{ expr: rateOf('tokens_refused_total', 'error'), legend: '{{error}}' }],
        },
        {
          title: 'Revoked, replayed, reused',
          description:
            'Grants and tokens that ended before their time; reuse is theft or a client that is wrong. Runbook: stolen-tokens.',
          unit: 'ops',
          queries: [
            {
              expr: rateOf(
                'auth_events_total{kind=~"token[.]revoked|grant[.]revoked|authorization_code[.]replayed|refresh_token[.]reused"}',
                'kind',
              ),
              legend: '{{kind}}',
            },
          ],
        },
        {
          title: 'Largest tokens',
          description: 'Past 4 KiB a proxy may refuse an access token. Runbook: tokens-too-large.',
          unit: 'bytes',
          queries: [{ expr: 'max by (kind) (token_size_largest_bytes)', legend: '{{kind}}' }],
          thresholds: [{ at: 4096, colour: 'red' }],
        },
      ],
    },
    {
      title: 'Mail',
      panels: [
        {
          title: 'Messages by outcome',
          description:
            'deferred is tried again, failed and bounced are not. Runbook: mail-not-sent.',
          kind: 'stacked',
          unit: 'ops',
          queries: [{ expr: rateOf('email_events_total', 'outcome'), legend: '{{outcome}}' }],
        },
        {
          title: 'Messages by kind',
          description: 'What is sent to people.',
          kind: 'stacked',
          unit: 'ops',
          queries: [{ expr: rateOf('email_events_total', 'kind'), legend: '{{kind}}' }],
        },
        {
          title: 'Messages that wait',
          description: 'Counted up to 10,000.',
          unit: 'short',
          queries: [{ expr: 'max(email_outbox{measure="queued"})', legend: 'queued' }],
        },
        {
          title: 'Oldest message',
          description: 'How long the one that waits longest has been waiting.',
          unit: 's',
          queries: [{ expr: 'max(email_outbox{measure="oldest_seconds"})', legend: 'waits' }],
          thresholds: [{ at: 600, colour: 'red' }],
        },
      ],
    },
  ],
};

const REQUESTS: Dashboard = {
  uid: 'gatehouse-requests',
  title: 'Gatehouse: requests',
  description: 'How many, how fast and how well, by route. Routes are patterns, never paths.',
  rows: [
    {
      title: 'All',
      panels: [
        {
          title: 'Requests by route',
          description: 'Of all replicas.',
          kind: 'stacked',
          unit: 'reqps',
          queries: [{ expr: rateOf('http_requests_total', 'route'), legend: '{{route}}' }],
        },
        {
          title: 'Errors of ours by route',
          description: '5xx; 503 is said on purpose. Runbook: server-errors.',
          kind: 'stacked',
          unit: 'reqps',
          queries: [
            {
              expr: rateOf('http_requests_total{status=~"5.."}', 'route, status'),
              legend: '{{route}} {{status}}',
            },
          ],
        },
        {
          title: 'Refused by route',
          description: '4xx: what clients and people did wrong. 429: too many requests.',
          kind: 'stacked',
          unit: 'reqps',
          queries: [
            {
              expr: rateOf('http_requests_total{status=~"4.."}', 'route, status'),
              legend: '{{route}} {{status}}',
            },
          ],
        },
        {
          title: 'p99 by kind of request',
          description: 'What the alert GatehouseSlow looks at. Runbook: slow-answers.',
          unit: 's',
          queries: [
            { expr: 'gatehouse:http_request_duration_seconds:p99_5m', legend: '{{group}}' },
          ],
        },
      ],
    },
    {
      title: 'How long answers take, by route',
      panels: [
        {
          title: 'p50',
          description: 'Half of the answers are faster.',
          unit: 's',
          width: 24,
          queries: [{ expr: quantile(0.5, ['route']), legend: '{{route}}' }],
        },
        {
          title: 'p95',
          description: 'Nineteen in twenty are faster.',
          unit: 's',
          width: 24,
          queries: [{ expr: quantile(0.95, ['route']), legend: '{{route}}' }],
        },
        {
          title: 'p99',
          description: 'Ninety-nine in a hundred are faster.',
          unit: 's',
          width: 24,
          queries: [{ expr: quantile(0.99, ['route']), legend: '{{route}}' }],
        },
      ],
    },
  ],
};

const INSIDE: Dashboard = {
  uid: 'gatehouse-inside',
  title: 'Gatehouse: inside the replicas',
  description: 'Pools, queues, upkeep and keys: what makes answers slow, or will.',
  rows: [
    {
      title: 'Pools and queues',
      panels: [
        {
          title: 'Connections to PostgreSQL',
          description:
            'pending above 0 for long: requests wait, and others are refused. Runbook: connections-exhausted.',
          unit: 'short',
          queries: [
            {
              expr: 'sum by (instance, state) (db_pool_connections)',
              legend: '{{instance}} {{state}}',
            },
            { expr: 'max(db_pool_connections_max)', legend: 'most of one replica' },
          ],
        },
        {
          title: 'Longest wait for a connection',
          description: 'Past a quarter of a second nobody else is let in (503).',
          unit: 's',
          queries: [{ expr: 'db_pool_longest_wait_seconds', legend: '{{instance}}' }],
          thresholds: [{ at: 0.25, colour: 'red' }],
        },
        {
          title: 'Passwords that are checked or wait for it',
          description: '15 ms of a core each. Runbook: overloaded.',
          unit: 'short',
          queries: [{ expr: 'hash_queue_depth', legend: '{{instance}}' }],
          thresholds: [{ at: 24, colour: 'orange' }],
        },
        {
          title: 'Notifications and mail that wait',
          description: 'Clients that are to hear of ended sessions; messages in the outbox.',
          unit: 'short',
          queries: [
            { expr: 'max(logout_notifications_queued)', legend: 'notifications' },
            { expr: 'max(email_outbox{measure="queued"})', legend: 'messages' },
          ],
        },
        {
          title: 'Notifications of ended sessions',
          description: 'Attempts, by how they went. Runbook: logout-notifications-wait.',
          unit: 'ops',
          queries: [
            { expr: rateOf('logout_notifications_total', 'outcome'), legend: '{{outcome}}' },
          ],
        },
        {
          title: 'Tenants in memory',
          description: 'Kept ready, and made ready per second. Runbook: provider-pool-too-small.',
          unit: 'short',
          queries: [
            { expr: 'provider_pool_size', legend: '{{instance}} kept' },
            { expr: `rate(providers_built_total${RATE})`, legend: '{{instance}} built per second' },
          ],
        },
      ],
    },
    {
      title: 'Keys and upkeep',
      panels: [
        {
          title: 'Age of signing keys',
          description:
            'The oldest of each algorithm and stage, over all tenants. Runbook: signing-keys-overdue.',
          unit: 's',
          queries: [
            {
              expr: 'max by (algorithm, stage) (signing_key_age_seconds)',
              legend: '{{algorithm}} {{stage}}',
            },
          ],
        },
        {
          title: 'Steps of keys that are overdue',
          description: 'For how long the one that was due first has been waiting.',
          unit: 's',
          queries: [{ expr: 'max(signing_keys_overdue_seconds)', legend: 'overdue' }],
          thresholds: [{ at: 3600, colour: 'red' }],
        },
        {
          title: 'Upkeep: since it was last done',
          description: 'By the replica that did it last. Runbook: maintenance-not-done.',
          unit: 's',
          queries: [
            {
              expr: 'time() - max by (task) (maintenance_last_success_timestamp_seconds)',
              legend: '{{task}}',
            },
          ],
        },
        {
          title: 'Upkeep: turns',
          description: 'skipped: another replica was at it.',
          unit: 'ops',
          queries: [
            {
              expr: rateOf('maintenance_runs_total', 'task, outcome'),
              legend: '{{task}} {{outcome}}',
            },
          ],
        },
        {
          title: 'Upkeep: how long a turn takes, p95',
          description: 'Of turns that were not skipped.',
          unit: 's',
          queries: [
            {
              expr: `histogram_quantile(0.95, ${rateOf('maintenance_duration_seconds_bucket', 'le, task')})`,
              legend: '{{task}}',
            },
          ],
        },
        {
          title: 'Retention: rows past their time',
          description: 'Counted up to 10,000 a rule. Runbook: retention-backlog.',
          unit: 'short',
          queries: [{ expr: 'max by (rule) (retention_backlog)', legend: '{{rule}}' }],
          thresholds: [{ at: 10_000, colour: 'red' }],
        },
        {
          title: 'Retention: rows removed',
          description: 'Per second, by rule.',
          kind: 'stacked',
          unit: 'ops',
          queries: [{ expr: rateOf('retention_removed_total', 'rule'), legend: '{{rule}}' }],
        },
        {
          title: 'Metrics that were left out',
          description: 'Their source failed, or took too long. Runbook: metrics-missing.',
          unit: 'ops',
          queries: [
            { expr: rateOf('metrics_collect_failures_total', 'metric'), legend: '{{metric}}' },
          ],
        },
      ],
    },
    {
      title: 'Processes',
      panels: [
        {
          title: 'Event loop lag, p99',
          description: 'How long everything waits for its turn. Runbook: overloaded.',
          unit: 's',
          queries: [
            {
              expr: 'nodejs_eventloop_lag_p99_seconds{job="gatehouse"}',
              legend: '{{instance}}',
            },
          ],
          thresholds: [{ at: 0.25, colour: 'red' }],
        },
        {
          title: 'Processor',
          description: 'Cores that each replica uses.',
          unit: 'short',
          queries: [
            {
              expr: `rate(process_cpu_seconds_total{job="gatehouse"}${RATE})`,
              legend: '{{instance}}',
            },
          ],
        },
        {
          title: 'Memory',
          description: 'Resident, and the part of it that JavaScript uses.',
          unit: 'bytes',
          queries: [
            {
              expr: 'process_resident_memory_bytes{job="gatehouse"}',
              legend: '{{instance}} resident',
            },
            {
              expr: 'nodejs_heap_size_used_bytes{job="gatehouse"}',
              legend: '{{instance}} heap',
            },
          ],
        },
        {
          title: 'Collecting garbage',
          description: 'Share of the time; near 1 there is no memory left.',
          unit: 'percentunit',
          queries: [
            {
              expr: rateOf('nodejs_gc_duration_seconds_sum', 'instance'),
              legend: '{{instance}}',
            },
          ],
        },
      ],
    },
  ],
};

const BACKENDS: Dashboard = {
  uid: 'gatehouse-backends',
  title: 'Gatehouse: PostgreSQL, Redis, edge, logs',
  description: 'What replicas stand on, and what stands before them, by their exporters.',
  rows: [
    {
      title: 'PostgreSQL',
      panels: [
        {
          title: 'Connections by state',
          description: 'Of all databases. Runbook: connections-exhausted.',
          kind: 'stacked',
          unit: 'short',
          queries: [{ expr: 'sum by (state) (pg_stat_activity_count)', legend: '{{state}}' }],
        },
        {
          title: 'Connections, of those allowed',
          description: 'The alert begins at 85 %.',
          unit: 'percentunit',
          queries: [
            {
              expr: 'sum by (instance) (pg_stat_activity_count) / on (instance) max by (instance) (pg_settings_max_connections)',
              legend: '{{instance}}',
            },
          ],
          thresholds: [{ at: 0.85, colour: 'red' }],
        },
        {
          title: 'Transactions',
          description: 'Committed and rolled back, per second.',
          unit: 'ops',
          queries: [
            {
              expr: rateOf('pg_stat_database_xact_commit', 'datname'),
              legend: '{{datname}} committed',
            },
            {
              expr: rateOf('pg_stat_database_xact_rollback', 'datname'),
              legend: '{{datname}} rolled back',
            },
          ],
        },
        {
          title: 'Longest transaction',
          description: 'By state; one that is idle keeps vacuum and migrations waiting.',
          unit: 's',
          queries: [
            { expr: 'max by (state) (pg_stat_activity_max_tx_duration)', legend: '{{state}}' },
          ],
        },
        {
          title: 'Read from memory',
          description: 'Share of blocks that were not read from disk.',
          unit: 'percentunit',
          queries: [
            {
              expr: 'sum by (datname) (rate(pg_stat_database_blks_hit[$__rate_interval])) / (sum by (datname) (rate(pg_stat_database_blks_hit[$__rate_interval])) + sum by (datname) (rate(pg_stat_database_blks_read[$__rate_interval])))',
              legend: '{{datname}}',
            },
          ],
        },
        {
          title: 'Size of databases',
          description: 'On disk, with indexes.',
          unit: 'bytes',
          queries: [{ expr: 'max by (datname) (pg_database_size_bytes)', legend: '{{datname}}' }],
        },
      ],
    },
    {
      title: 'Redis',
      panels: [
        {
          title: 'Memory',
          description: 'Full, it refuses writes. Runbook: redis-memory.',
          unit: 'bytes',
          queries: [
            { expr: 'redis_memory_used_bytes', legend: '{{instance}} used' },
            { expr: 'redis_memory_max_bytes > 0', legend: '{{instance}} allowed' },
          ],
        },
        {
          title: 'Commands and clients',
          description: 'Per second, and connections.',
          unit: 'short',
          queries: [
            {
              expr: `rate(redis_commands_processed_total${RATE})`,
              legend: '{{instance}} commands per second',
            },
            { expr: 'redis_connected_clients', legend: '{{instance}} clients' },
          ],
        },
        {
          title: 'Keys that went before their time',
          description: 'Must be 0: with noeviction Redis throws nothing away.',
          unit: 'ops',
          queries: [
            { expr: `rate(redis_evicted_keys_total${RATE})`, legend: '{{instance}} evicted' },
          ],
          thresholds: [{ at: 0.001, colour: 'red' }],
        },
        {
          title: 'Keys',
          description: 'By database; all of ours expire by themselves.',
          unit: 'short',
          queries: [
            { expr: 'sum by (instance, db) (redis_db_keys)', legend: '{{instance}} {{db}}' },
          ],
        },
      ],
    },
    {
      title: 'Edge and logs',
      panels: [
        {
          title: 'Public address',
          description: '1: it answers as clients need it to. Runbook: edge-down.',
          unit: 'none',
          queries: [{ expr: 'probe_success{job="edge"}', legend: '{{instance}}' }],
        },
        {
          title: 'Asked from outside, how long it takes',
          description: 'Name, connection, TLS and answer.',
          unit: 's',
          queries: [
            {
              expr: 'sum by (instance, phase) (probe_http_duration_seconds{job="edge"})',
              legend: '{{instance}} {{phase}}',
            },
          ],
        },
        {
          title: 'Certificates: how long they are good for',
          description: 'The alerts begin at 14 and 3 days. Runbook: certificate-expires.',
          unit: 's',
          queries: [
            {
              expr: 'probe_ssl_earliest_cert_expiry{job="edge"} - time()',
              legend: '{{instance}}',
            },
          ],
        },
        {
          title: 'Log lines',
          description:
            'Read and delivered; retried and dropped should be 0. Runbook: logs-dropped.',
          unit: 'ops',
          queries: [
            { expr: rateOf('fluentbit_input_records_total', 'name'), legend: '{{name}} read' },
            {
              expr: rateOf('fluentbit_output_proc_records_total', 'name'),
              legend: '{{name}} delivered',
            },
            { expr: rateOf('fluentbit_output_retries_total', 'name'), legend: '{{name}} retried' },
            {
              expr: rateOf('fluentbit_output_dropped_records_total', 'name'),
              legend: '{{name}} dropped',
            },
          ],
        },
        {
          title: 'Telemetry that replicas gave up',
          description:
            'What Seq, a collector or an error tracker did not take. Runbook: logs-dropped.',
          unit: 'ops',
          queries: [{ expr: rateOf('telemetry_dropped_total', 'sink'), legend: '{{sink}}' }],
        },
      ],
    },
  ],
};

/** All that are shipped, as `deploy/grafana/dashboards/<uid>.json`. */
export const DASHBOARDS: readonly Dashboard[] = [OVERVIEW, SIGN_INS, REQUESTS, INSIDE, BACKENDS];
