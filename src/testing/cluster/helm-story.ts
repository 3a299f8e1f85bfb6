import { pollUntil } from '../poll.ts';
import { readManual } from './manual.ts';
import { makeSecrets, runs, SECRETS, underLoad } from './operator.ts';
import type { World } from './world.ts';

const AT = { namespace: 'gatehouse', service: 'login', issuer: 'https://login.example.com' };

/** Pods of a release that is uninstalled are ended after it. */
const GONE_DEADLINE_MS = 60_000;

/**
 * The section "Helm" of docs/deploy.md over a cluster: installed and asked, upgraded under load, back again.
 *
 * @returns what was seen
 */
export async function helmStory(world: World): Promise<string> {
  const { shell } = world;
  const manual = await readManual();
  await makeSecrets(world, manual, await world.newDatabase());
  await shell(`sed -i 's/@gatehouse-redis:/@login-redis:/' ${SECRETS}/redis_url`);

  const installed = (await shell(manual.helm)).stdout;
  if (!/Phase:\s+Succeeded/.test(installed)) throw new Error(`helm test:\n${installed}`);

  const install = /^helm upgrade --install login (?:.*\\\n)*.*$/m.exec(manual.helm)?.[0] ?? '';
  const upgrade = await underLoad(world, AT, () => shell(`${install} --set image.tag=0.2.0`));
  await runs(world, AT.namespace, 'login', '0.2.0');
  const status = `kubectl -n ${AT.namespace} rollout status deployment/login --timeout=5m`;
  const back = await underLoad(world, AT, () => shell(`${manual.helmRollback}\n${status}`));
  await runs(world, AT.namespace, 'login', '0.1.0');
  await shell('helm -n gatehouse test login\nhelm -n gatehouse uninstall login --wait');
  const left = 'kubectl -n gatehouse get deployments,statefulsets,jobs,pods -o name';
  await pollUntil(async () => (await shell(left)).stdout === '', {
    deadlineMs: GONE_DEADLINE_MS,
    everyMs: 500,
  });
  return `installed and tested; upgraded over ${upgrade.requests} requests, back over ${back.requests}, none failed; uninstalled`;
}
