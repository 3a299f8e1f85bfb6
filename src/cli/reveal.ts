import type { CommandRun } from './run-command.ts';
import { UsageError } from './usage-error.ts';

/** What `--reveal` says in every help. */
export const REVEAL_HELP = 'print it even when the output is not a terminal';

/**
 * Whether a secret that is about to be made may be printed. Asked before it is made: one that
 * nobody saw would be lost.
 *
 * @throws UsageError when stdout goes into a pipe or a file and `--reveal` does not allow that
 */
export function assertMayReveal(run: CommandRun, reveal: boolean | undefined, what: string): void {
  if (run.host.isTerminal || reveal === true) return;
  throw new UsageError(
    `${what} would be printed once, and the output is not a terminal: add --reveal if that is meant; nothing was changed`,
  );
}
