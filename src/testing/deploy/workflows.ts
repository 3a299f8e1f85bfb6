import { goTool } from './go-tools.ts';
import { runProgram, type Trial } from './trial.ts';

const ACTIONLINT = { module: 'github.com/rhysd/actionlint/cmd/actionlint', version: 'v1.7.7' };

/** The pipeline, by a linter that knows what GitHub makes of it. */
export const WORKFLOWS: readonly Trial[] = [
  {
    artefact: 'workflows',
    how: 'actionlint: syntax, expressions, types of inputs and outputs, shell scripts in them',
    covers: [],
    async run() {
      const actionlint = await goTool(ACTIONLINT);
      await runProgram(actionlint, ['-color=false']);
      return `actionlint ${ACTIONLINT.version} finds nothing`;
    },
  },
];
