import { createHash } from 'node:crypto';
import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NotToBeHad, ROOT, runProgram } from './trial.ts';

/** Each of these modules says which versions its programs are of, and what they are built with. */
const MANIFESTS = join(ROOT, 'src/testing/deploy/check-manifests');
const STACK = join(ROOT, 'src/testing/deploy/check-stack');
const COMPOSE = join(ROOT, 'src/testing/deploy/engine-compose-plugin');
const CONTROL_PLANE = join(ROOT, 'src/testing/cluster/control-plane');

/** Packages by the names of the programs that they become; `.` is the module's own. */
const PROGRAMS = {
  kustomize: { module: MANIFESTS, package: 'sigs.k8s.io/kustomize/kustomize/v5' },
  helm: { module: MANIFESTS, package: 'helm.sh/helm/v4/cmd/helm' },
  'check-manifests': { module: MANIFESTS, package: '.' },
  'check-stack': { module: STACK, package: '.' },
  'docker-stack': { module: COMPOSE, package: '.' },
  'docker-compose': { module: COMPOSE, package: 'github.com/docker/compose/v2/cmd' },
  'control-plane': { module: CONTROL_PLANE, package: '.' },
} as const;

/** Where definitions of custom resources are: module and version, and files in it. */
const DEFINITIONS = {
  'github.com/prometheus-operator/prometheus-operator@v0.85.0': [
    'example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml',
    'example/prometheus-operator-crd/monitoring.coreos.com_probes.yaml',
    'example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml',
  ],
  'sigs.k8s.io/gateway-api@v1.6.3': [
    'config/crd/standard/gateway.networking.k8s.io_httproutes.yaml',
  ],
  'github.com/external-secrets/external-secrets@v1.3.2': [
    'config/crds/bases/external-secrets.io_externalsecrets.yaml',
  ],
};

/**
 * Builds a program with which manifests are rendered, checked or run, once: it is kept under `.cache/`.
 *
 * @returns its path
 * @throws NotToBeHad when there is no Go here, or one that is too old, or no module
 */
export async function manifestTool(name: keyof typeof PROGRAMS): Promise<string> {
  const { module, package: path } = PROGRAMS[name];
  const program = await placeOf(name);
  if (await isThere(program)) return program;
  const flags = `-ldflags=-s -w${name === 'control-plane' ? await versionFlags() : ''}`;
  const args = ['build', '-trimpath', flags, '-o', program, path];
  await runGo(module, args, name);
  return program;
}

/** Programs of Kubernetes are told of their version when they are linked; charts ask for it. */
async function versionFlags(): Promise<string> {
  const version = await kubernetesVersion();
  const [major, minor] = version.slice(1).split('.');
  const values = { gitVersion: version, gitMajor: major, gitMinor: minor };
  return Object.entries(values)
    .map(([name, value]) => ` -X k8s.io/component-base/version.${name}=${value}`)
    .join('');
}

/** Whether a program has been built before. */
export async function isBuilt(name: keyof typeof PROGRAMS): Promise<boolean> {
  return isThere(await placeOf(name));
}

async function placeOf(name: keyof typeof PROGRAMS): Promise<string> {
  const { module, package: path } = PROGRAMS[name];
  const hash = createHash('sha256');
  // Of a program of others, nothing but the versions decides what it is.
  const parts = path === '.' ? /^go\.(mod|sum)$|\.go$/ : /^go\.(mod|sum)$/;
  const files = (await readdir(module)).filter((file) => parts.test(file));
  for (const file of files.toSorted()) hash.update(await readFile(join(module, file)));
  const directory = `manifests-${hash.digest('hex').slice(0, 16)}`;
  return join(ROOT, '.cache/go-tools', directory, name);
}

/**
 * Checks manifests as an API server would, and against the definitions of their custom resources.
 *
 * @returns how many objects of which kinds there are
 * @throws Error with a line for each problem; NotToBeHad
 */
export async function checkManifests(manifests: string): Promise<string> {
  const program = await manifestTool('check-manifests');
  const definitions = await definitionFiles();
  const { stdout } = await runProgram(program, ['-crds', definitions.join(',')], {
    input: manifests,
  });
  return stdout.trim();
}

/** Files of the definitions of the custom resources that installations use. */
export async function definitionFiles(): Promise<string[]> {
  const definitions: string[] = [];
  for (const [module, files] of Object.entries(DEFINITIONS)) {
    const { stdout } = await runGo(MANIFESTS, ['mod', 'download', '-json', module], module);
    const directory = String(JSON.parse(stdout).Dir);
    definitions.push(...files.map((file) => join(directory, file)));
  }
  return definitions;
}

/** The version of Kubernetes whose validation `checkManifests` is. */
export async function kubernetesVersion(): Promise<string> {
  const text = await readFile(join(MANIFESTS, 'go.mod'), 'utf8');
  return /k8s\.io\/kubernetes (v[\d.]+)/.exec(text)?.[1] ?? '';
}

async function runGo(cwd: string, args: readonly string[], what: string) {
  // What is downloaded is a module, never another toolchain.
  const env = { ...process.env, GOTOOLCHAIN: 'local' };
  try {
    return await runProgram('go', args, { cwd, env });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new NotToBeHad(`${what}, built by Go: ${reason}`, { cause: error });
  }
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
