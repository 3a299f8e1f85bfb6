import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commandBlocks, noteTaken } from './manual.ts';
import { ROOT } from './trial.ts';

/** The commands of a section of docs/deploy.md, block by block, as they stand there. */
export async function commandsOf(section: string): Promise<readonly string[]> {
  const manual = await readFile(join(ROOT, 'docs/deploy.md'), 'utf8');
  const [, after = ''] = manual.split(`\n## ${section}\n`);
  const [text = ''] = after.split('\n## ');
  const blocks = commandBlocks(text);
  if (blocks.length === 0) throw new Error(`docs/deploy.md has no commands in ${section}`);
  return blocks;
}

/** The block among them that has this in it. */
export function blockWith(blocks: readonly string[], part: string): string {
  const [found, ...others] = blocks.filter((block) => block.includes(part));
  if (found === undefined || others.length > 0) {
    throw new Error(`docs/deploy.md has ${others.length + (found ? 1 : 0)} blocks with ${part}`);
  }
  noteTaken(found);
  return found;
}
