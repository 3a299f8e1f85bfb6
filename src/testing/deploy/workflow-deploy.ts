/** What `deploy.yml` tells a cluster, when all goes well and when it does not. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensurePrograms } from '../debian-programs.ts';
import { manifestTool } from './manifest-tools.ts';
import { ROOT, runProgram } from './trial.ts';
import { jobOf, runJob, toldOn, writeStandIns } from './workflow-run.ts';

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;
const OTHER_DIGEST = DIGEST.replaceAll('0', 'f');
const IMAGES = 'registry.example.com/team';
const PUBLISHED = {
  image: `${IMAGES}/gatehouse@${DIGEST}`,
  backup: `${IMAGES}/gatehouse-backup@${DIGEST}`,
  version: '0.1.0',
};

/**
 * A cluster where revision 7 serves, or where nothing is yet. What fails is what a case says. It notes which
 * kinds it is given.
 */
const KUBECTL = `
case " $* " in
  *' create '* | *' apply '*) sed -n "s/^kind: /$1 of /p" "$3" >>"$HOME/told" ;;
esac
case " $* " in
  *" $FAILS "*) exit 1 ;;
  *' get namespace '*) printf %s "$LEVEL" ;;
  *' create '*)
    case $SECRETS in
      there)
        printf '%s\\n' 'Warning: of something' >&2
        printf 'Error from server (AlreadyExists): secrets "%s" already exists\\n' one another >&2
        exit 1 ;;
      forbidden)
        printf 'Error from server (%s): secrets "one" …\\n' AlreadyExists Forbidden >&2
        exit 1 ;;
    esac ;;
  *' diff '*) test -z "$EMPTY" && exit 1; exit 2 ;;
  *' get deployment/gatehouse '*) test -n "$EMPTY" || echo 7 ;;
esac`;
/** Releases, and what the one was published as. */
const GH = `
case "$1 $2 $3" in
  'release download v0.1.0') printf '%s\\n' ${[PUBLISHED.image, PUBLISHED.backup].join(' ')} ;;
  'release download '*) exit 1 ;;
  *) printf '%s\\n' v0.1.0 $NEWER v0.0.9 ;;
esac`;

/** One deployment: what is the matter, where it ends, and what the cluster is told of it. */
interface Deployment {
  readonly what: string;
  readonly event?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly secrets?: string;
  /** What whoever starts it says otherwise. */
  readonly inputs?: Partial<typeof PUBLISHED>;
  /** The overlay is without the component `monitoring`. */
  readonly unwatched?: true;
  /** What is served at the address is called otherwise. */
  readonly misnamed?: true;
  /** The step that fails; none, when all is well. */
  readonly fails?: string;
  readonly told: readonly RegExp[];
  readonly untold: readonly RegExp[];
}

const APPLIED = /kubectl apply --filename/;
const BACK = /rollout undo deployment\/gatehouse --to-revision=7\n.*rollout status deployment/;
const ANY_BACK = /rollout undo/;
const OURS = 'It is a release of ours';
const IN_PLACE = 'The schema first, then replica by replica';
const SERVES = 'It serves';

const DEPLOYMENTS: readonly Deployment[] = [
  {
    what: 'all is well',
    told: [
      / get namespace gatehouse-staging .*\n.* diff .*\n.* get deployment\/gatehouse .*\n.*\n.* create .*\n.* apply .*\n.* exec .* gatehouse doctor/s,
      /^(create of Secret\n){5}(?!create of)/m,
      /^apply of Deployment$/m,
      /^(apply of PrometheusRule\n){2}/m,
    ],
    untold: [ANY_BACK, /^apply of (Namespace|Secret)$|of Namespace/m],
  },
  {
    what: 'Prometheus is not to look at it',
    unwatched: true,
    told: [/^apply of Deployment$/m],
    untold: [/ of (ServiceMonitor|PrometheusRule)$/m],
  },
  {
    what: 'it is the first one',
    env: { EMPTY: 'yes' },
    told: [/ diff .*\n.*apply --filename/s],
    untold: [ANY_BACK],
  },
  {
    what: 'its secrets are there already',
    env: { SECRETS: 'there' },
    told: [APPLIED],
    untold: [ANY_BACK],
  },
  {
    what: 'it may not make secrets, though one is there',
    env: { SECRETS: 'forbidden' },
    fails: 'Its secrets, where there are none yet',
    told: [],
    untold: [APPLIED, ANY_BACK],
  },
  {
    what: 'secrets cannot be made, and nobody says why',
    env: { FAILS: 'create --filename' },
    fails: 'Its secrets, where there are none yet',
    told: [],
    untold: [APPLIED, ANY_BACK],
  },
  ...Object.entries({
    'there is no namespace': { FAILS: 'get namespace' },
    'the namespace has lost its Pod Security': { LEVEL: '' },
    'the namespace lets pods do more': { LEVEL: 'privileged' },
  }).map(([what, env]) => ({
    what,
    env,
    fails: 'The namespace is as it has to be',
    told: [],
    untold: [/ create | diff /, APPLIED, ANY_BACK],
  })),
  {
    what: 'it is the first one, and does not serve',
    env: { EMPTY: 'yes', FAILS: 'rollout status' },
    fails: IN_PLACE,
    told: [APPLIED],
    untold: [ANY_BACK],
  },
  {
    what: 'replicas do not get ready',
    env: { FAILS: 'rollout status' },
    fails: IN_PLACE,
    told: [BACK],
    untold: [],
  },
  {
    what: 'it serves another issuer',
    misnamed: true,
    fails: SERVES,
    told: [BACK],
    untold: [],
  },
  {
    what: 'the doctor complains',
    env: { FAILS: 'gatehouse doctor' },
    fails: SERVES,
    told: [BACK],
    untold: [],
  },
  {
    what: 'the secrets are none',
    secrets: 'c2VjcmV0',
    fails: 'Its secrets, where they are files',
    told: [],
    untold: [/kubectl/],
  },
  ...Object.entries({
    'the image is of another registry': {
      image: PUBLISHED.image.replace('registry', 'registry.example.org/registry'),
    },
    'the image is of somebody else there': { image: PUBLISHED.image.replace('team', 'others') },
    'the image is another one of ours': { image: PUBLISHED.backup },
    'the image is named by tag': { image: `${IMAGES}/gatehouse:0.1.0` },
    'the image has more behind its digest': { image: `${PUBLISHED.image}\nothers` },
    'the image was never published': { image: PUBLISHED.image.replace(DIGEST, OTHER_DIGEST) },
    'the image of backups is another one of ours': { backup: PUBLISHED.image },
    'the image of backups was never published': {
      backup: PUBLISHED.backup.replace(DIGEST, OTHER_DIGEST),
    },
    'the version is another one': { version: '0.0.9' },
    'the version is a branch': { version: '/../main' },
  }).map(([what, inputs]) => ({
    what,
    event: 'workflow_dispatch',
    inputs,
    fails: OURS,
    told: [],
    untold: [/kubectl/],
  })),
  {
    what: 'a newer one was released',
    env: { NEWER: 'v0.10.0' },
    fails: 'Nothing newer was released meanwhile',
    told: [],
    untold: [APPLIED, ANY_BACK],
  },
  {
    what: 'a newer one was released, and somebody goes back',
    event: 'workflow_dispatch',
    env: { NEWER: 'v0.10.0' },
    told: [APPLIED],
    untold: [ANY_BACK],
  },
];

/** The job `deploy`, of the overlay `staging`, with the deployments of the table. */
export async function tryDeploy(): Promise<string> {
  await ensurePrograms({ '/usr/bin/jq': 'jq', '/usr/bin/curl': 'curl' });
  const server = createServer((request, response) => {
    const url = `http://${request.headers.host}`;
    const jwks = { keys: [{ kty: 'RSA' }] };
    const isKeys = request.url === '/jwks';
    response.end(JSON.stringify(isKeys ? jwks : { issuer: url, jwks_uri: `${url}/jwks` }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    for (const deployment of DEPLOYMENTS) await tryOne(deployment, `http://127.0.0.1:${port}`);
  } finally {
    server.close();
  }
  return `${DEPLOYMENTS.length} deployments ended as they have to`;
}

async function tryOne(deployment: Deployment, url: string): Promise<void> {
  const { what, event = 'push', env = {}, misnamed, fails, told, untold } = deployment;
  const inputs = { ...PUBLISHED, ...deployment.inputs };
  const home = await mkdtemp(join(tmpdir(), 'gatehouse-deployment-'));
  try {
    await writeStandIns(home, { kubectl: KUBECTL, gh: GH });
    await symlink(await manifestTool('kustomize'), join(home, 'bin/kustomize'));
    await cp(join(ROOT, 'deploy'), join(home, 'deploy'), { recursive: true });
    const values = {
      'inputs.image': inputs.image,
      'inputs.backup-image': inputs.backup,
      'inputs.version': inputs.version,
      'github.event_name': event,
      'github.token': 'token',
      'secrets.KUBECONFIG': 'kind: Config',
      'secrets.SECRET_FILES': deployment.secrets ?? (await secretFiles(home)),
      'vars.REGISTRY': 'registry.example.com',
      'vars.REGISTRY_NAMESPACE': 'team',
      'vars.PUBLIC_URL': misnamed ? `${url}/other` : url,
    };
    const cases = {
      EMPTY: '',
      FAILS: 'nothing',
      LEVEL: 'restricted',
      NEWER: '',
      SECRETS: '',
      ...env,
    };
    const machine = { home, values, env: { GITHUB_REPOSITORY: 'a/b', ...cases } };
    const cwd = join(home, 'deploy/kubernetes/overlays/staging');
    if (deployment.unwatched) {
      await runProgram('sed', ['-i', '/components.monitoring/d', join(cwd, 'kustomization.yaml')]);
    }
    const { failed, said } = await runJob(machine, await jobOf('deploy.yml', 'deploy'), cwd);
    assert.equal(failed, fails, `when ${what}:\n${said}`);
    const calls = await toldOn(home);
    for (const pattern of told) assert.match(calls, pattern, `when ${what}`);
    for (const pattern of untold) assert.doesNotMatch(calls, pattern, `when ${what}`);
  } finally {
    await rm(home, { recursive: true });
  }
}

/** As docs/releasing.md has somebody pack them. */
async function secretFiles(home: string): Promise<string> {
  const component = join(ROOT, 'deploy/kubernetes/components/secret-files/kustomization.yaml');
  const directory = join(home, 'packed/secrets');
  await mkdir(directory, { recursive: true });
  for (const [, name = ''] of (await readFile(component, 'utf8')).matchAll(
    /\bsecrets\/([\w.]+)$/gm,
  )) {
    await writeFile(join(directory, name), `of ${name}`);
  }
  const pack = 'tar -cz -C "$1" secrets | base64 -w 0';
  return (await runProgram('bash', ['-c', pack, 'bash', join(home, 'packed')])).stdout;
}
