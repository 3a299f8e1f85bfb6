import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ROOT, type Trial } from './trial.ts';

const PROVISIONING = 'deploy/grafana/provisioning';
const COMPOSE = 'docker-compose.monitoring.yml';
const BLACKBOX = 'blackbox-exporter:9115';

interface Service {
  readonly volumes?: readonly string[];
  readonly image?: string;
}

async function read<T>(file: string): Promise<T> {
  return parse(await readFile(join(ROOT, file), 'utf8')) as T;
}

/** Of every file that says where Grafana finds something. */
async function datasourcesOfFiles(): Promise<{ name: string; uid: string; url: string }[]> {
  const files = await readdir(join(ROOT, PROVISIONING, 'datasources'));
  const parsed = files.map((file) =>
    read<{ datasources: { name: string; uid: string; url: string }[] }>(
      `${PROVISIONING}/datasources/${file}`,
    ),
  );
  return (await Promise.all(parsed)).flatMap(({ datasources }) => datasources);
}

/** `name:port` of everything that these files talk to inside Compose, but for replicas. */
async function addresses(): Promise<Map<string, string>> {
  const datasources = await datasourcesOfFiles();
  const prometheus = await readFile(join(ROOT, 'deploy/prometheus/prometheus.yml'), 'utf8');
  const { pipeline } = await read<{ pipeline: { outputs: { host?: string; port?: number }[] } }>(
    'deploy/fluent-bit/fluent-bit.yaml',
  );
  const targets = [...prometheus.matchAll(/targets: \['([^']+)'\]/g)].map(
    ([, target = '']) => target,
  );
  const outputs = pipeline.outputs.filter(({ host }) => host !== undefined);
  return new Map([
    ...datasources.map(({ name, url }) => [new URL(url).host, `Grafana’s ${name}`] as const),
    ...[...targets, BLACKBOX]
      .filter((target) => !target.startsWith('localhost'))
      .map((target) => [target, 'prometheus.yml'] as const),
    ...outputs.map(({ host, port }) => [`${host}:${port}`, 'fluent-bit.yaml'] as const),
  ]);
}

/** What Grafana is told when it starts. Grafana itself, with its pages, is in no registry here. */
export const GRAFANA: readonly Trial[] = [
  {
    artefact: 'grafana provisioning',
    how: 'read as YAML: where its dashboards are mounted, and a service of docker-compose.monitoring.yml behind every address; Grafana itself cannot be had here',
    covers: [PROVISIONING],
    async run() {
      const { services } = await read<{ services: Record<string, Service> }>(COMPOSE);
      const { providers } = await read<{ providers: { options: { path: string } }[] }>(
        `${PROVISIONING}/dashboards/gatehouse.yml`,
      );
      const mounts = services.grafana?.volumes ?? [];
      for (const { options } of providers) {
        const mount = `./deploy/grafana/dashboards:${options.path}:ro`;
        if (!mounts.includes(mount)) throw new Error(`${COMPOSE} does not mount ${mount}`);
      }
      const mount = `./${PROVISIONING}:/etc/grafana/provisioning:ro`;
      if (!mounts.includes(mount)) throw new Error(`${COMPOSE} does not mount ${mount}`);
      const datasources = await datasourcesOfFiles();
      const uids = new Set(datasources.map(({ uid }) => uid));
      if (uids.size !== datasources.length) throw new Error('two datasources have one uid');
      const known = await addresses();
      for (const [address, who] of known) {
        const [name = ''] = address.split(':');
        if (services[name] === undefined) throw new Error(`${who}: no service ${name}`);
      }
      return `${datasources.length} datasources; ${known.size} addresses, each of a service`;
    },
  },
];
