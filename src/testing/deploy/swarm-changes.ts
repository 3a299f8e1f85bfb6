/** What a Swarm replaces when a file says something else than before. */
import assert from 'node:assert/strict';
import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadStack, type Stack } from './swarm-stack.ts';
import { ROOT } from './trial.ts';

/**
 * Changes one file of a stack after the other, in a copy of deploy/: services that have it are replaced, since
 * it has another name, and no others are.
 *
 * @returns a sentence for each file of which that does not hold
 */
export async function changeProblems(file: string): Promise<string[]> {
  const root = await mkdtemp(join(tmpdir(), 'gatehouse-swarm-'));
  try {
    await cp(join(ROOT, 'deploy'), join(root, 'deploy'), { recursive: true });
    const before = await loadStack(file, root);
    const files = [...Object.entries(before.configs), ...Object.entries(before.secrets)];
    const problems: string[] = [];
    for (const [source, { file: changed }] of files) {
      if (changed === undefined) continue;
      const text = await readFile(changed);
      await appendFile(changed, '\n');
      const replaced = replacedServices(before, await loadStack(file, root));
      await writeFile(changed, text);
      const having = Object.keys(before.services).filter((name) =>
        placedIn(before, name).some((placed) => placed.source === source),
      );
      if (replaced.join() === having.join()) continue;
      problems.push(`${source}: of ${having.join(', ')}, and replaces ${replaced.join(', ')}`);
    }
    assert.deepEqual(replacedServices(before, await loadStack(file, root)), []);
    return problems;
  } finally {
    await rm(root, { recursive: true });
  }
}

/**
 * Secrets that were made by hand have a number that their variable says, both of TLS the same.
 *
 * @returns a sentence for each that has not
 */
export async function numberProblems(file: string): Promise<string[]> {
  const made = ({ secrets }: Stack) =>
    Object.entries(secrets).filter(([, { external }]) => external);
  const variables = made(await loadStack(file)).map(([secret]) => variableOf(secret));
  const moved = Object.fromEntries(variables.map((variable) => [variable, '2']));
  return made(await loadStack(file, ROOT, moved))
    .filter(([secret, { name }]) => name !== `gatehouse_${secret}_2`)
    .map(([secret, { name }]) => `${name} does not heed ${variableOf(secret)}`);
}

function variableOf(secret: string): string {
  return `${secret.startsWith('tls_') ? 'TLS' : secret.toUpperCase()}_REVISION`;
}

/** Services that have something by another name. */
function replacedServices(before: Stack, after: Stack): string[] {
  const namesOf = (stack: Stack, service: string) =>
    placedIn(stack, service)
      .map(({ name }) => name)
      .join();
  return Object.keys(before.services).filter(
    (service) => namesOf(before, service) !== namesOf(after, service),
  );
}

/** What lies in a service, and what the Swarm calls it. */
function placedIn({ services, configs, secrets }: Stack, service: string) {
  const { configs: some = [], secrets: others = [] } = services[service] ?? {};
  return [
    ...some.map(({ source }) => ({ source, name: configs[source]?.name })),
    ...others.map(({ source }) => ({ source, name: secrets[source]?.name })),
  ];
}
