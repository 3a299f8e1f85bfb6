/**
 * The images of others that compose files and the stack name, where no registry has them: made by the
 * engine itself, with the same names, of Debian's packages. See engine-images/.
 */
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { newerNginx } from '../balancer/newer-nginx.ts';
import { buildah, ensureBuildah, UNSIGNED } from './buildah.ts';
import type { EngineMachine } from './engine-machine.ts';
import { withWayOut } from './engine-way-out.ts';
import { goTool } from './go-tools.ts';
import { ensureBase } from './image-base.ts';
import { CERTIFICATES } from './image-build.ts';
import { ROOT } from './trial.ts';

const SOURCE = join(ROOT, 'src/testing/deploy/engine-images');
/** What all images are made on, our own too. */
const BASE = 'node:24-bookworm-slim';
const STAND_INS = {
  postgres: 'postgres:16-bookworm',
  redis: 'redis:7.2-bookworm',
  nginx: 'nginx:1.28-bookworm',
  pgbouncer: 'edoburu/pgbouncer:v1.24.1-p1',
} as const;
/** What watches, by the stage of monitors/Dockerfile that makes it. */
const MONITORS = {
  prometheus: 'prom/prometheus:v3.5.0',
  alertmanager: 'prom/alertmanager:v0.28.1',
  grafana: 'grafana/grafana:12.1.1',
  jaeger: 'jaegertracing/jaeger:2.13.0',
  seq: 'datalust/seq:2025.2',
  'fluent-bit': 'fluent/fluent-bit:4.0.8',
  'postgres-exporter': 'quay.io/prometheuscommunity/postgres-exporter:v0.17.1',
  'redis-exporter': 'oliver006/redis_exporter:v1.74.0-alpine',
  'blackbox-exporter': 'prom/blackbox-exporter:v0.27.0',
  'node-exporter': 'prom/node-exporter:v1.9.1',
  socat: 'alpine/socat',
} as const;
/** Debian's is older than `url_file`. */
const ALERTMANAGER = {
  module: 'github.com/prometheus/alertmanager/cmd/alertmanager',
  version: 'v0.28.1',
};

/** Makes those that are not there yet. */
export async function ensureImages(machine: EngineMachine): Promise<void> {
  const { stdout } = await machine.run("docker images --format '{{.Repository}}:{{.Tag}}'");
  const there = new Set(stdout.split('\n'));
  if (!there.has(BASE)) await importBase(machine);
  const context = join(machine.work, 'images');
  await cp(SOURCE, context, { recursive: true });
  await layOutNginx(join(context, 'nginx'));
  await withWayOut(machine, async () => {
    for (const [directory, name] of Object.entries(STAND_INS)) {
      await machine.run(`docker build --quiet --tag ${name} ${join(context, directory)}`);
    }
  });
}

/**
 * Makes those of what watches.
 *
 * @returns their names
 */
export async function ensureMonitors(machine: EngineMachine): Promise<readonly string[]> {
  const context = join(machine.work, 'images/monitors');
  await cp(await goTool(ALERTMANAGER), join(context, 'alertmanager'));
  await withWayOut(machine, async () => {
    for (const [stage, name] of Object.entries(MONITORS)) {
      await machine.run(`docker build --quiet --target ${stage} --tag ${name} ${context}`);
    }
  });
  return Object.values(MONITORS);
}

/** The base of the trials of the image, with the authorities that this machine trusts. */
async function importBase(machine: EngineMachine): Promise<void> {
  await ensureBuildah();
  const { stdout } = await buildah('from', ...UNSIGNED, '--pull-never', await ensureBase());
  const container = stdout.trim();
  try {
    const { stdout: root } = await buildah('mount', container);
    await machine.run(`
      tar --create --directory ${root.trim()} . --directory / ${CERTIFICATES.slice(1)} | docker import \\
        --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \\
        --change 'ENTRYPOINT ["docker-entrypoint.sh"]' --change 'CMD ["node"]' - ${BASE} >/dev/null
    `);
  } finally {
    await buildah('rm', container);
  }
}

async function layOutNginx(context: string): Promise<void> {
  const [loader] = await newerNginx();
  const root = loader.slice(0, loader.indexOf('/usr/lib64/'));
  await mkdir(join(context, 'root'), { recursive: true });
  await cp(root, join(context, 'root'), { recursive: true, verbatimSymlinks: true });
}
