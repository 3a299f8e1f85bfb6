/** What watches a deployment on `engine-machine.ts`, as its operators see it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { z } from 'zod';
import { pollUntil } from '../poll.ts';
import type { EngineMachine } from './engine-machine.ts';
import { blockWith, commandsOf } from './engine-manual.ts';
import { until } from './engine-people.ts';
import { replacesAlone } from './engine-tasks.ts';

const STACK = 'gatehouse-monitoring';
/** The jobs of Prometheus that both deployments have, with three replicas. */
export const JOBS = {
  alertmanager: 1,
  backup: 1,
  edge: 1,
  gatehouse: 3,
  postgres: 1,
  prometheus: 1,
  redis: 1,
};
const FILE = 'deploy/swarm/monitoring.yml';
const EDGE = 'deploy/prometheus/targets/edge.yml';
const DEADLINE_MS = 120_000;

/** From the root of Grafana's interface. */
const PROMETHEUS = 'datasources/proxy/uid/gatehouse-prometheus/api/v1';

/** What has to be 1 where exporters see what they look at. */
const SEEN = ['pg_up', 'redis_up', 'probe_success'];
const BACKED_UP = 'gatehouse_backup_last_success_timestamp_seconds';

const DASHBOARDS = z.array(z.object({ title: z.string() }));
const ANSWER = z.object({
  data: z.object({
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        value: z.tuple([z.number(), z.string()]),
      }),
    ),
  }),
});
const ALERTMANAGERS = z.object({ data: z.object({ activeAlertmanagers: z.array(z.unknown()) }) });

/**
 * Deploys the stack of deploy/swarm/monitoring.yml beside the one that it watches, and looks at it as
 * operators do, through Grafana. Its secrets and the directory of backups are there.
 *
 * @param name - public name of the Swarm, which its containers find at its own address here
 * @returns what was seen
 */
export async function watchSwarm(machine: EngineMachine, name: string): Promise<string> {
  const block = blockWith(await commandsOf('Docker Swarm'), 'monitoring.yml');
  const [deploy = '', look = ''] = block.split(/\n(?=docker run )/);
  const found = `extra_hosts: ['${name}:192.0.2.10']`;
  await machine.run(`
    sed -i 's/nginx/${name}/' ${EDGE}
    sed -i "s/^  blackbox-exporter:/&\\n    ${found}/" ${FILE}
  `);
  const { stdout } = await machine.run(`
    ${deploy} >&2
    docker stack services --format '{{.Name}}' ${STACK}
  `);
  const services = stdout.trim().split('\n');
  const running = `! docker stack services --format '{{.Replicas}}' ${STACK} | grep -qv '^1/1'`;
  await until(machine, running, DEADLINE_MS).catch(async (cause: unknown) => {
    throw new Error(`not all of ${STACK} runs:\n${await tasksOf(machine, services)}`, { cause });
  });

  const forwarded = machine.spawn(['bash', '--norc', '-euc', look]);
  const ended = once(forwarded, 'close');
  try {
    await until(machine, 'curl -fsS --max-time 5 http://localhost:3001/api/health', DEADLINE_MS);
    const password = 'cat grafana_admin_password';
    const seen = await askGrafana(machine, { password, reached: JOBS, backups: 1 });
    await machine.run(`sed -i 's/__param_module: edge/&, edited: again/' ${EDGE}`);
    const replaced = [`${STACK}_prometheus`];
    await replacesAlone(machine, { of: services, replaced }, () => machine.run(deploy));
    const { valuesOf } = grafanaOf(machine, password);
    const isAsked = async () => (await valuesOf('probe_success{edited="again"}')).length === 1;
    await pollUntil(isAsked, { deadlineMs: DEADLINE_MS, everyMs: 500 });
    return `${services.length} services of ${STACK}: ${seen}`;
  } finally {
    await machine.run('docker ps --quiet --filter ancestor=alpine/socat | xargs docker stop');
    await ended;
  }
}

/** What became of each task, and what they printed. */
async function tasksOf(machine: EngineMachine, services: readonly string[]): Promise<string> {
  const format = '{{.Name}} {{.Node}} {{.CurrentState}} {{.Error}}';
  const { stdout } = await machine.run(`
    docker stack ps --no-trunc --format '${format}' ${STACK}
    for service in ${services.join(' ')}; do docker service logs --tail 5 --raw $service; done 2>&1
  `);
  return stdout;
}

/** Grafana at port 3001, and Prometheus through it. */
function grafanaOf(machine: EngineMachine, password: string) {
  const ask = async (path: string): Promise<unknown> => {
    const url = `http://localhost:3001/api/${path}`;
    const line = `curl -fsS --max-time 5 --user "admin:$(${password})" '${url}'`;
    return JSON.parse((await machine.run(line)).stdout);
  };
  const valuesOf = async (query: string) => {
    const answer = await ask(`${PROMETHEUS}/query?query=${encodeURIComponent(query)}`);
    return ANSWER.parse(answer).data.result.map(({ metric, value }) => [metric.job, value[1]]);
  };
  return { ask, valuesOf };
}

/**
 * Asks Prometheus through Grafana, at port 3001, until all of it is seen.
 *
 * @param options.password - words of bash that print Grafana's
 * @param options.reached - how many of each job Prometheus has to reach
 * @param options.backups - how many backups there were
 * @returns what was seen
 */
export async function askGrafana(
  machine: EngineMachine,
  options: { password: string; reached: Readonly<Record<string, number>>; backups: 0 | 1 },
): Promise<string> {
  const { password, reached, backups } = options;
  const { ask, valuesOf } = grafanaOf(machine, password);
  const look = async (): Promise<true> => {
    const up = (await valuesOf('sum by (job) (up)')).map(([job, count]) => [job, Number(count)]);
    assert.deepEqual(Object.fromEntries(up), reached);
    for (const metric of SEEN) {
      assert.deepEqual(
        (await valuesOf(metric)).map(([, value]) => value),
        ['1'],
        metric,
      );
    }
    assert.equal((await valuesOf(BACKED_UP)).length, backups, BACKED_UP);
    const { data } = ALERTMANAGERS.parse(await ask(`${PROMETHEUS}/alertmanagers`));
    assert.equal(data.activeAlertmanagers.length, 1, 'Alertmanager');
    return true;
  };

  const dashboards = DASHBOARDS.parse(await ask('search'));
  assert.equal(dashboards.length, 5);
  await pollUntil(look, { deadlineMs: DEADLINE_MS, everyMs: 500 });
  assert.deepEqual(await valuesOf('ALERTS{alertstate="firing"}'), []);
  return `Prometheus reaches ${Object.keys(reached).join(', ')}, and no alert fires`;
}
