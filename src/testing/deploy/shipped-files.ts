import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** What is shipped for operators, beside everything in `deploy/`. */
const AT_THE_ROOT = /^(Dockerfile|\.dockerignore|docker-compose.*\.ya?ml)$/;

/** Every file that operators are given to run, from the root, sorted. */
export async function shippedFiles(root: string): Promise<string[]> {
  const deploy = await readdir(join(root, 'deploy'), { recursive: true, withFileTypes: true });
  const files = deploy
    // A link is another name of a file that is shipped.
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(root, join(parentPath, name)));
  const beside = (await readdir(root)).filter((name) => AT_THE_ROOT.test(name));
  return [...files, ...beside].toSorted();
}

/**
 * What nobody tries, and what is said to be tried and is not there.
 *
 * @param covers - files, and directories that stand for all in them
 */
export function compareCoverage(
  files: readonly string[],
  covers: readonly string[],
): { untried: string[]; missing: string[] } {
  const isIn = (file: string, place: string) => file === place || file.startsWith(`${place}/`);
  return {
    untried: files.filter((file) => !covers.some((place) => isIn(file, place))),
    missing: covers.filter((place) => !files.some((file) => isIn(file, place))),
  };
}
