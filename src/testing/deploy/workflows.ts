import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensurePrograms } from '../debian-programs.ts';
import { goTool } from './go-tools.ts';
import { checkManifests } from './manifest-tools.ts';
import { ROOT, runProgram, type Trial } from './trial.ts';
import { tryDeploy } from './workflow-deploy.ts';
import { type Pipeline, parseWorkflow, workflowProblems } from './workflow-rules.ts';
import { tryCut, tryPublish, tryVersion } from './workflow-steps.ts';

const ACTIONLINT = { module: 'github.com/rhysd/actionlint/cmd/actionlint', version: 'v1.7.7' };
const DIRECTORY = join(ROOT, '.github/workflows');

/** The pipeline, by a linter that knows what GitHub makes of it, and by its own steps. */
export const WORKFLOWS: readonly Trial[] = [
  {
    artefact: 'workflows',
    how: 'actionlint: syntax, expressions, types of inputs and outputs, shell scripts in them; rules of our own: actions and bases by digest, tests before a release, a way back from what was applied alone, permissions that something uses, settings that are written down; the rights of deployer.yaml and deployer-secrets.yaml, as an API server takes them',
    covers: [],
    async run() {
      const actionlint = await goTool(ACTIONLINT);
      // Without it, actionlint passes over the scripts and says nothing.
      await ensurePrograms({ '/usr/bin/shellcheck': 'shellcheck' });
      await runProgram(actionlint, ['-color=false', '-shellcheck=/usr/bin/shellcheck']);
      for (const name of ['deployer', 'deployer-secrets']) {
        await checkManifests(await readFile(join(ROOT, `deploy/kubernetes/${name}.yaml`), 'utf8'));
      }
      const pipeline = await readPipeline();
      const problems = workflowProblems(pipeline);
      if (problems.length > 0) throw new Error(problems.join('\n'));
      return `actionlint ${ACTIONLINT.version} and the rules have nothing against ${[...pipeline.workflows.keys()].join(', ')}`;
    },
  },
  {
    artefact: 'workflow steps',
    how: 'the scripts of release.yml and deploy.yml as GitHub runs them, with git, npm, kustomize, curl and jq themselves; what docker, gh and kubectl are told is written down in their place',
    covers: [],
    async run() {
      const seen = [await tryCut(), await tryVersion(), await tryPublish(), await tryDeploy()];
      return seen.join('; ');
    },
  },
];

async function readPipeline(): Promise<Pipeline> {
  const read = (path: string) => readFile(path, 'utf8');
  const workflows = new Map<string, ReturnType<typeof parseWorkflow>>();
  for (const name of await readdir(DIRECTORY)) {
    workflows.set(name, parseWorkflow(await read(join(DIRECTORY, name))));
  }
  const dockerfiles = new Map<string, string>();
  for (const context of ['.', 'deploy/backup']) {
    dockerfiles.set(context, await read(join(ROOT, context, 'Dockerfile')));
  }
  return { workflows, dockerfiles, manual: await read(join(ROOT, 'docs/releasing.md')) };
}
