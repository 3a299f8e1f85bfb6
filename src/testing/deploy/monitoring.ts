import { ALERTMANAGER } from './alertmanager.ts';
import { ALERTS } from './alerts.ts';
import { CURRENT_PROMQL } from './current-promql.ts';
import { DASHBOARDS_TRIALS } from './dashboards.ts';
import { FLUENT_BIT } from './fluent-bit.ts';
import { GRAFANA } from './grafana.ts';
import { JAEGER } from './jaeger.ts';
import type { Trial } from './trial.ts';

/** What watches a deployment, and whom it tells. */
export const MONITORING: readonly Trial[] = [
  ...ALERTS,
  ...CURRENT_PROMQL,
  ...ALERTMANAGER,
  ...DASHBOARDS_TRIALS,
  ...GRAFANA,
  ...FLUENT_BIT,
  ...JAEGER,
];
