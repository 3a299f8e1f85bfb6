import { appendFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from './trial.ts';

/**
 * Names the file in which it is written down which blocks were taken: what a trial says to follow is
 * held against that, also where it has a process of its own.
 */
export const TAKEN = 'MANUAL_TAKEN';

/** What operators read, from the root. */
const MANUAL = 'docs/deploy.md';

/**
 * The blocks of commands of a text in Markdown (```` ```sh ````), in their order. A block is known by its
 * first line.
 */
export function commandBlocks(markdown: string): string[] {
  return [...markdown.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, commands = '']) => commands);
}

/** The first line of a block, by which trials name it. */
function firstLine(commands: string): string {
  return commands.split('\n')[0] ?? '';
}

/** Writes down that a block is taken to be run. */
export function noteTaken(commands: string): void {
  const file = process.env[TAKEN];
  if (file !== undefined) appendFileSync(file, `${firstLine(commands)}\n`);
}

/** What a process of its own needs to write down the same. */
export function notesTaken(): Record<string, string> {
  const file = process.env[TAKEN];
  return file === undefined ? {} : { [TAKEN]: file };
}

/** Every block of commands that operators are given in docs/deploy.md. */
export async function blocksOfManual(): Promise<string[]> {
  return commandBlocks(await readFile(join(ROOT, MANUAL), 'utf8'));
}

/**
 * A block of docs/deploy.md, as it stands there.
 *
 * @param first - its first line; a trial that runs it says so in its `follows`
 * @throws Error when there is none, or more than one
 */
export async function commandsOfManual(first: string): Promise<string> {
  const found = (await blocksOfManual()).filter((commands) => firstLine(commands) === first);
  const [commands] = found;
  if (commands === undefined || found.length > 1) {
    throw new Error(`${MANUAL} has ${found.length} blocks of commands that begin with: ${first}`);
  }
  noteTaken(commands);
  return commands;
}

/** Commands that install Debian's packages, with the lines that they go on in. */
const PACKAGE_COMMANDS = /^apt-get install (?:.*\\\n)*.*\n/gm;

/** The commands of a block that install packages. */
export function packageCommands(commands: string): string[] {
  return commands.match(PACKAGE_COMMANDS) ?? [];
}

/** A block for a machine that has the packages, or no network. */
export function withoutPackages(commands: string): string {
  return commands.replaceAll(PACKAGE_COMMANDS, '');
}

/**
 * Blocks that nobody runs, and blocks that somebody says to run and that are not there; by their
 * first lines.
 *
 * @param follows - of all trials
 */
export function compareManual(
  blocks: readonly string[],
  follows: readonly string[],
): { unfollowed: string[]; missing: string[] } {
  const firsts = blocks.map(firstLine);
  return {
    unfollowed: firsts.filter((first) => !follows.includes(first)),
    missing: follows.filter((first) => !firsts.includes(first)),
  };
}
