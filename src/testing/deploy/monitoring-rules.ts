import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { type Manifest, ofKind, type Workload, workloads } from './manifests.ts';
import { isOpenToOthers } from './reach-rules.ts';
import { SELECTOR, SERVICE, selects } from './selectors.ts';
import { ROOT } from './trial.ts';

const SERVICE_MONITOR = z.looseObject({
  jobLabel: z.string().optional(),
  selector: SELECTOR,
  endpoints: z.array(
    z.looseObject({
      port: z.string(),
      relabelings: z
        .array(z.looseObject({ targetLabel: z.string(), replacement: z.string() }))
        .default([]),
    }),
  ),
});
const PROBE = z.looseObject({
  jobName: z.string(),
  module: z.string().optional(),
  prober: z.looseObject({ url: z.string(), path: z.string() }),
  targets: z.looseObject({ staticConfig: z.looseObject({ static: z.array(z.string()) }) }),
});
const SERVERS = z.looseObject({ replicas: z.number().default(1) });

/** Jobs that alerts and dashboards know (prometheus.yml), and whose figures each has. */
export const JOBS = {
  gatehouse: 'replicas',
  redis: 'Redis',
  postgres: 'PostgreSQL',
  edge: 'the public address',
} as const;

/** What Prometheus reads, by way of a Service. */
interface Source {
  /** Of what its metrics are said to be. */
  readonly job: string | undefined;
  readonly who: string;
  readonly service: string;
  readonly port: string | number;
}

/** What a Prometheus Operator has Prometheus ask of exporters. */
export function probesOf(objects: readonly Manifest[]) {
  return ofKind(objects, 'Probe', PROBE).map(({ name, spec }) => {
    const [host = '', port = ''] = spec.prober.url.split(':');
    const [service = '', namespace = ''] = host.split('.');
    const { jobName: job, module, prober, targets } = spec;
    const { static: asked } = targets.staticConfig;
    return { name, job, module, path: prober.path, asked, service, namespace, port: Number(port) };
  });
}

/**
 * Where Prometheus looks at anything, there is something for each alert to see, and it gets there.
 *
 * @returns a sentence for each problem
 */
export function monitoringProblems(
  objects: readonly Manifest[],
  all: readonly Workload[],
): string[] {
  const sources = sourcesOf(objects);
  if (sources.length === 0) return [];
  return [
    ...Object.entries(JOBS)
      .filter(([job]) => !sources.some((source) => source.job === job))
      .map(([job, what]) => `nothing is job ${job}: alerts over ${what} never fire`),
    ...scrapeProblems(objects, all, sources),
    ...redisProblems(objects, all),
  ];
}

function sourcesOf(objects: readonly Manifest[]): Source[] {
  const services = ofKind(objects, 'Service', SERVICE);
  const monitors = ofKind(objects, 'ServiceMonitor', SERVICE_MONITOR).flatMap(({ name, spec }) =>
    services
      .filter(({ labels }) => selects(spec.selector, labels))
      .flatMap((service) =>
        spec.endpoints.map(({ port, relabelings }) => ({
          job:
            relabelings.find(({ targetLabel }) => targetLabel === 'job')?.replacement ??
            service.labels[spec.jobLabel ?? ''],
          who: `ServiceMonitor ${name}`,
          service: service.name,
          port,
        })),
      ),
  );
  const probes = probesOf(objects).map(({ name, job, service, port }) => {
    return { job, who: `Probe ${name}`, service, port };
  });
  return [...monitors, ...probes];
}

/** Prometheus, which is in another namespace, finds the Service and is let in. */
function scrapeProblems(
  objects: readonly Manifest[],
  all: readonly Workload[],
  sources: readonly Source[],
): string[] {
  const services = ofKind(objects, 'Service', SERVICE);
  const ofSources = sources.flatMap(({ who, service: called, port }) => {
    const service = services.find(({ name }) => name === called);
    const found = service?.spec.ports.find((one) => [one.name, one.port].includes(port));
    if (service === undefined || found === undefined) {
      return [`${who} finds no Service ${called} with port ${port}`];
    }
    const selector = { matchLabels: service.spec.selector, matchExpressions: [] };
    return all
      .filter(({ labels }) => selects(selector, labels))
      .filter((workload) => !isOpenToOthers(objects, workload, found.targetPort))
      .map(({ kind, name }) => `${who}: no policy lets Prometheus to ${kind} ${name}`);
  });
  const ofNames = probesOf(objects).flatMap(({ name, service: called, namespace }) => {
    const service = services.find((one) => one.name === called);
    const wanted = service?.namespace ?? namespace;
    if (namespace !== '' && namespace === wanted) return [];
    return [`Probe ${name} looks for ${called} in the namespace ${namespace}`];
  });
  return [...ofSources, ...ofNames];
}

/** Each server of Redis that there is here is looked at by itself. */
function redisProblems(objects: readonly Manifest[], all: readonly Workload[]): string[] {
  const names = all
    .filter(({ kind }) => kind === 'StatefulSet')
    .filter(({ pod }) => pod.containers[0]?.ports.some(({ name }) => name === 'redis'))
    .map(({ name }) => name);
  const servers = objects
    .filter(({ kind, metadata }) => kind === 'StatefulSet' && names.includes(metadata.name))
    .reduce((sum, { spec }) => sum + SERVERS.parse(spec).replicas, 0);
  if (servers === 0) return [];
  return probesOf(objects)
    .filter(({ job }) => job === 'redis')
    .flatMap(({ name, asked }) => [
      ...asked
        .filter((url) => !names.includes(new URL(url).hostname.split('.').at(-1) ?? ''))
        .map((url) => `Probe ${name} asks ${url}, which is not there`),
      ...(asked.length === servers
        ? []
        : [`Probe ${name} asks ${asked.length} servers of Redis, and there are ${servers}`]),
    ]);
}

const DASHBOARDS = 'deploy/grafana/dashboards';
const DATA = z.record(z.string(), z.string());

/**
 * The dashboards are those of `deploy/grafana`, in a ConfigMap that the sidecar of a Grafana of
 * kube-prometheus-stack looks for.
 *
 * @returns a sentence for each problem
 */
export async function dashboardProblems(objects: readonly Manifest[]): Promise<string[]> {
  const found = objects
    .filter(
      ({ kind, metadata }) => kind === 'ConfigMap' && metadata.labels.grafana_dashboard === '1',
    )
    .flatMap(({ data }) => Object.entries(DATA.parse(data)));
  const names = await readdir(join(ROOT, DASHBOARDS));
  const shipped = await Promise.all(
    names.map(
      async (name) => [name, await readFile(join(ROOT, DASHBOARDS, name), 'utf8')] as const,
    ),
  );
  return [
    ...shipped
      .filter(([name, text]) => !found.some((one) => isDeepStrictEqual(one, [name, text])))
      .map(([name]) => `Grafana does not find ${name} as it is`),
    ...found
      .filter(([name]) => !names.includes(name))
      .map(([name]) => `Grafana finds ${name}, which is not shipped`),
  ];
}

/**
 * Exporters are those of `docker-compose.monitoring.yml`.
 *
 * @returns a sentence for each that is another
 */
export async function exporterImageProblems(objects: readonly Manifest[]): Promise<string[]> {
  const compose = await readFile(join(ROOT, 'docker-compose.monitoring.yml'), 'utf8');
  const pinned = [...compose.matchAll(/\{\w+_EXPORTER_IMAGE:-([^}]+)\}/g)].map(
    ([, image]) => image,
  );
  return workloads(objects)
    .flatMap(({ pod }) => pod.containers)
    .filter(({ image }) => image.includes('exporter') && !pinned.includes(image))
    .map(({ image }) => `${image} is not what docker-compose.monitoring.yml runs`);
}
