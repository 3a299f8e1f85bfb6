import { access } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { NotToBeHad, ROOT, runProgram } from './trial.ts';

/** A program that is checked with, never shipped. */
interface GoTool {
  /** Path of its `main` package, such as `sigs.k8s.io/kustomize/kustomize/v5`. */
  readonly module: string;
  /** Exact, such as `v5.7.1`. */
  readonly version: string;
}

/**
 * Builds a program from its module, once: it is kept under `.cache/`.
 *
 * @returns its path
 * @throws NotToBeHad when there is no Go here, or one that is too old, or no module
 */
export async function goTool({ module, version }: GoTool): Promise<string> {
  const directory = join(ROOT, '.cache/go-tools', `${module.replaceAll('/', '_')}@${version}`);
  const name = basename(module.replace(/\/v\d+$/, ''));
  const program = join(directory, name);
  if (await isThere(program)) return program;
  // What is downloaded is a module, never another toolchain.
  const env = { ...process.env, GOBIN: directory, GOTOOLCHAIN: 'local' };
  try {
    await runProgram('go', ['install', `${module}@${version}`], { env });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new NotToBeHad(`${name} ${version}, built by Go: ${reason}`, { cause: error });
  }
  return program;
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
