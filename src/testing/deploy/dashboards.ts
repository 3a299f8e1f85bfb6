import { FOREIGN_METRICS, type MetricOwner } from '../monitoring/exporter-metrics.ts';
import { allExpressions, panelExpressions } from '../monitoring/expressions.ts';
import {
  liveThroughADay,
  type MonitoredDeployment,
  startMonitoredDeployment,
  startTroubledReplica,
} from '../monitoring/monitored-deployment.ts';
import type { TestPrometheus } from '../monitoring/prometheus.ts';
import { namesIn } from '../monitoring/promql-names.ts';
import { pollUntil } from '../poll.ts';
import { debianProgram } from './debian.ts';
import type { Trial } from './trial.ts';

const DEADLINE_MS = 60_000;
const PACKAGES = {
  prometheus: 'prometheus',
  'prometheus-redis-exporter': 'prometheus-redis-exporter',
  'prometheus-postgres-exporter': 'prometheus-postgres-exporter',
  'prometheus-blackbox-exporter': 'prometheus-blackbox-exporter',
};

/**
 * Panels that have nothing to show in a deployment of a few seconds in which all is well, and why.
 * Their expressions are asked all the same.
 */
const EMPTY_WHEN_WELL: readonly { readonly panel: RegExp; readonly why: string }[] = [
  { panel: /: Alerts$/, why: 'nothing fires' },
  { panel: /: Errors of ours by route$/, why: 'no request failed' },
  { panel: /: Refused, and what is usual$/, why: 'there was no yesterday' },
  { panel: /: Second factors and passkeys$/, why: 'nobody used one' },
  { panel: /: Revoked, replayed, reused$/, why: 'nobody did' },
  { panel: /: Notifications of ended sessions$/, why: 'no client is told' },
  { panel: /: Retention: rows removed$/, why: 'nothing is old' },
  { panel: /: Metrics that were left out$/, why: 'none was' },
  { panel: /: Telemetry that replicas gave up$/, why: 'they have no receiver' },
  { panel: /: Log lines$/, why: 'Fluent Bit is not to be had here' },
  { panel: /: Newest backup/, why: 'nobody backs up here; the trial `backup metrics` does' },
];

/** Whose metrics nobody has here: what cannot be had, and backups, which have a trial of their own. */
const NOT_HERE: readonly (MetricOwner | undefined)[] = [
  'fluent-bit',
  'kube-state-metrics',
  'backup.sh',
];
/** And alerts, of which there are none. */
const NOT_HAD_HERE: ReadonlySet<string> = new Set([
  'ALERTS',
  ...Object.keys(FOREIGN_METRICS).filter((name) => NOT_HERE.includes(FOREIGN_METRICS[name]?.of)),
]);

/** Waits until Prometheus has read every source since now, and worked out what follows from it. */
async function untilSeen(prometheus: TestPrometheus): Promise<void> {
  const now = Date.now() / 1000;
  const behind = `count(timestamp(up == 1) > ${now}) == count(up) and on () (timestamp(gatehouse:replicas:up) > ${now + 1})`;
  await pollUntil(async () => (await prometheus.query(behind)).length > 0, {
    deadlineMs: DEADLINE_MS,
    everyMs: 250,
  });
}

/** Scrapes see only what has changed between two of them: so each day is seen before the next one. */
async function liveThroughTwoDays(world: MonitoredDeployment): Promise<void> {
  await untilSeen(world.prometheus);
  for (let day = 0; day < 2; day += 1) {
    await liveThroughADay(world);
    await untilSeen(world.prometheus);
  }
}

/** Metrics, and labels of them, that somebody asks for and nobody has. */
async function missingNames(prometheus: TestPrometheus): Promise<string[]> {
  const missing = new Set<string>();
  for (const { where, expr } of await allExpressions()) {
    for (const [metric, labels] of namesIn(expr).labelsOf) {
      if (NOT_HAD_HERE.has(metric)) continue;
      for (const selector of [metric, ...[...labels].map((label) => `${metric}{${label}!=""}`)]) {
        const found = await prometheus.query(selector);
        if (found.length === 0) missing.add(`${where}: ${selector}`);
      }
    }
  }
  return [...missing];
}

/** How many panels show something, and which do not that should. */
async function askPanels(prometheus: TestPrometheus) {
  const shown = new Set<string>();
  const asked = new Set<string>();
  for (const { where, expr } of panelExpressions()) {
    asked.add(where);
    if ((await prometheus.query(expr)).length > 0) shown.add(where);
  }
  const dark = [...asked].filter((where) => !shown.has(where));
  const wrong = dark.filter((where) => !EMPTY_WHEN_WELL.some(({ panel }) => panel.test(where)));
  return { asked: asked.size, shown: shown.size, wrong };
}

/** The dashboards of `deploy/grafana`, and every metric that they and the alerts name. */
export const DASHBOARDS_TRIALS: readonly Trial[] = [
  {
    artefact: 'dashboards and metrics',
    how: 'real replicas, exporters and Prometheus (Debian’s): each panel asked after whole flows, each metric and label looked for',
    covers: ['deploy/grafana/dashboards', 'deploy/prometheus/blackbox.yml'],
    async run() {
      for (const [name, program] of Object.entries(PACKAGES)) {
        await debianProgram({ package: name, program });
      }
      const world = await startMonitoredDeployment();
      try {
        await liveThroughTwoDays(world);
        const { asked, shown, wrong } = await askPanels(world.prometheus);
        if (wrong.length > 0) throw new Error(`nothing to see in: ${wrong.join('; ')}`);
        const firing = await world.prometheus.query('ALERTS{alertstate="firing"}');
        const names = firing.map(({ metric }) => metric.alertname).join(', ');
        if (firing.length > 0) throw new Error(`all is well, and it warns: ${names}`);
        return await lookForNames(world, `${shown} of ${asked} panels show something`);
      } finally {
        await world.stop();
      }
    },
  },
];

/** With a replica beside on which everything went wrong once. */
async function lookForNames({ prometheus, addReplica }: MonitoredDeployment, seen: string) {
  const troubled = await startTroubledReplica();
  try {
    await addReplica(troubled.address);
    await pollUntil(async () => (await missingNames(prometheus)).length === 0, {
      deadlineMs: DEADLINE_MS,
      everyMs: 1000,
    }).catch(async (error) => {
      throw new Error(`nobody has ${(await missingNames(prometheus)).join('; ')}`, {
        cause: error,
      });
    });
    const all = new Set((await allExpressions()).flatMap(({ expr }) => namesIn(expr).metrics));
    return `${seen}; ${all.size} metrics found`;
  } finally {
    await troubled.stop();
  }
}
