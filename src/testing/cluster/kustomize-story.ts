import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readManual } from './manual.ts';
import { makeSecrets, refused, release, runs, SECRETS, underLoad } from './operator.ts';
import { openVault } from './vault.ts';
import type { World } from './world.ts';

const STAGING = 'gatehouse-staging';
const PRODUCTION = 'gatehouse';

/**
 * The section "kustomize" of docs/deploy.md over a cluster: staging, the next release under load, one that
 * cannot be had, the way back; then production.
 *
 * @returns what was seen
 */
export async function kustomizeStory(world: World): Promise<string> {
  const manual = await readManual();
  const { shell } = world;
  const seen: string[] = [];
  const staging = (tag: string) => manual.release.replaceAll('0.1.0', tag);
  await makeSecrets(world, manual, await world.newDatabase());

  const said = await release(world, staging('0.1.0'));
  if (!/successfully rolled out/.test(said)) throw new Error(`it does not say so:\n${said}`);
  const before = await workloads(shell);
  await shell('cd deploy/kubernetes/overlays/staging\nkustomize build . | kubectl apply -f -');
  const after = await workloads(shell);
  if (after !== before) throw new Error(`applied again, of\n${before}\nbecame\n${after}`);
  seen.push('staging rolled out, the doctor asked, applied again without a change');

  const settings = 'echo DATABASE_POOL_MAX=9 >>deploy/kubernetes/overlays/staging/config.env';
  await release(world, `${settings}\n${staging('0.1.0')}`);
  seen.push('other settings rolled out');

  const intruder = `kubectl -n ${STAGING} run intruder --image=redis:7`;
  await refused(world, intruder, /violates PodSecurity "restricted/);

  const issuer = 'https://login.staging.example.com';
  const at = { namespace: STAGING, service: 'gatehouse', issuer };
  const rolled = await underLoad(world, at, () => release(world, staging('0.2.0')));
  await runs(world, STAGING, 'gatehouse', '0.2.0');
  seen.push(`the next release rolled over ${rolled.requests} requests`);

  const stuck = await underLoad(world, at, () =>
    refused(world, staging('9.9.9').replace('--timeout=20m', '--timeout=15s'), /timed out/),
  );
  const back = await underLoad(world, at, () => release(world, staging('0.1.0')));
  await runs(world, STAGING, 'gatehouse', '0.1.0');
  seen.push(
    `one that cannot be had stopped nobody (${stuck.requests}), and the way back (${back.requests}); none failed`,
  );
  await shell(`kubectl delete namespace ${STAGING}`);

  seen.push(await production(world, manual));
  return seen.join('; ');
}

/** What makes pods, and of which generation it is: what was applied and is as before leaves that. */
async function workloads(shell: World['shell']): Promise<string> {
  const each = '{.kind} {.metadata.name} {.metadata.uid} {.metadata.generation}{"\\n"}';
  const path = `'{range .items[*]}${each}{end}'`;
  const kinds = 'deployments,statefulsets,jobs,cronjobs';
  return (await shell(`kubectl -n ${STAGING} get ${kinds} -o jsonpath=${path}`)).stdout;
}

async function production(
  world: World,
  manual: Awaited<ReturnType<typeof readManual>>,
): Promise<string> {
  const { shell, checkout } = world;
  const database = await world.newDatabase();
  await shell(`rm -r ${SECRETS}`);
  await makeSecrets(world, manual, database);
  const directory = join(checkout, SECRETS);
  const password = (await readFile(join(directory, 'redis_app_password'), 'utf8')).trim();
  await shell(`echo '${manual.redisCluster.replace('…', password)}' >${SECRETS}/redis_url`);
  const commands = manual.release
    .replaceAll('overlays/staging', 'overlays/production')
    .replaceAll(STAGING, PRODUCTION);
  const [apply = '', rest = ''] = commands.split(/(?<=apply -f -\n)/);
  await shell(apply);
  const secrets = await openVault(world.control.api, PRODUCTION, directory);
  await release(world, rest);
  const { stdout } = await shell(manual.alerts);
  if (stdout.trim().split('\n').length !== 2) throw new Error(`of the alerts:\n${stdout}`);
  await shell(`kubectl -n ${PRODUCTION} get configmap gatehouse-dashboards`);
  // What kube-state-metrics tells of it, and the alerts.
  await shell(`kubectl -n ${PRODUCTION} create job --from=cronjob/gatehouse-backup first
    kubectl -n ${PRODUCTION} wait --for=condition=complete job/first --timeout=2m
    kubectl -n ${PRODUCTION} wait --for=jsonpath='{.status.lastSuccessfulTime}' cronjob/gatehouse-backup --timeout=1m`);
  const issuer = 'https://login.example.com';
  const at = { namespace: PRODUCTION, service: 'gatehouse', issuer };
  const restart = `kubectl -n ${PRODUCTION} rollout restart deployment/gatehouse
    kubectl -n ${PRODUCTION} rollout status deployment/gatehouse --timeout=5m`;
  const { requests } = await underLoad(world, at, () => shell(restart));
  const ready = world.services.ready(PRODUCTION, 'gatehouse');
  if (!(ready > 1)) throw new Error(`production has ${ready} replicas`);
  return `production with ${ready} replicas, ${secrets} external secrets and a Redis Cluster, backed up by its CronJob, restarted over ${requests} requests`;
}
