import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { goTool } from './go-tools.ts';
import { ROOT, runProgram, type Trial } from './trial.ts';

const ACTIONLINT = { module: 'github.com/rhysd/actionlint/cmd/actionlint', version: 'v1.7.7' };

/** The pipeline, by a linter that knows what GitHub makes of it. */
export const WORKFLOWS: readonly Trial[] = [
  {
    artefact: 'workflows',
    how: 'actionlint: syntax, expressions, types of inputs and outputs, shell scripts in them; actions by commit, credentials where something is pushed alone',
    covers: [],
    async run() {
      const actionlint = await goTool(ACTIONLINT);
      await runProgram(actionlint, ['-color=false']);
      const actions = await pinnedActions();
      return `actionlint ${ACTIONLINT.version} finds nothing; ${actions} uses of actions are pinned`;
    },
  },
];

const DIRECTORY = join(ROOT, '.github/workflows');

/** A tag can be moved to something that reads secrets, and what is checked out keeps a token there. */
async function pinnedActions(): Promise<number> {
  let count = 0;
  for (const name of await readdir(DIRECTORY)) {
    const text = await readFile(join(DIRECTORY, name), 'utf8');
    for (const [step, action] of text.matchAll(/- uses: (\S+).*(?:\n {8,}.*)*/g)) {
      if (action === undefined) continue;
      count += 1;
      if (!/@[0-9a-f]{40}$/.test(action)) throw new Error(`${name}: ${action} is no commit`);
      const keeps =
        action.startsWith('actions/checkout@') && !/RELEASE_TOKEN|persist-cr/.test(step);
      if (keeps) throw new Error(`${name}: a checkout keeps its token`);
    }
  }
  return count;
}
