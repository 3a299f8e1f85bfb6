/** What an operator does with the commands of the manual, here and with either tool. */

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { InitializedPostgres } from '../deploy/initialized-postgres.ts';
import { runProgram } from '../deploy/trial.ts';
import { type LoadResult, startLoad } from './load.ts';
import type { Manual } from './manual.ts';
import type { World } from './world.ts';

/** Where the files of secrets are. */
export const SECRETS = 'deploy/kubernetes/components/secret-files/secrets';

/**
 * Makes the files of secrets by the commands of the manual. What it leaves open (`…`) are passwords; TLS to
 * PostgreSQL is tried elsewhere, and left out here.
 */
export async function makeSecrets(
  { checkout, shell }: Pick<World, 'checkout' | 'shell'>,
  manual: Manual,
  database: InitializedPostgres,
): Promise<void> {
  const identity = join(checkout, '..', 'identity.txt');
  // It writes over nothing.
  await rm(identity, { force: true });
  await runProgram('age-keygen', ['-o', identity]);
  const script = manual.secrets
    .replace('/root/identity.txt', identity)
    .replace('gatehouse_app:…@', `gatehouse_app:${database.password('app')}@`)
    .replace('gatehouse_migrator:…@', `gatehouse_migrator:${database.password('migrator')}@`)
    .replace('password=…', `password=${database.password('migrator')}`)
    .replaceAll('?sslmode=verify-full', '')
    .replace('sslmode=verify-full\nsslrootcert=system\n', '');
  if (script.includes('…')) throw new Error('the manual leaves more open than passwords');
  await shell(script);
}

/**
 * Does something while clients ask the Service all the time.
 *
 * @throws Error when any request failed
 */
export async function underLoad(
  { services }: World,
  at: { namespace: string; service: string; issuer: string },
  act: () => Promise<unknown>,
): Promise<LoadResult> {
  const load = startLoad(services.addressOf(at.namespace, at.service), at.issuer);
  const result = await (async () => {
    try {
      await act();
    } finally {
      await load.stop();
    }
    return load.stop();
  })();
  if (result.failures.length > 0 || result.requests === 0) {
    const some = result.failures.slice(0, 10).join('\n');
    throw new Error(`${result.failures.length} of ${result.requests} requests failed:\n${some}`);
  }
  return result;
}

/**
 * Runs the commands that bring a release. The last of them asks the doctor, who finds that there is no mail
 * server here, and may find nothing else.
 *
 * @returns what they printed
 */
export async function release({ shell }: Pick<World, 'shell'>, script: string): Promise<string> {
  const printed = await shell(script).then(
    ({ stdout }) => stdout,
    (error: Error) => error.message,
  );
  const found = /^problem +mail +mail\.example\.com:587, STARTTLS: unreachable/m.test(printed);
  if (!found || !/^1 problem\.$/m.test(printed)) throw new Error(printed);
  return printed;
}

/**
 * Runs what must not succeed.
 *
 * @throws Error when it does, or says something else
 */
export async function refused(
  { shell }: Pick<World, 'shell'>,
  script: string,
  says: RegExp,
): Promise<void> {
  const said = await shell(script).then(
    ({ stdout }) => `nothing against it: ${stdout}`,
    (error: unknown) => String(error),
  );
  if (!says.test(said)) throw new Error(`of ${script} it was said:\n${said}`);
}

/**
 * Looks that every pod of a Deployment is of a release, and that there is one.
 *
 * @throws Error when one is not
 */
export async function runs(
  { shell }: Pick<World, 'shell'>,
  namespace: string,
  deployment: string,
  tag: string,
): Promise<void> {
  const path = `'{.spec.template.spec.containers[*].image} {.status.updatedReplicas} {.status.readyReplicas} {.status.replicas}'`;
  const command = `kubectl -n ${namespace} get deployment ${deployment} -o jsonpath=${path}`;
  const { stdout } = await shell(command);
  const [image = '', updated, ready, all] = stdout.trim().split(' ');
  const isWhole = updated === ready && ready === all && Number(all) > 0;
  if (!image.endsWith(`:${tag}`) || !isWhole) throw new Error(`not release ${tag}: ${stdout}`);
}
