import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Lines kept for a person to read when a program ends badly. */
const LAST_WORDS_LINES = 8;

/** How a program ended. */
export interface Ending {
  /** Exit code, or null when a signal or the system ended it. */
  readonly code: number | null;
  /** The last lines that it wrote, joined; never empty. */
  readonly lastWords: string;
}

/**
 * Waits for the end of a program and keeps its last lines. Never rejects: a program that could not
 * be started ends with code null.
 *
 * @param onLine - told each line as it comes
 */
export function collectOutput(
  child: ChildProcess,
  onLine: (line: string) => void = () => undefined,
): Promise<Ending> {
  const lines: string[] = [];
  const keep = (line: string): void => {
    lines.push(line);
    if (lines.length > LAST_WORDS_LINES) lines.shift();
    onLine(line);
  };
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface({ input: stream }).on('line', keep);
  }
  return new Promise((resolve) => {
    const end = (code: number | null): void =>
      resolve({ code, lastWords: lines.join(' | ') || 'it said nothing' });
    child.once('error', (error) => {
      keep(error.message);
      end(null);
    });
    child.once('close', (code) => end(code));
  });
}
