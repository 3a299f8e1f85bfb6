import type { Dashboard } from '../dashboard.ts';
import { RATE, rateOf } from './queries.ts';

export const INSIDE: Dashboard = {
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
              expr: 'sum by (instance, state) (db_pool_connections{job="gatehouse"})',
              legend: '{{instance}} {{state}}',
            },
            {
              expr: 'max(db_pool_connections_max{job="gatehouse"})',
              legend: 'most of one replica',
            },
          ],
        },
        {
          title: 'Longest wait for a connection',
          description: 'Past a quarter of a second nobody else is let in (503).',
          unit: 's',
          queries: [
            { expr: 'db_pool_longest_wait_seconds{job="gatehouse"}', legend: '{{instance}}' },
          ],
          thresholds: [{ at: 0.25, colour: 'red' }],
        },
        {
          title: 'Passwords that are checked or wait for it',
          description: 'Some 12 ms of a core each. Runbook: overloaded.',
          unit: 'short',
          queries: [{ expr: 'hash_queue_depth{job="gatehouse"}', legend: '{{instance}}' }],
          thresholds: [{ at: 24, colour: 'orange' }],
        },
        {
          title: 'Requests at work',
          description: 'At the limit others are refused (503). Runbook: overloaded.',
          unit: 'short',
          queries: [
            { expr: 'http_requests_in_flight{job="gatehouse"}', legend: '{{instance}}' },
            {
              expr: 'max(http_requests_in_flight_max{job="gatehouse"})',
              legend: 'most of one replica',
            },
          ],
        },
        {
          title: 'Notifications and mail that wait',
          description: 'Clients that are to hear of ended sessions; messages in the outbox.',
          unit: 'short',
          queries: [
            { expr: 'max(logout_notifications_queued{job="gatehouse"})', legend: 'notifications' },
            { expr: 'max(email_outbox{job="gatehouse",measure="queued"})', legend: 'messages' },
          ],
        },
        {
          title: 'Notifications of ended sessions',
          description: 'Attempts, by how they went. Runbook: logout-notifications-wait.',
          unit: 'ops',
          queries: [
            {
              expr: rateOf('logout_notifications_total{job="gatehouse"}', 'outcome'),
              legend: '{{outcome}}',
            },
          ],
        },
        {
          title: 'Tenants in memory',
          description: 'Kept ready, and made ready per second. Runbook: provider-pool-too-small.',
          unit: 'short',
          queries: [
            { expr: 'provider_pool_size{job="gatehouse"}', legend: '{{instance}} kept' },
            {
              expr: `rate(providers_built_total{job="gatehouse"}${RATE})`,
              legend: '{{instance}} built per second',
            },
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
              expr: 'max by (algorithm, stage) (signing_key_age_seconds{job="gatehouse"})',
              legend: '{{algorithm}} {{stage}}',
            },
          ],
        },
        {
          title: 'Steps of keys that are overdue',
          description: 'For how long the one that was due first has been waiting.',
          unit: 's',
          queries: [
            { expr: 'max(signing_keys_overdue_seconds{job="gatehouse"})', legend: 'overdue' },
          ],
          thresholds: [{ at: 3600, colour: 'red' }],
        },
        {
          title: 'Upkeep: since it was last done',
          description: 'By the replica that did it last. Runbook: maintenance-not-done.',
          unit: 's',
          queries: [
            {
              expr: 'time() - max by (task) (maintenance_last_success_timestamp_seconds{job="gatehouse"})',
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
              expr: rateOf('maintenance_runs_total{job="gatehouse"}', 'task, outcome'),
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
              expr: `histogram_quantile(0.95, ${rateOf('maintenance_duration_seconds_bucket{job="gatehouse"}', 'le, task')})`,
              legend: '{{task}}',
            },
          ],
        },
        {
          title: 'Retention: rows past their time',
          description: 'Counted up to 10,000 a rule. Runbook: retention-backlog.',
          unit: 'short',
          queries: [
            { expr: 'max by (rule) (retention_backlog{job="gatehouse"})', legend: '{{rule}}' },
          ],
          thresholds: [{ at: 10_000, colour: 'red' }],
        },
        {
          title: 'Retention: rows removed',
          description: 'Per second, by rule.',
          kind: 'stacked',
          unit: 'ops',
          queries: [
            {
              expr: rateOf('retention_removed_total{job="gatehouse"}', 'rule'),
              legend: '{{rule}}',
            },
          ],
        },
        {
          title: 'Metrics that were left out',
          description: 'Their source failed, or took too long. Runbook: metrics-missing.',
          unit: 'ops',
          queries: [
            {
              expr: rateOf('metrics_collect_failures_total{job="gatehouse"}', 'metric'),
              legend: '{{metric}}',
            },
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
              expr: rateOf('nodejs_gc_duration_seconds_sum{job="gatehouse"}', 'instance'),
              legend: '{{instance}}',
            },
          ],
        },
      ],
    },
  ],
};
