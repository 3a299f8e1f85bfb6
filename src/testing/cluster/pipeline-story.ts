import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { createCertificateAuthority } from '../balancer/certificate-authority.ts';
import { commandBlocks } from '../deploy/manual.ts';
import { ROOT } from '../deploy/trial.ts';
import type { Job } from '../deploy/workflow-rules.ts';
import { jobOf, type Machine, runJob, writeStandIns } from '../deploy/workflow-run.ts';
import { digestOf } from './images.ts';
import { readManual } from './manual.ts';
import { makeSecrets, refused, SECRETS, underLoad } from './operator.ts';
import type { World } from './world.ts';

const STAGING = 'gatehouse-staging';
const ISSUER = 'https://login.staging.example.com';
const IN_PLACE = 'The schema first, then replica by replica';
/** A release that cannot be had. */
const UNKNOWN = '9.9.9';
/** Nobody waits longer here for what cannot be had. */
const PATIENCE = '--timeout=20s';

/**
 * The job of `deploy.yml` over a cluster, as somebody starts it by hand, with the rights of `deployer.yaml`
 * alone: the first release, the next under load, and one that cannot be had, which goes back.
 *
 * @returns what was seen
 */
export async function pipelineStory(world: World): Promise<string> {
  const { shell, checkout } = world;
  const { rights, pack } = await readReleasing();
  await makeSecrets(world, await readManual(), await world.newDatabase());
  const files = (await shell(pack)).stdout;
  // No mail server is there, and the doctor would say so.
  const noMail = `sed -i '/SMTP\\|MAIL/d' deploy/kubernetes/overlays/staging/config.env`;
  await shell(`rm -r ${SECRETS}\n${noMail}\n${rights}`);

  const home = join(checkout, '../runner');
  await mkdir(home);
  const cluster = await deployersConfig(world);
  await openFront(world, home);
  // What releases were published as.
  const published = ['0.1.0', '0.2.0', UNKNOWN].map(
    (tag) => `'download v${tag}') printf '%s\\n' ${publishedAs(tag).join(' ')} ;;`,
  );
  await writeStandIns(home, { gh: `case "$2 $3" in\n${published.join('\n')}\nesac` });
  const path = `${join(home, 'bin')}:${(await shell('echo "$PATH"')).stdout.trim()}`;
  const job = await jobOf('deploy.yml', 'deploy');
  const deploy = (tag: string, as: Job = job) => {
    const [image, backup] = publishedAs(tag);
    const values = {
      'inputs.image': image,
      'inputs.backup-image': backup,
      'inputs.version': tag,
      'github.token': 'token',
      'vars.REGISTRY': 'registry.example.com',
      'vars.REGISTRY_NAMESPACE': 'team',
      'github.event_name': 'workflow_dispatch',
      'secrets.KUBECONFIG': cluster,
      'secrets.SECRET_FILES': files,
      'vars.PUBLIC_URL': ISSUER,
    };
    const machine: Machine = {
      home,
      values,
      env: { PATH: path, GITHUB_REPOSITORY: 'team/gatehouse' },
    };
    return runJob(machine, as, join(checkout, 'deploy/kubernetes/overlays/staging'));
  };
  const ends = async (tag: string, step: string | undefined, as?: Job) => {
    const { failed, said } = await deploy(tag, as);
    if (failed !== step) throw new Error(`${tag} ended at ${failed}:\n${said}`);
  };

  await ends('0.1.0', undefined);
  const rules = `kubectl -n ${STAGING} get prometheusrules -o jsonpath='{.items[*].metadata.name}'`;
  const alerts = (await shell(rules)).stdout.trim();
  if (alerts !== 'gatehouse-alerts gatehouse-recording') throw new Error(`the rules: ${alerts}`);
  const at = { namespace: STAGING, service: 'gatehouse', issuer: ISSUER };
  const rolled = await underLoad(world, at, () => ends('0.2.0', undefined));
  const impatient = { ...job, steps: job.steps.map(withPatience) };
  const back = await underLoad(world, at, () => ends(UNKNOWN, IN_PLACE, impatient));
  const image = `kubectl -n ${STAGING} get deployment gatehouse -o jsonpath='{..image}'`;
  const runs = (await shell(image)).stdout;
  if (!runs.includes(digestOf('0.2.0'))) throw new Error(`it did not go back: ${runs}`);

  await mayNot(world, join(home, '.kube/config'));
  return `deploy.yml with the rights of deployer.yaml and deployer-secrets.yaml: the first release with its alerts; the next over ${rolled.requests} requests, one that cannot be had and back over ${back.requests}, none failed`;
}

/** What the account may not do, though it starts what it likes there. */
async function mayNot(world: World, config: string): Promise<void> {
  const { stdout } = await world.shell(`kubectl -n ${STAGING} get secrets -o name`);
  const [secret = 'secret/none'] = stdout.split('\n');
  const privileged = 'pod-security.kubernetes.io/enforce=privileged';
  for (const command of [
    'get secrets -n kube-system',
    `get -n ${STAGING} ${secret}`,
    `get -n ${STAGING} secrets`,
    `patch -n ${STAGING} ${secret} -p {}`,
    `label --overwrite namespace ${STAGING} ${privileged}`,
    'create namespace other',
    `create -n ${STAGING} token gatehouse-deployer`,
    `create -n ${STAGING} role more --verb=get --resource=secrets`,
  ]) {
    await refused(world, `kubectl --kubeconfig ${config} ${command}`, /forbidden/i);
  }
}

/** The lines of `images.txt` of a release. */
function publishedAs(tag: string): readonly [string, string] {
  const name = (image: string) => `registry.example.com/team/${image}@${digestOf(tag)}`;
  return [name('gatehouse'), name('gatehouse-backup')];
}

function withPatience(step: Job['steps'][number]): Job['steps'][number] {
  return step.run === undefined
    ? step
    : { ...step, run: step.run.replace('--timeout=16m', PATIENCE) };
}

/** What docs/releasing.md has an administrator run, and how secrets are packed. */
async function readReleasing(): Promise<{ rights: string; pack: string }> {
  const text = await readFile(join(ROOT, 'docs/releasing.md'), 'utf8');
  const rights = commandBlocks(text).find(
    (block) => block.startsWith('sed ') && block.includes('deployer.yaml'),
  );
  const [, pack] = /`(tar -cz -C .*?)`/.exec(text) ?? [];
  if (rights === undefined || pack === undefined) {
    throw new Error('docs/releasing.md has no commands for the rights and the secrets');
  }
  return { rights, pack: pack.replace(String.raw`\|`, '|') };
}

/** A kubeconfig of the account that may put releases there, and nothing else. */
async function deployersConfig({ shell, control }: World): Promise<string> {
  const create = `kubectl -n ${STAGING} create token gatehouse-deployer`;
  const token = (await shell(create)).stdout.trim();
  const config = JSON.parse(await readFile(control.kubeconfig, 'utf8'));
  for (const { user } of config.users) user.token = token;
  return JSON.stringify(config);
}

/** What stands for the way in, with a certificate of its name, and has curl find and trust it. */
async function openFront({ services }: World, home: string): Promise<void> {
  const { hostname } = new URL(ISSUER);
  const authority = await createCertificateAuthority();
  const { certificate: cert, key } = await authority.issue({ name: hostname, for: 'server' });
  await authority.stop();
  const front = createServer({ cert, key }, ({ url: path, method, headers }, response) => {
    const host = services.addressOf(STAGING, 'gatehouse');
    const forwarded = {
      ...headers,
      'x-forwarded-proto': 'https',
      'x-forwarded-for': '198.51.100.7',
    };
    const asked = request({ host, port: 80, path, method, headers: forwarded }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    asked.once('error', () => response.destroy());
    asked.end();
  });
  await new Promise<void>((listening) => front.listen(0, '127.0.0.1', listening));
  const address = front.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const trusted = join(home, 'authority.pem');
  await writeFile(trusted, authority.certificate);
  await writeFile(
    join(home, '.curlrc'),
    `cacert = "${trusted}"\nconnect-to = "${hostname}:443:127.0.0.1:${port}"\n`,
  );
}
