import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { goTool } from './go-tools.ts';
import { ROOT, runProgram, type Trial } from './trial.ts';

const ACTIONLINT = { module: 'github.com/rhysd/actionlint/cmd/actionlint', version: 'v1.7.7' };

/** The pipeline, by a linter that knows what GitHub makes of it. */
export const WORKFLOWS: readonly Trial[] = [
  {
    artefact: 'workflows',
    how: 'actionlint: syntax, expressions, types of inputs and outputs, shell scripts in them; actions by commit, credentials where something is pushed alone, images by digest',
    covers: [],
    async run() {
      const actionlint = await goTool(ACTIONLINT);
      await runProgram(actionlint, ['-color=false']);
      const actions = await pinnedActions();
      const deployments = await deploymentsByDigest();
      return `actionlint ${ACTIONLINT.version} finds nothing; ${actions} uses of actions are pinned, ${deployments} deployments are by digest`;
    },
  },
];

const DIRECTORY = join(ROOT, '.github/workflows');
const WITH = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({});
const WORKFLOW = z.looseObject({
  jobs: z.record(
    z.string(),
    z.looseObject({
      uses: z.string().default(''),
      with: WITH,
      steps: z.array(z.looseObject({ uses: z.string().optional(), with: WITH })).default([]),
    }),
  ),
});

async function readJobs(workflow: string) {
  const { jobs } = WORKFLOW.parse(parse(await readFile(join(DIRECTORY, workflow), 'utf8')));
  return Object.values(jobs);
}

/** A tag can be moved to something that reads secrets, and what is checked out keeps a token there. */
async function pinnedActions(): Promise<number> {
  let count = 0;
  for (const name of await readdir(DIRECTORY)) {
    for (const { uses, with: inputs } of (await readJobs(name)).flatMap(({ steps }) => steps)) {
      if (uses === undefined) continue;
      count += 1;
      if (!/@[0-9a-f]{40}$/.test(uses)) throw new Error(`${name}: ${uses} is no commit`);
      const keeps = inputs['persist-credentials'] !== false && inputs.token === undefined;
      if (uses.startsWith('actions/checkout@') && keeps) {
        throw new Error(`${name}: a checkout keeps its token`);
      }
    }
  }
  return count;
}

/** What is deployed is what was published and tried before, whoever moves a tag meanwhile. */
async function deploymentsByDigest(): Promise<number> {
  const jobs = await readJobs('release.yml');
  const deployments = jobs.filter(({ uses }) => uses.endsWith('/deploy.yml'));
  for (const { with: inputs } of deployments) {
    for (const name of ['image', 'backup-image']) {
      if (/@\$\{\{ needs\.publish\.outputs\.[\w-]*digest \}\}$/.test(`${inputs[name]}`)) continue;
      throw new Error(`release.yml deploys ${name} ${inputs[name]}, which is no digest`);
    }
  }
  if (deployments.length === 0) throw new Error('release.yml deploys nothing');
  return deployments.length;
}
