/** The stack of deploy/swarm that watches the other one. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { changeProblems, numberProblems } from './swarm-changes.ts';
import {
  loadStack,
  SECRETS_OF_MANUAL,
  type Stack,
  secretsOfManual,
  stackProblems,
  unlikeSecrets,
  wholeProblems,
} from './swarm-stack.ts';
import type { Trial } from './trial.ts';

const FILE = 'deploy/swarm/monitoring.yml';
const WATCHED = 'deploy/swarm/stack.yml';
/** What `docker stack deploy` of docs/deploy.md calls the other one. */
const WATCHED_NAME = 'gatehouse';

const WHOLE = {
  grafana: { from: 'deploy/grafana/dashboards', to: '/var/lib/grafana/dashboards' },
};

const PROMETHEUS = z.looseObject({
  rule_files: z.array(z.string()),
  scrape_configs: z.array(
    z.looseObject({
      static_configs: z.array(z.looseObject({ targets: z.array(z.string()) })).default([]),
      dns_sd_configs: z.array(z.looseObject({ names: z.array(z.string()) })).default([]),
      file_sd_configs: z.array(z.looseObject({ files: z.array(z.string()) })).default([]),
      relabel_configs: z.array(z.looseObject({ replacement: z.string().optional() })).default([]),
    }),
  ),
});

const DATASOURCES = z.looseObject({ datasources: z.array(z.looseObject({ url: z.string() })) });

export const SWARM_MONITORING: readonly Trial[] = [
  {
    artefact: 'swarm monitoring',
    how: "Docker's own loader of stacks; the files, networks, secrets and services that it names, here and in the stack that it watches; what is replaced when a file is another",
    covers: [FILE, 'deploy/prometheus/prometheus.swarm.yml'],
    async run() {
      const [stack, watched] = await Promise.all([loadStack(FILE), loadStack(WATCHED)]);
      const { asked, problems: unasked } = await scrapeProblems(stack, watched);
      const problems = [
        ...(await stackProblems(stack)),
        ...(await wholeProblems(stack, WHOLE)),
        ...networkProblems(stack, watched),
        ...(await changeProblems(FILE)),
        ...(await numberProblems(FILE)),
        ...unasked,
        ...(await datasourceProblems(stack)),
        ...unlikeSecrets(
          { secrets: { ...watched.secrets, ...stack.secrets } },
          await secretsOfManual([SECRETS_OF_MANUAL.watched, SECRETS_OF_MANUAL.monitoring]),
        ),
      ];
      if (problems.length > 0) throw new Error(problems.join('\n'));
      const count = (of: object) => Object.keys(of).length;
      return `${count(stack.services)} services, ${count(stack.configs)} files of others; Prometheus reaches ${asked}`;
    },
  },
];

/** Networks of others are those that the other stack has. */
function networkProblems(stack: Stack, watched: Stack): string[] {
  return Object.values(stack.networks)
    .filter((network) => 'external' in network && network.external === true)
    .map(({ name }) => String(name))
    .filter((name) => !(name.replace(`${WATCHED_NAME}_`, '') in watched.networks))
    .map((name) => `${WATCHED} has no network ${name}`);
}

/** Grafana is told of nothing that is not on a network with it. */
async function datasourceProblems(stack: Stack): Promise<string[]> {
  const { configs: placed = [], networks = {} } = stack.services.grafana ?? {};
  const problems: string[] = [];
  for (const { source, target } of placed) {
    if (!target.includes('/datasources/')) continue;
    const text = await readFile(stack.configs[source]?.file ?? '', 'utf8');
    for (const { url } of DATASOURCES.parse(parse(text)).datasources) {
      const near = stack.services[new URL(url).hostname]?.networks ?? {};
      if (Object.keys(networks).some((network) => network in near)) continue;
      problems.push(`grafana does not reach ${url}`);
    }
  }
  return problems;
}

/** Whatever Prometheus is told to ask is on a network with it, and each file that it reads lies there. */
async function scrapeProblems(stack: Stack, watched: Stack) {
  const prometheus = stack.services.prometheus;
  const placed = prometheus?.configs ?? [];
  const main = placed.find(({ target }) => target.endsWith('/prometheus.yml'));
  const text = await readFile(stack.configs[main?.source ?? '']?.file ?? '', 'utf8');
  const { rule_files: rules, scrape_configs: jobs } = PROMETHEUS.parse(parse(text));
  const files = [
    ...rules,
    ...jobs.flatMap((job) => job.file_sd_configs.flatMap(({ files: of }) => of)),
  ].map((file) => join(dirname(main?.target ?? ''), file));
  const hosts = jobs
    .flatMap((job) => [
      ...job.static_configs.flatMap(({ targets }) => targets),
      ...job.dns_sd_configs.flatMap(({ names }) => names),
      ...job.relabel_configs.flatMap(({ replacement }) => replacement ?? []),
    ])
    .map((target) => target.replace(/^tasks\./, '').replace(/:\d+$/, ''))
    .filter((host) => host !== 'localhost');
  const networks = Object.keys(prometheus?.networks ?? {});
  const isNear = (host: string) => {
    const service = stack.services[host] ?? watched.services[host];
    return networks.some((network) => network in (service?.networks ?? {}));
  };
  return {
    asked: hosts.join(', '),
    problems: [
      ...files
        .filter((file) => !placed.some(({ target }) => target === file))
        .map((file) => `prometheus has no ${file}`),
      ...hosts.filter((host) => !isNear(host)).map((host) => `prometheus does not reach ${host}`),
    ],
  };
}
