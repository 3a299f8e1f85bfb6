import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { closeServer, listen } from '../../http/create-http-server.ts';
import { LOOPBACK_CERTIFICATE } from '../loopback-certificate.ts';
import { FOREIGN_METRICS, type MetricOwner } from '../monitoring/exporter-metrics.ts';
import { alertRules } from '../monitoring/expressions.ts';
import { type RunningProgram, startProgram } from '../monitoring/programs.ts';
import { namesIn } from '../monitoring/promql-names.ts';
import { debianProgram } from './debian.ts';
import { initializePostgres } from './initialized-postgres.ts';
import {
  type Container,
  environmentOf,
  type Keys,
  type Manifest,
  mountedFiles,
  type Workload,
  workloads,
} from './manifests.ts';
import { exporterImageProblems, probesOf } from './monitoring-rules.ts';
import { makePasswords, startRedis } from './redis.ts';

/** Whose metrics an exporter has; and its program in its image, where a command names it. */
const EXPORTERS: Readonly<Record<string, { owner: MetricOwner; debian: string; inImage: string }>> =
  {
    'postgresql-exporter': {
      owner: 'postgres_exporter',
      debian: 'prometheus-postgres-exporter',
      inImage: '/bin/postgres_exporter',
    },
    'redis-exporter': {
      owner: 'redis_exporter',
      debian: 'prometheus-redis-exporter',
      inImage: '/redis_exporter',
    },
    'blackbox-exporter': {
      owner: 'blackbox_exporter',
      debian: 'prometheus-blackbox-exporter',
      inImage: '/bin/blackbox_exporter',
    },
  };

/** What exporters look at, on loopback. */
interface World {
  readonly home: string;
  readonly password: string;
  readonly postgres: number;
  readonly redis: number;
  readonly edge: number;
}

/**
 * Runs the exporters of a deployment, Debian's in the place of the images', by their own commands, settings
 * and files, and asks them as Prometheus is told to: over PostgreSQL and Redis with the roles and users that
 * `deploy/` makes, and a server with a certificate.
 *
 * @returns what was seen
 * @throws Error when a metric that an alert needs is not there, or says that something is down
 */
export async function runExporters(objects: readonly Manifest[], keys: Keys): Promise<string> {
  const others = await exporterImageProblems(objects);
  if (others.length > 0) throw new Error(others.join('\n'));
  const closing: (() => Promise<unknown>)[] = [];
  try {
    const world = await startWorld(closing);
    const running = workloads(objects).flatMap((workload) => {
      const exporter = EXPORTERS[workload.labels['app.kubernetes.io/component'] ?? ''];
      return exporter === undefined ? [] : [{ workload, ...exporter }];
    });
    const counts: string[] = [];
    for (const { workload, owner, debian, inImage } of running) {
      const command = await debianProgram({ package: debian, program: debian });
      const program = await startContainer(world, { workload, keys, command, inImage });
      closing.push(() => program.stop());
      counts.push(await askExporter(world, { objects, program, workload, owner }));
    }
    return counts.join(', ');
  } finally {
    for (const close of closing.toReversed()) await close();
  }
}

async function startWorld(closing: (() => Promise<unknown>)[]): Promise<World> {
  const home = await mkdtemp(join(tmpdir(), 'gatehouse-exporters-'));
  closing.push(() => rm(home, { recursive: true, force: true }));
  const secret = () => randomBytes(24).toString('hex');
  const password = secret();
  const postgres = await initializePostgres({
    build: 'debian',
    passwords: { migrator: secret(), app: secret(), monitor: password },
  });
  closing.push(() => postgres.stop());
  const redis = await startRedis(home, await makePasswords(home, { monitor: password }));
  closing.push(() => redis.end('SIGTERM'));
  const { certificate: cert, key } = LOOPBACK_CERTIFICATE;
  const server = createServer({ cert, key }, (req, res) => {
    res.writeHead(req.url === '/health/ready' ? 200 : 404).end();
  });
  const { port: edge } = await listen(server, { what: 'edge', host: '127.0.0.1', port: 0 });
  closing.push(() => closeServer(server));
  await writeFile(join(home, 'authority.pem'), cert);
  return { home, password, postgres: postgres.port, redis: redis.port, edge };
}

async function startContainer(
  { home, password, postgres }: World,
  options: { workload: Workload; keys: Keys; command: string; inImage: string },
): Promise<RunningProgram> {
  const { workload, keys, command, inImage } = options;
  const [container] = workload.pod.containers;
  if (container === undefined) throw new Error(`${workload.name} has no container`);
  const own = await mkdtemp(join(home, 'container-'));
  for (const { path, of, object, key } of mountedFiles(workload.pod, container, keys)) {
    await mkdir(dirname(own + path), { recursive: true });
    const text = of === 'Secret' ? password : (keys.configMaps.get(object)?.[key] ?? '');
    await writeFile(own + path, `${text}\n`);
  }
  const here = (value: string) =>
    value.replace(/(?<![\w/.])\/(run\/secrets|etc\/blackbox)(?=\/)/g, (path) => own + path);
  const environment = Object.entries(environmentOf(container, keys)).map(([name, value]) => {
    const at = value.replace(/^[^/]+(\/.*sslmode=)[\w-]+/, `127.0.0.1:${postgres}$1disable`);
    return [name, name === 'DATA_SOURCE_URI' ? at : here(value)];
  });
  return startProgram({
    ...commandOf(container, { command, inImage, here }),
    // Whoever made the certificate of the edge is trusted, as an authority of the public is.
    env: { ...Object.fromEntries(environment), SSL_CERT_FILE: join(home, 'authority.pem') },
    ready: container.livenessProbe?.httpGet?.path ?? '/',
  });
}

function commandOf(
  { command: words, args }: Container,
  { command, inImage, here }: { command: string; inImage: string; here(value: string): string },
): Pick<Parameters<typeof startProgram>[0], 'command' | 'args'> {
  const listening = (port: number) => `--web.listen-address=127.0.0.1:${port}`;
  const [shell, ...rest] = words;
  if (shell === undefined) {
    return { command, args: (port) => [listening(port), ...args.map(here)] };
  }
  const told = (port: number) => `${command} ${listening(port)}`;
  return {
    command: shell,
    args: (port) => rest.map((word) => here(word).replace(inImage, told(port))),
  };
}

/** Asks as a Prometheus Operator has Prometheus ask. */
async function askExporter(
  { redis, edge }: World,
  options: {
    objects: readonly Manifest[];
    program: RunningProgram;
    workload: Workload;
    owner: MetricOwner;
  },
): Promise<string> {
  const { objects, program, workload, owner } = options;
  const url = new URL('/metrics', program.url);
  const probe = probesOf(objects).find(({ service }) => service === workload.name);
  if (probe !== undefined) {
    const [asked = ''] = probe.asked;
    const target = asked.startsWith('https:')
      ? `https://localhost:${edge}${new URL(asked).pathname}`
      : `redis://127.0.0.1:${redis}`;
    url.pathname = probe.path;
    url.searchParams.set('target', target);
    if (probe.module !== undefined) url.searchParams.set('module', probe.module);
  }
  const text = await (await fetch(url)).text();
  const alerts = await alertRules();
  const wanted = new Set(
    alerts
      .flatMap(({ expr }) => namesIn(expr).metrics)
      .filter((metric) => FOREIGN_METRICS[metric]?.of === owner),
  );
  const missing = [...wanted].filter((metric) => !new RegExp(`^${metric}[{ ]`, 'm').test(text));
  const isUp = /^(redis_up|pg_up|probe_success) 1$/m.test(text);
  if (missing.length === 0 && isUp) return `${owner} has the ${wanted.size} metrics of alerts`;
  throw new Error(`${workload.name} has no ${missing.join(', ')} at ${url}:\n${text}`);
}
