import type { Query } from '../dashboard.ts';

/** Within Grafana: as many scrapes as a rate needs, whatever the zoom. */
export const RATE = '[$__rate_interval]';

/** How fast counters grow, added up by labels. */
export const rateOf = (selector: string, by: string): string =>
  `sum by (${by}) (rate(${selector}${RATE}))`;

/** A quantile of how long requests took, by route or over all. */
export function quantile(share: number, by: readonly string[] = []): string {
  const labels = ['le', ...by].join(', ');
  return `histogram_quantile(${share}, ${rateOf('http_request_duration_seconds_bucket{job="gatehouse"}', labels)})`;
}

export const PERCENTILES: readonly Query[] = [
  { expr: quantile(0.5), legend: 'p50' },
  { expr: quantile(0.95), legend: 'p95' },
  { expr: quantile(0.99), legend: 'p99' },
];
