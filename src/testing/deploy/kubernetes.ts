import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensurePrograms } from '../debian-programs.ts';
import { manifestProblems } from './manifest-rules.ts';
import { checkManifests, kubernetesVersion, manifestTool } from './manifest-tools.ts';
import { keysOf, type Manifest, parseManifests } from './manifests.ts';
import { runPods } from './run-pods.ts';
import { ROOT, runProgram, type Trial } from './trial.ts';

const OVERLAYS = ['staging', 'production'] as const;

/** What docs/deploy.md has an operator run: for the files of `components/secret-files`, and the image. */
async function readManual(): Promise<{ secrets: string; image: string }> {
  const manual = await readFile(join(ROOT, 'docs/deploy.md'), 'utf8');
  const [, secrets] = /^For `secret-files`:\n\n```sh\n(.*?)```/ms.exec(manual) ?? [];
  const [, image] = /^kustomize (edit set image gatehouse=.*)$/m.exec(manual) ?? [];
  if (secrets === undefined || image === undefined) {
    throw new Error('docs/deploy.md has no commands for kustomize');
  }
  return { secrets, image };
}

/** What an overlay is with what an operator adds to it, by the commands of docs/deploy.md. */
async function renderOverlay(overlay: (typeof OVERLAYS)[number]): Promise<string> {
  const kustomize = await manifestTool('kustomize');
  await ensurePrograms({ '/usr/bin/age-keygen': 'age' });
  const { secrets, image } = await readManual();
  const copy = await mkdtemp(join(tmpdir(), 'gatehouse-kustomize-'));
  try {
    await cp(join(ROOT, 'deploy'), join(copy, 'deploy'), { recursive: true });
    const identity = join(copy, 'identity.txt');
    await runProgram('age-keygen', ['-o', identity]);
    const script = `set -e\n${secrets.replace('/root/identity.txt', identity)}`;
    await runProgram('bash', ['-c', script], { cwd: copy });
    const directory = join(copy, 'deploy/kubernetes/overlays', overlay);
    await runProgram(kustomize, image.split(' '), { cwd: directory });
    const { stdout } = await runProgram(kustomize, ['build', directory]);
    return stdout;
  } finally {
    await rm(copy, { recursive: true });
  }
}

/** @throws Error with every problem that the rules find */
function assertRules(manifests: readonly Manifest[], what: string): void {
  const problems = manifestProblems(manifests, keysOf(manifests));
  if (problems.length > 0) throw new Error(`${what}:\n${problems.join('\n')}`);
}

/** Jobs are of a release: their names say which, or they could not be applied again. */
function assertReleaseInNames(manifests: readonly Manifest[], what: string): void {
  const jobs = manifests.filter(({ kind }) => kind === 'Job').map(({ metadata }) => metadata.name);
  const unnamed = jobs.filter((name) => !name.endsWith('-0.1.0'));
  if (jobs.length === 0 || unnamed.length > 0) {
    throw new Error(`${what}: jobs ${jobs.join(', ')} do not say of which release they are`);
  }
}

/** The overlays of `deploy/kubernetes`, rendered, checked, and their pods' commands run. */
export const KUBERNETES: readonly Trial[] = [
  {
    artefact: 'kubernetes',
    how: "the commands of docs/deploy.md: secrets, image, and kustomize build of each overlay; the API server's own validation, the rules of Pod Security, and what objects say of one another and of the server",
    covers: ['deploy/kubernetes', 'deploy/backup/kustomization.yaml'],
    async run() {
      const seen: string[] = [];
      for (const overlay of OVERLAYS) {
        const text = await renderOverlay(overlay);
        await checkManifests(text);
        const manifests = parseManifests(text);
        assertRules(manifests, overlay);
        assertReleaseInNames(manifests, overlay);
        seen.push(`${manifests.length} objects of ${overlay}`);
      }
      return `${seen.join(' and ')} are good for Kubernetes ${await kubernetesVersion()}`;
    },
  },
  {
    artefact: 'kubernetes alerts',
    how: 'what prometheus-rule.sh prints, by the definition of a PrometheusRule',
    covers: [],
    async run() {
      const { stdout } = await runProgram('deploy/kubernetes/prometheus-rule.sh', []);
      await checkManifests(stdout);
      const count = (text: string) => text.match(/^\s*- (alert|record): /gm)?.length ?? 0;
      let rules = 0;
      for (const name of ['alerts', 'recording']) {
        rules += count(await readFile(join(ROOT, `deploy/prometheus/${name}.yml`), 'utf8'));
      }
      if (count(stdout) !== rules) throw new Error(`it has not the ${rules} rules that there are`);
      return `${rules} rules, as the Prometheus Operator takes them`;
    },
  },
  {
    artefact: 'kubernetes pods',
    how: "the pods' own commands with the pods' own settings and files, over PostgreSQL and Redis; no cluster runs here",
    covers: [],
    async run() {
      const manifests = parseManifests(await renderOverlay('staging'));
      return await runPods(manifests, keysOf(manifests));
    },
  },
];
