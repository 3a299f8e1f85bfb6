import assert from 'node:assert/strict';
import type { EngineMachine } from './engine-machine.ts';
import { until } from './engine-people.ts';

const DEADLINE_MS = 180_000;

/**
 * Does something to a Swarm, and waits until it has replaced the tasks of these services, and is done.
 *
 * @param of - the whole names of all services that are looked at
 * @param replaced - those among them whose tasks are others afterwards
 * @throws Error when the tasks of another one are others, too
 */
export async function replacesAlone(
  machine: EngineMachine,
  { of, replaced }: { of: readonly string[]; replaced: readonly string[] },
  work: () => Promise<unknown>,
): Promise<void> {
  const before = await tasksOf(machine, of);
  await work();
  for (const service of replaced) {
    const those = `docker service ps --filter desired-state=running`;
    await until(
      machine,
      `${those} --format '{{.CurrentState}}' ${service} | grep -q '^Running' &&
        ! ${those} --format '{{.CurrentState}}' ${service} | grep -qv '^Running' &&
        [ "$(${those} --quiet ${service} | sort | xargs)" != '${before[service]}' ] &&
        [ "$(docker service inspect --format '{{.UpdateStatus.State}}' ${service})" = completed ]`,
      DEADLINE_MS,
    );
  }
  const after = await tasksOf(machine, of);
  const others = of.filter((service) => after[service] !== before[service]);
  assert.deepEqual(others, replaced, 'what was replaced');
}

/** Tasks that are to run, by their services. */
async function tasksOf(
  machine: EngineMachine,
  services: readonly string[],
): Promise<Record<string, string>> {
  const tasks: Record<string, string> = {};
  for (const service of services) {
    const ids = `docker service ps --filter desired-state=running --quiet ${service} | sort | xargs`;
    tasks[service] = (await machine.run(ids)).stdout.trim();
  }
  return tasks;
}
