import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { FOREIGN_METRICS, type MetricOwner } from '../monitoring/exporter-metrics.ts';
import { alertRules, allExpressions } from '../monitoring/expressions.ts';
import { namesIn } from '../monitoring/promql-names.ts';
import { parseManifests, workloads } from './manifests.ts';
import { JOBS, monitoringProblems } from './monitoring-rules.ts';

const exporter = (name: string, kind = 'Deployment', port = 'metrics', more = '') => `
---
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: own, labels: { name: ${name} } }
spec: { selector: { name: ${name} }, ports: [{ name: ${port}, port: 9100, targetPort: ${port} }] }
---
apiVersion: apps/v1
kind: ${kind}
metadata: { name: ${name} }
spec:
  ${more}
  template:
    metadata: { labels: { name: ${name}, part: all } }
    spec:
      serviceAccountName: own
      automountServiceAccountToken: false
      enableServiceLinks: false
      containers: [{ name: one, image: one:1, ports: [{ name: ${port}, containerPort: 9100 }] }]
`;
const monitor = (name: string, job: string) => `
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: { name: ${name} }
spec: { selector: { matchLabels: { name: ${name} } }, endpoints: [{ port: metrics ${job} }], jobLabel: name }
`;
const probe = (job: string, targets: string) => `
---
apiVersion: monitoring.coreos.com/v1
kind: Probe
metadata: { name: ${job} }
spec:
  jobName: ${job}
  prober: { url: 'looking.own.svc:9100', path: /probe }
  targets: { staticConfig: { static: ${targets} } }
`;

/** Something of each job, where a policy lets others to what they read. */
const GOOD = [
  exporter('gatehouse'),
  exporter('pg'),
  exporter('looking'),
  exporter('store', 'StatefulSet', 'redis', 'replicas: 2'),
  monitor('gatehouse', ''),
  monitor('pg', ', relabelings: [{ targetLabel: job, replacement: postgres }]'),
  probe('edge', "['https://login.example.com/health/ready']"),
  probe('redis', "['redis://store-0.store:6379', 'redis://store-1.store:6379']"),
  `
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: metrics }
spec:
  podSelector: { matchLabels: { part: all } }
  ingress: [{ from: [{ namespaceSelector: {} }], ports: [{ port: metrics }] }]
`,
].join('');

function problemsOf(yaml: string): string[] {
  const manifests = parseManifests(yaml);
  return monitoringProblems(manifests, workloads(manifests));
}

/** What is changed in it, and what the rules say then. */
const BROKEN: readonly { what: string; from: string; to: string; says: RegExp }[] = [
  {
    what: 'alerts that nothing feeds',
    from: 'replacement: postgres',
    to: 'replacement: postgresql',
    says: /^nothing is job postgres: alerts over PostgreSQL never fire$/,
  },
  {
    what: 'an exporter that Prometheus is not let to',
    from: 'ports: [{ port: metrics }] }]',
    to: 'ports: [{ port: 9464 }] }]',
    says: /^Probe edge: no policy lets Prometheus to Deployment looking$/,
  },
  {
    what: 'an exporter that only its own namespace is let to',
    from: 'namespaceSelector: {}',
    to: 'podSelector: {}',
    says: /^ServiceMonitor pg: no policy lets Prometheus to Deployment pg$/,
  },
  {
    what: 'an exporter that is not there',
    from: 'looking.own.svc:9100',
    to: 'seeing.own.svc:9100',
    says: /^Probe edge finds no Service seeing with port 9100$/,
  },
  {
    what: 'an exporter that is looked for where it is not',
    from: 'looking.own.svc',
    to: 'looking.other.svc',
    says: /^Probe edge looks for looking in the namespace other$/,
  },
  {
    what: 'an exporter that Prometheus would look for beside itself',
    from: 'looking.own.svc',
    to: 'looking',
    says: /^Probe edge looks for looking in the namespace $/,
  },
  {
    what: 'a server of Redis that nobody looks at',
    from: ", 'redis://store-1.store:6379'",
    to: '',
    says: /^Probe redis asks 1 servers of Redis, and there are 2$/,
  },
  {
    what: 'a server of Redis that is another',
    from: 'store-1.store:6379',
    to: 'store-1.other:6379',
    says: /^Probe redis asks redis:\/\/store-1\.other:6379, which is not there$/,
  },
];

/** Whose job a metric is of, where a Prometheus reads others, too. */
const JOBS_OF_OWNERS: Readonly<Record<MetricOwner, RegExp>> = {
  redis_exporter: /="redis"/,
  postgres_exporter: /="postgres"/,
  blackbox_exporter: /="edge"/,
  'fluent-bit': /="fluent-bit"/,
  'kube-state-metrics': /="kube-state-metrics"/,
  'backup.sh': /="backup"/,
  prometheus: /=~?"/,
};
const OF_REPLICAS = /="gatehouse"/;
/** Alerts have no job, but our own names. */
const ALERTS = 'ALERTS';

/** Who has what alerts need, of those that a deployment brings. */
const JOB_OF: Readonly<Partial<Record<MetricOwner, string>>> = {
  redis_exporter: 'redis',
  postgres_exporter: 'postgres',
  blackbox_exporter: 'edge',
};
/** Logs, and when jobs were done, are the cluster's to tell; hosts have a file of `backup.sh`. */
const OF_OTHERS: readonly MetricOwner[] = [
  'fluent-bit',
  'kube-state-metrics',
  'backup.sh',
  'prometheus',
];

describe('rules for what Prometheus sees of a deployment', () => {
  it('have nothing against one that shows all that there is', () => {
    assert.deepEqual(problemsOf(GOOD), []);
  });

  it('ask for nothing where nobody looks', () => {
    assert.deepEqual(problemsOf(exporter('gatehouse')), []);
  });

  it('know a job for each exporter whose metrics alerts name', async () => {
    const owners = (await alertRules())
      .flatMap(({ expr }) => namesIn(expr).metrics)
      .flatMap((metric) => FOREIGN_METRICS[metric]?.of ?? []);
    const fed = [...new Set(owners)].filter((owner) => !OF_OTHERS.includes(owner));
    assert.deepEqual(
      fed.map((owner) => JOB_OF[owner]).toSorted(),
      Object.keys(JOBS)
        .filter((job) => job !== 'gatehouse')
        .toSorted(),
    );
  });

  it('begin each selector with the job that has the metric', async () => {
    for (const { where, expr } of await allExpressions()) {
      for (const metric of namesIn(expr).metrics) {
        if (metric === ALERTS) continue;
        const owner = FOREIGN_METRICS[metric]?.of;
        const job = owner === undefined ? OF_REPLICAS : JOBS_OF_OWNERS[owner];
        const found = expr.match(new RegExp(String.raw`(?<![\w:])${metric}(?![\w:])`, 'g'));
        const good = expr.match(new RegExp(`(?<![\\w:])${metric}\\{job${job.source}`, 'g'));
        assert.equal(good?.length, found?.length, `${where}: ${metric}`);
      }
    }
  });

  it('tell of each job that cannot be read, but for replicas, which have alerts of their own', async () => {
    const file = new URL('../../../deploy/prometheus/prometheus.host.yml', import.meta.url);
    const { scrape_configs: jobs } = parse(await readFile(file, 'utf8'));
    const names = jobs.map(({ job_name: name }: { job_name: string }) => name);
    const rule = (await alertRules()).find(({ alert }) => alert === 'GatehouseTargetDown');
    const [, watched = ''] = /^up\{job=~"(.+)"\} == 0$/.exec(rule?.expr ?? '') ?? [];
    assert.deepEqual(['gatehouse', ...watched.split('|')].toSorted(), names.toSorted());
  });

  for (const { what, from, to, says } of BROKEN) {
    it(`find ${what}`, () => {
      assert.ok(GOOD.includes(from), from);
      const problems = problemsOf(GOOD.replaceAll(from, to));
      assert.ok(
        problems.some((problem) => says.test(problem)),
        problems.join('\n'),
      );
    });
  }
});
