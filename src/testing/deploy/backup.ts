import { runProgram, type Trial } from './trial.ts';

/** The scripts of `deploy/backup`, by the drill. */
export const BACKUP: readonly Trial[] = [
  {
    artefact: 'backup',
    how: 'npm run drill:backup: back up under load, restore elsewhere, verify, sign in again',
    covers: ['deploy/backup'],
    async run() {
      const { stdout } = await runProgram(process.execPath, ['src/testing/backup/drill.ts']);
      return stdout.trim().split('\n').at(-1) ?? '';
    },
  },
];
