import type { Dashboard } from '../dashboard.ts';
import { RATE, rateOf } from './queries.ts';

export const BACKENDS: Dashboard = {
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
          queries: [
            {
              expr: 'sum by (state) (pg_stat_activity_count{job="postgres"})',
              legend: '{{state}}',
            },
          ],
        },
        {
          title: 'Connections, of those allowed',
          description: 'The alert begins at 85 %.',
          unit: 'percentunit',
          queries: [
            {
              expr: 'sum by (instance) (pg_stat_activity_count{job="postgres"}) / on (instance) max by (instance) (pg_settings_max_connections{job="postgres"})',
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
              expr: rateOf('pg_stat_database_xact_commit{job="postgres"}', 'datname'),
              legend: '{{datname}} committed',
            },
            {
              expr: rateOf('pg_stat_database_xact_rollback{job="postgres"}', 'datname'),
              legend: '{{datname}} rolled back',
            },
          ],
        },
        {
          title: 'Longest transaction',
          description: 'By state; one that is idle keeps vacuum and migrations waiting.',
          unit: 's',
          queries: [
            {
              expr: 'max by (state) (pg_stat_activity_max_tx_duration{job="postgres"})',
              legend: '{{state}}',
            },
          ],
        },
        {
          title: 'Read from memory',
          description: 'Share of blocks that were not read from disk.',
          unit: 'percentunit',
          queries: [
            {
              expr: 'sum by (datname) (rate(pg_stat_database_blks_hit{job="postgres"}[$__rate_interval])) / (sum by (datname) (rate(pg_stat_database_blks_hit{job="postgres"}[$__rate_interval])) + sum by (datname) (rate(pg_stat_database_blks_read{job="postgres"}[$__rate_interval])))',
              legend: '{{datname}}',
            },
          ],
        },
        {
          title: 'Size of databases',
          description: 'On disk, with indexes.',
          unit: 'bytes',
          queries: [
            {
              expr: 'max by (datname) (pg_database_size_bytes{job="postgres"})',
              legend: '{{datname}}',
            },
          ],
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
            { expr: 'redis_memory_used_bytes{job="redis"}', legend: '{{instance}} used' },
            { expr: 'redis_memory_max_bytes{job="redis"} > 0', legend: '{{instance}} allowed' },
          ],
        },
        {
          title: 'Commands and clients',
          description: 'Per second, and connections.',
          unit: 'short',
          queries: [
            {
              expr: `rate(redis_commands_processed_total{job="redis"}${RATE})`,
              legend: '{{instance}} commands per second',
            },
            { expr: 'redis_connected_clients{job="redis"}', legend: '{{instance}} clients' },
          ],
        },
        {
          title: 'Keys that went before their time',
          description: 'Must be 0: with noeviction Redis throws nothing away.',
          unit: 'ops',
          queries: [
            {
              expr: `rate(redis_evicted_keys_total{job="redis"}${RATE})`,
              legend: '{{instance}} evicted',
            },
          ],
          thresholds: [{ at: 0.001, colour: 'red' }],
        },
        {
          title: 'Keys',
          description: 'By database; all of ours expire by themselves.',
          unit: 'short',
          queries: [
            {
              expr: 'sum by (instance, db) (redis_db_keys{job="redis"})',
              legend: '{{instance}} {{db}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Edge, logs and backups',
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
            {
              expr: rateOf('fluentbit_input_records_total{job="fluent-bit"}', 'name'),
              legend: '{{name}} read',
            },
            {
              expr: rateOf('fluentbit_output_proc_records_total{job="fluent-bit"}', 'name'),
              legend: '{{name}} delivered',
            },
            {
              expr: rateOf('fluentbit_output_retries_total{job="fluent-bit"}', 'name'),
              legend: '{{name}} retried',
            },
            {
              expr: rateOf('fluentbit_output_dropped_records_total{job="fluent-bit"}', 'name'),
              legend: '{{name}} dropped',
            },
          ],
        },
        {
          title: 'Newest backup: its age',
          description: 'The alert begins at 26 hours. Runbook: backup-old.',
          unit: 's',
          queries: [
            {
              expr: 'time() - max(gatehouse_backup_last_success_timestamp_seconds{job="backup"})',
              legend: 'by its file',
            },
            {
              expr: 'time() - max(kube_cronjob_status_last_successful_time{job="kube-state-metrics",cronjob=~".*-backup"})',
              legend: 'by its CronJob',
            },
          ],
          thresholds: [{ at: 26 * 3600, colour: 'orange' }],
        },
        {
          title: 'Newest backup: its size',
          description: 'One that is much smaller than the one before lacks something.',
          unit: 'bytes',
          queries: [
            { expr: 'max(gatehouse_backup_size_bytes{job="backup"})', legend: 'encrypted' },
          ],
        },
        {
          title: 'Telemetry that replicas gave up',
          description:
            'What Seq, a collector or an error tracker did not take. Runbook: logs-dropped.',
          unit: 'ops',
          queries: [
            {
              expr: rateOf('telemetry_dropped_total{job="gatehouse"}', 'receiver'),
              legend: '{{receiver}}',
            },
          ],
        },
      ],
    },
  ],
};
