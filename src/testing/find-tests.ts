import { glob, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** The modules that bring a service into a test; see each. */
const SERVICES = {
  database: 'src/testing/database.ts',
  redis: 'src/testing/redis.ts',
  chromium: 'src/testing/chromium.ts',
  embedded: 'src/embedded/binaries.ts',
} as const;

export type Service = keyof typeof SERVICES;

/** A test file and the services that its imports reach. */
export interface TestFile {
  /** Absolute. */
  readonly path: string;
  readonly needs: ReadonlySet<Service>;
}

/**
 * Finds the test files of a project and what each needs, by following imports.
 *
 * @param root - absolute path of the project
 * @param patterns - files or globs, relative to `root`
 */
export async function findTests(root: string, patterns: readonly string[]): Promise<TestFile[]> {
  const paths = new Set<string>();
  for await (const path of glob([...patterns], { cwd: root })) paths.add(resolve(root, path));
  const imports = new Map<string, Promise<string[]>>();
  const importsOf = (path: string): Promise<string[]> => {
    const known = imports.get(path) ?? readImports(path);
    imports.set(path, known);
    return known;
  };
  return Promise.all(
    [...paths].sort().map(async (path) => {
      const reached = await reach(path, importsOf);
      const needs = Object.entries(SERVICES).filter(([, module]) =>
        reached.has(join(root, module)),
      );
      return { path, needs: new Set(needs.map(([name]) => name as Service)) };
    }),
  );
}

async function reach(
  start: string,
  importsOf: (path: string) => Promise<string[]>,
): Promise<Set<string>> {
  const reached = new Set<string>();
  const waiting = [start];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    waiting.push(...(await importsOf(path)));
  }
  return reached;
}

/** The relative imports of a module that are there when it runs (types are not). */
async function readImports(path: string): Promise<string[]> {
  const source = await readFile(path, 'utf8').catch(() => '');
  const found = source.matchAll(
    /^(?:import|export)\s(?!type\b)[^;]*?from '(\.[^']+)'|\bimport\(?\s?'(\.[^']+)'/gm,
  );
  return Array.from(found, ([, from, bare]) => resolve(dirname(path), from ?? bare ?? ''));
}
