/** The environments of compose files, as the server itself reads them. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseConfig } from '../../config/parse-config.ts';
import { readEnv } from '../../config/read-env.ts';
import { mustHave, type Project, type Service } from './compose-project.ts';
import { runProgram } from './trial.ts';

/** What the server itself makes of the environment of each that runs it. */
export async function checkEnvironments(
  project: Project,
  envFile: string,
  home: string,
): Promise<void> {
  const variables = await expanded(envFile, home);
  for (const name of ['migrate', 'seed', 'app']) {
    const service = mustHave(project, name);
    const environment = await mounted(project, service, { variables, home });
    const { config, secrets } = parseConfig(readEnv(environment));
    const role = name === 'migrate' ? 'gatehouse_migrator' : 'gatehouse_app';
    assert.equal(new URL(secrets.databaseUrl ?? '').username, role, name);
    if (name !== 'app') continue;
    const grace = Number.parseInt(service.stop_grace_period ?? '', 10);
    assert.ok(grace > config.shutdownTimeoutSeconds, `${grace} s are too few to stop in`);
    assert.ok(config.shutdownDelaySeconds > 3, 'nginx keeps idle connections for 3 s');
  }
}

/** The environment of a service, with the files of its secrets as they are on this machine. */
async function mounted(
  project: Project,
  service: Service,
  { variables, home }: { variables: NodeJS.Dict<string>; home: string },
): Promise<Record<string, string>> {
  const places = new Map<string, string>();
  for (const { source, target } of service.secrets ?? []) {
    const { file, environment: variable = '' } = project.secrets?.[source] ?? {};
    const place = file ?? join(home, `mounted-${variable}`);
    if (file === undefined) await writeFile(place, `${variables[variable]}\n`);
    places.set(target, place);
  }
  return Object.fromEntries(
    Object.entries(service.environment ?? {}).map(([key, value]) => {
      const said = value ?? '';
      return [key, places.get(said) ?? said];
    }),
  );
}

/** The variables of an environment file as a shell sees them, which expands what is in braces. */
async function expanded(envFile: string, home: string): Promise<NodeJS.Dict<string>> {
  const lines = (await readFile(envFile, 'utf8'))
    .split('\n')
    .filter((line) => /^[A-Z_]+=/.test(line))
    .map(
      (line) =>
        `${line.replace(/=(.*)$/, (_, value: string) => `="${value.replaceAll('"', '\\"')}"`)}`,
    );
  const script = join(home, 'expand.sh');
  await writeFile(script, `set -a\n${lines.join('\n')}\nenv -0\n`);
  const { stdout } = await runProgram('sh', [script], { env: { PATH: process.env.PATH } });
  return Object.fromEntries(
    stdout.split('\0').map((line) => {
      const at = line.indexOf('=');
      return [line.slice(0, at), line.slice(at + 1)];
    }),
  );
}
