import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { interruptible } from '../interruption.ts';

/** The root of this checkout. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** One way in which something that we ship is tried: a row of the table. */
export interface Trial {
  /** What is tried, in a word or two; `npm run check:deploy NAME` looks for it. */
  readonly artefact: string;
  /** How, in words for the table. */
  readonly how: string;
  /** Files and directories that it tries, from the root. What none names must not be shipped. */
  readonly covers: readonly string[];
  /**
   * First lines of the blocks of docs/deploy.md whose commands it runs as they stand there
   * (`commandsOfManual`). What none follows must not be told to operators.
   */
  readonly follows?: readonly string[];
  /**
   * Tries it. Leaves nothing running and nothing behind.
   *
   * @returns what was seen, in words for the table
   * @throws NotToBeHad when a program that it needs cannot be had here; Error when it does not hold
   */
  run(): Promise<string>;
}

/** A program that a trial needs cannot be had on this machine; the message says which, and why. */
export class NotToBeHad extends Error {
  override readonly name = 'NotToBeHad';
}

/** What a program printed. */
export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program to its end.
 *
 * @param options.input - its standard input
 * @throws Error with all that it printed, when it ends with anything but 0
 */
export function runProgram(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; input?: string } = {},
): Promise<Ran> {
  // What an interruption ends is its process (`signals.ts`).
  return interruptible(() => run(program, args, options));
}

async function run(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; input?: string },
): Promise<Ran> {
  const { cwd = ROOT, env = process.env, input = '' } = options;
  const child = spawn(program, args, { cwd, env, stdio: 'pipe' });
  const closed = once(child, 'close');
  // Who ends without reading it all says why with its exit code.
  child.stdin.on('error', () => undefined).end(input);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    closed,
  ]);
  if (code === 0) return { stdout, stderr };
  throw new Error(`${[program, ...args].join(' ')} ended with ${code}:\n${stdout}${stderr}`);
}
