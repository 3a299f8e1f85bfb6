/** The release before these sources, as git has it. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { GatehouseError } from '../../errors.ts';
import { type MigrationSource, migrationsIn } from '../../storage/postgres/migration-source.ts';

const run = promisify(execFile);

export interface ReleaseBefore {
  /** Of its sources, with its packages installed. */
  readonly directory: string;
  readonly migrations: MigrationSource;
  remove(): Promise<void>;
}

/**
 * What these sources are to be upgraded from.
 *
 * @returns the newest tag of a release in the history of what is checked out, if there is one; when that
 *   is a release itself, the one before
 */
export async function newestRelease(root: string): Promise<string | undefined> {
  const order = ['--merged=HEAD', '--no-contains=HEAD', '--sort=-v:refname'];
  const { stdout } = await run('git', ['tag', '--list', 'v*', ...order], { cwd: root });
  return stdout.split('\n').find((tag) => tag !== '');
}

/**
 * Takes a release out of git, into a directory of its own.
 *
 * @param root - of a clone
 * @param ref - a tag, branch or commit
 * @throws GatehouseError `unknown_release`; a shallow clone has no other than its own
 */
export async function takeRelease(root: string, ref: string): Promise<ReleaseBefore> {
  const directory = await mkdtemp(join(tmpdir(), 'gatehouse-before-'));
  const remove = () => rm(directory, { recursive: true, force: true });
  try {
    const archive = join(directory, 'release.tar');
    await run('git', ['archive', '--format=tar', '--output', archive, ref], { cwd: root }).catch(
      (cause: unknown) => {
        throw new GatehouseError('unknown_release', `git has no release ${ref} here`, { cause });
      },
    );
    await run('tar', ['-xf', archive, '-C', directory]);
    await rm(archive);
    await installPackages(root, directory);
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    directory,
    migrations: migrationsIn(pathToFileURL(join(directory, 'migrations/'))),
    remove,
  };
}

/** Ours, where they are the same: installing takes as long as the tests. */
async function installPackages(root: string, directory: string): Promise<void> {
  const lock = (of: string) => readFile(join(of, 'package-lock.json'), 'utf8');
  if ((await lock(root)) === (await lock(directory))) {
    await symlink(join(root, 'node_modules'), join(directory, 'node_modules'));
    return;
  }
  await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: directory });
}
