import assert from 'node:assert/strict';
import { access, readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { parse } from 'yaml';
import { createMetrics } from '../../telemetry/metrics.ts';
import { startDeployment, type TestDeployment } from '../gatehouse.ts';

const ROOT = new URL('../../../', import.meta.url);

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Words of an expression that are no metrics. */
const LANGUAGE = new Set([
  ...['by', 'and', 'or', 'unless', 'on', 'ignoring', 'without', 'group_left', 'offset', 'bool'],
  ...['time', 'max', 'min', 'sum', 'count', 'increase', 'rate', 'absent', 'histogram_quantile'],
]);

async function rulesOf(name: string): Promise<Rule[]> {
  const file = parse(await readFile(new URL(`deploy/prometheus/${name}`, ROOT), 'utf8'));
  return file.groups.flatMap((group: { rules: Rule[] }) => group.rules);
}

/** Metrics, and the labels that an expression asks of them. */
function namesIn(expression: string): { metrics: string[]; labels: string[] } {
  const labels = new Set<string>();
  const bare = expression
    .replaceAll(/\{([^}]*)\}/g, (_, matchers: string) => {
      for (const [, name = ''] of matchers.matchAll(/(\w+)\s*[=!]/g)) labels.add(name);
      return ' ';
    })
    .replaceAll(/\b(?:by|without|on|ignoring)\s*\(([^)]*)\)/g, (_, list: string) => {
      for (const name of list.split(',')) labels.add(name.trim());
      return ' ';
    })
    .replaceAll(/\[[^\]]*\]/g, ' ');
  const words = [...bare.matchAll(/[a-z_][a-z0-9_]*/g)].map(([word]) => word);
  return { metrics: words.filter((word) => !LANGUAGE.has(word)), labels: [...labels] };
}

describe('the alerts of deploy/prometheus', () => {
  let deployment: TestDeployment;
  let page: string;
  let rules: Rule[];
  before(async () => {
    rules = await rulesOf('alerts.yml');
    deployment = await startDeployment({ store: 'redis' });
    const [replica] = deployment.replicas;
    assert.ok(replica);
    await fetch(`${deployment.publicUrl}/jwks`);
    // Counters have no series before they count something.
    const broken = createMetrics();
    const turn = { task: 'retention', endedAt: new Date(), seconds: 0.1 };
    broken.observeMaintenance({ ...turn, outcome: 'failed' });
    broken.observeTokenSize('access_token', 5_000);
    broken.watchHashQueue(() => Promise.reject(new Error('a gauge that is left out')));
    await broken.render();
    page = `${await replica.gatehouse.metrics.render()}\n${await broken.render()}`;
  });
  after(() => deployment.stop());

  it('ask for metrics and labels that a server has', () => {
    for (const { alert, expr } of rules) {
      const { metrics, labels } = namesIn(expr);
      assert.ok(metrics.length > 0, alert);
      for (const metric of metrics) {
        const series = page.split('\n').filter((line) => line.match(`^${metric}(\\{| )`));
        assert.ok(series.length > 0, `${alert}: no series of ${metric}`);
        for (const label of labels) {
          assert.ok(
            series.some((line) => line.includes(`${label}="`)),
            `${alert}: ${metric} has no label ${label}`,
          );
        }
      }
    }
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

  it('are each played by alerts.test.yml', async () => {
    const played = await readFile(new URL('deploy/prometheus/alerts.test.yml', ROOT), 'utf8');
    for (const { alert } of rules) assert.match(played, new RegExp(`alertname: ${alert}\\b`));
  });
});
