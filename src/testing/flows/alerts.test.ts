import assert from 'node:assert/strict';
import { access, readdir, readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { createMetrics } from '../../telemetry/metrics.ts';
import { PLAYS } from '../deploy/alert-plays.ts';
import { startDeployment, type TestDeployment } from '../gatehouse.ts';
import { FOREIGN_METRICS } from '../monitoring/exporter-metrics.ts';
import {
  type AlertRule,
  alertRules,
  allExpressions,
  recordingRules,
} from '../monitoring/expressions.ts';
import { namesIn } from '../monitoring/promql-names.ts';
import { troubledMetrics } from '../monitoring/troubled-metrics.ts';

const ROOT = new URL('../../../', import.meta.url);
/** Labels that Prometheus gives to whatever it reads, and its Operator on Kubernetes. */
const OF_SCRAPES = ['job', 'instance', 'namespace'];

/** What a recording rule groups by, or says itself, or has from what it is made of. */
async function labelsOfRecorded(metric: string): Promise<ReadonlySet<string> | undefined> {
  const rules = (await recordingRules()).filter(({ record }) => record === metric);
  if (rules.length === 0) return undefined;
  const labels = new Set<string>();
  for (const { expr, labels: own = {} } of rules) {
    const { metrics, groupedBy } = namesIn(expr);
    for (const label of [...Object.keys(own), ...groupedBy]) labels.add(label);
    for (const inner of metrics) {
      for (const label of (await labelsOfRecorded(inner)) ?? []) labels.add(label);
    }
  }
  return labels;
}

describe('the alerts and dashboards of deploy/', () => {
  let deployment: TestDeployment;
  let page: string;
  let rules: readonly AlertRule[];
  before(async () => {
    rules = await alertRules();
    deployment = await startDeployment({ store: 'redis' });
    const [replica] = deployment.replicas;
    assert.ok(replica);
    await fetch(`${deployment.publicUrl}/jwks`);
    // Counters have no series before they count something.
    const troubled = await troubledMetrics(createMetrics());
    page = `${await replica.gatehouse.metrics.render()}\n${await troubled.render()}`;
  });
  after(() => deployment.stop());

  /** Labels of a metric; undefined if there is none. */
  async function labelsOf(metric: string): Promise<ReadonlySet<string> | undefined> {
    const foreign = FOREIGN_METRICS[metric];
    if (foreign !== undefined) return new Set([...foreign.labels, ...OF_SCRAPES]);
    const recorded = await labelsOfRecorded(metric);
    if (recorded !== undefined) return recorded;
    const series = page.split('\n').filter((line) => line.match(`^${metric}(\\{| )`));
    const family = metric.replace(/_(bucket|sum|count)$/, '');
    if (series.length === 0 && !page.includes(`# TYPE ${family} `)) return undefined;
    const labels = series.flatMap((line) => [...line.matchAll(/(\w+)="/g)].map(([, name]) => name));
    return new Set([...labels.filter((label) => label !== undefined), ...OF_SCRAPES]);
  }

  it('ask for metrics and labels that a server has, or an exporter is known to have', async () => {
    for (const { where, expr } of await allExpressions()) {
      const { metrics, labelsOf: asked, groupedBy } = namesIn(expr);
      assert.ok(metrics.length > 0, where);
      const all = new Set<string>();
      for (const metric of metrics) {
        const labels = await labelsOf(metric);
        assert.ok(labels, `${where}: no series of ${metric}`);
        for (const label of asked.get(metric) ?? []) {
          assert.ok(labels.has(label), `${where}: ${metric} has no label ${label}`);
        }
        for (const label of labels) all.add(label);
      }
      for (const label of groupedBy) assert.ok(all.has(label), `${where}: no label ${label}`);
    }
  });

  it('need no exporter that nobody asks anything', async () => {
    const asked = new Set((await allExpressions()).flatMap(({ expr }) => namesIn(expr).metrics));
    for (const metric of Object.keys(FOREIGN_METRICS)) assert.ok(asked.has(metric), metric);
    for (const { record } of await recordingRules()) assert.ok(asked.has(record), record);
  });

  it('say how grave they are, what is the matter, and which runbook helps', async () => {
    for (const { alert, labels, annotations } of rules) {
      assert.match(alert, /^Gatehouse[A-Z]\w+$/);
      assert.match(labels.severity ?? '', /^(critical|warning)$/, alert);
      assert.ok(annotations.summary, alert);
      const runbook = annotations.runbook ?? '';
      assert.match(runbook, /^docs\/runbooks\/[a-z-]+\.md$/, alert);
      await access(new URL(runbook, ROOT));
      assert.match(await readFile(new URL(runbook, ROOT), 'utf8'), new RegExp(`\`${alert}\``));
    }
  });

  it('are named by no runbook that is not theirs', async () => {
    const directory = new URL('docs/runbooks/', ROOT);
    const runbookOf = new Map(rules.map(({ alert, annotations }) => [alert, annotations.runbook]));
    for (const name of await readdir(directory)) {
      const text = await readFile(new URL(name, directory), 'utf8');
      for (const [, alert = ''] of text.matchAll(
        /^[^|\n]*`(Gatehouse[A-Z]\w+)`(?: \([^)]*\))?[:,]/gm,
      )) {
        assert.equal(runbookOf.get(alert), `docs/runbooks/${name}`, alert);
      }
    }
  });

  it('are found by their names in the list of runbooks', async () => {
    const list = await readFile(new URL('docs/runbooks/README.md', ROOT), 'utf8');
    for (const { alert, annotations } of rules) {
      const row = list.split('\n').find((line) => line.includes(`\`${alert}\``)) ?? '';
      assert.ok(row.includes(`(${annotations.runbook?.replace('docs/runbooks/', '')})`), alert);
    }
  });

  it('are called so by what keeps Alertmanager from telling of them twice', async () => {
    const text = await readFile(new URL('deploy/alertmanager/alertmanager.yml', ROOT), 'utf8');
    const known = rules.map(({ alert }) => alert);
    const groups = [...text.matchAll(/Gatehouse(?:\(([^)]+)\)|(\w+))/g)];
    const named = groups.flatMap(([, several, one = '']) => several?.split('|') ?? [one]);
    assert.ok(named.length > 0);
    for (const name of named) assert.ok(known.includes(`Gatehouse${name}`), name);
  });

  it('are each played by alerts*.test.yml', async () => {
    const files = PLAYS.map((name) => readFile(new URL(`deploy/prometheus/${name}`, ROOT), 'utf8'));
    const played = (await Promise.all(files)).join('');
    for (const { alert } of rules) assert.match(played, new RegExp(`alertname: ${alert}\\b`));
  });
});
