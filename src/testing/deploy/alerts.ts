import { findPromtool } from '../promtool.ts';
import { NotToBeHad, runProgram, type Trial } from './trial.ts';

const DIRECTORY = 'deploy/prometheus';

async function promtool(): Promise<string> {
  try {
    return await findPromtool();
  } catch (error) {
    throw new NotToBeHad(error instanceof Error ? error.message : 'promtool', { cause: error });
  }
}

/** Prometheus's rules, by its own checker. */
export const ALERTS: readonly Trial[] = [
  {
    artefact: 'alert rules',
    how: 'promtool check rules, and what alerts.test.yml plays to them',
    covers: [`${DIRECTORY}/alerts.yml`, `${DIRECTORY}/alerts.test.yml`],
    async run() {
      const program = await promtool();
      const { stdout } = await runProgram(program, ['check', 'rules', `${DIRECTORY}/alerts.yml`]);
      await runProgram(program, ['test', 'rules', `${DIRECTORY}/alerts.test.yml`]);
      return /SUCCESS: .*/.exec(stdout)?.[0] ?? 'SUCCESS';
    },
  },
];
