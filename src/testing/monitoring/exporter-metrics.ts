/**
 * Metrics that the server does not have itself: whose they are, and with which labels. `npm run
 * check:deploy` asks the exporters themselves, as Debian has them; the newer ones of the images in
 * docker-compose.monitoring.yml were not asked. Fluent Bit and kube-state-metrics cannot be had there:
 * their names are those that their manuals have.
 */

/** Who has a metric. */
export type MetricOwner =
  | 'redis_exporter'
  | 'postgres_exporter'
  | 'blackbox_exporter'
  | 'fluent-bit'
  | 'kube-state-metrics'
  | 'backup.sh'
  | 'prometheus';

interface ForeignMetric {
  readonly of: MetricOwner;
  /**
   * Beside `job` and `instance`, which Prometheus gives to all that it reads, and the `namespace` of the
   * Prometheus Operator.
   */
  readonly labels: readonly string[];
}

const redis = (...labels: string[]): ForeignMetric => ({ of: 'redis_exporter', labels });
const postgres = (...labels: string[]): ForeignMetric => ({ of: 'postgres_exporter', labels });
const blackbox = (...labels: string[]): ForeignMetric => ({ of: 'blackbox_exporter', labels });
const backup: ForeignMetric = { of: 'backup.sh', labels: [] };
const fluentBit: ForeignMetric = { of: 'fluent-bit', labels: ['name'] };

export const FOREIGN_METRICS: Readonly<Record<string, ForeignMetric>> = {
  up: { of: 'prometheus', labels: [] },
  ALERTS: { of: 'prometheus', labels: ['alertname', 'alertstate', 'severity'] },

  redis_up: redis(),
  redis_memory_used_bytes: redis(),
  redis_memory_max_bytes: redis(),
  redis_evicted_keys_total: redis(),
  redis_commands_processed_total: redis(),
  redis_connected_clients: redis(),
  redis_db_keys: redis('db'),

  pg_up: postgres(),
  pg_stat_activity_count: postgres('datname', 'state'),
  pg_stat_activity_max_tx_duration: postgres('datname', 'state'),
  pg_settings_max_connections: postgres(),
  pg_stat_database_xact_commit: postgres('datname'),
  pg_stat_database_xact_rollback: postgres('datname'),
  pg_stat_database_blks_hit: postgres('datname'),
  pg_stat_database_blks_read: postgres('datname'),
  pg_database_size_bytes: postgres('datname'),

  probe_success: blackbox(),
  probe_ssl_earliest_cert_expiry: blackbox(),
  probe_http_duration_seconds: blackbox('phase'),

  gatehouse_backup_last_success_timestamp_seconds: backup,
  gatehouse_backup_size_bytes: backup,
  kube_cronjob_created: { of: 'kube-state-metrics', labels: ['cronjob'] },
  kube_cronjob_status_last_successful_time: { of: 'kube-state-metrics', labels: ['cronjob'] },

  fluentbit_input_records_total: fluentBit,
  fluentbit_output_proc_records_total: fluentBit,
  fluentbit_output_retries_total: fluentBit,
  fluentbit_output_dropped_records_total: fluentBit,
};
