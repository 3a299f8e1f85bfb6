/**
 * Metrics that the server does not have itself: whose they are, and with which labels. `npm run
 * check:deploy` asks the exporters themselves, as far as they can be had.
 */

/** Each at the version that names its metrics so. */
export const EXPORTERS = {
  'redis-exporter': {
    module: 'github.com/oliver006/redis_exporter',
    version: 'v1.74.0',
  },
  'postgres-exporter': {
    module: 'github.com/prometheus-community/postgres_exporter/cmd/postgres_exporter',
    version: 'v0.17.1',
  },
  'blackbox-exporter': {
    module: 'github.com/prometheus/blackbox_exporter',
    version: 'v0.27.0',
  },
} as const;

/** What has a metric: an exporter, Fluent Bit (whose names are documented), or Prometheus itself. */
export type MetricOwner = keyof typeof EXPORTERS | 'fluent-bit' | 'prometheus';

export const FOREIGN_METRICS: Readonly<
  Record<string, { readonly of: MetricOwner; readonly labels: readonly string[] }>
> = {
  up: { of: 'prometheus', labels: [] },
  ALERTS: { of: 'prometheus', labels: ['alertname', 'alertstate', 'severity'] },

  redis_up: { of: 'redis-exporter', labels: [] },
  redis_memory_used_bytes: { of: 'redis-exporter', labels: [] },
  redis_memory_max_bytes: { of: 'redis-exporter', labels: [] },
  redis_evicted_keys_total: { of: 'redis-exporter', labels: [] },
  redis_commands_processed_total: { of: 'redis-exporter', labels: [] },
  redis_connected_clients: { of: 'redis-exporter', labels: [] },
  redis_db_keys: { of: 'redis-exporter', labels: ['db'] },

  pg_up: { of: 'postgres-exporter', labels: [] },
  pg_stat_activity_count: { of: 'postgres-exporter', labels: ['datname', 'state'] },
  pg_stat_activity_max_tx_duration: { of: 'postgres-exporter', labels: ['datname', 'state'] },
  pg_settings_max_connections: { of: 'postgres-exporter', labels: [] },
  pg_stat_database_xact_commit: { of: 'postgres-exporter', labels: ['datname'] },
  pg_stat_database_xact_rollback: { of: 'postgres-exporter', labels: ['datname'] },
  pg_stat_database_blks_hit: { of: 'postgres-exporter', labels: ['datname'] },
  pg_stat_database_blks_read: { of: 'postgres-exporter', labels: ['datname'] },
  pg_database_size_bytes: { of: 'postgres-exporter', labels: ['datname'] },

  probe_success: { of: 'blackbox-exporter', labels: [] },
  probe_ssl_earliest_cert_expiry: { of: 'blackbox-exporter', labels: [] },
  probe_http_duration_seconds: { of: 'blackbox-exporter', labels: ['phase'] },

  fluentbit_input_records_total: { of: 'fluent-bit', labels: ['name'] },
  fluentbit_output_proc_records_total: { of: 'fluent-bit', labels: ['name'] },
  fluentbit_output_retries_total: { of: 'fluent-bit', labels: ['name'] },
  fluentbit_output_dropped_records_total: { of: 'fluent-bit', labels: ['name'] },
};
