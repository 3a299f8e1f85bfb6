import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const CACHE = fileURLToPath(new URL('../../.cache', import.meta.url));

const run = promisify(execFile);

/**
 * A program of a Debian package: from the PATH, else unpacked (not installed, so nothing of it is
 * started) under `.cache/`.
 *
 * @param options.asks - what makes it print something and end with 0
 * @returns the command that runs it
 * @throws Error that says what to install
 */
export async function unpackedProgram(options: {
  package: string;
  program: string;
  asks?: readonly string[];
}): Promise<string> {
  const { package: name, program, asks = ['--version'] } = options;
  const directory = join(CACHE, name);
  const unpacked = join(directory, 'usr/bin', program);
  if (await works(program, asks)) return program;
  if (await works(unpacked, asks)) return unpacked;
  try {
    await unpackPackages([name], directory);
    await access(unpacked);
  } catch (error) {
    throw new Error(`this needs ${program} on the PATH (Debian: ${name})`, { cause: error });
  }
  return unpacked;
}

/**
 * Fetches packages and unpacks them into one directory, whole or not at all. Whoever does the same at
 * the same time does no harm.
 */
export async function unpackPackages(names: readonly string[], directory: string): Promise<void> {
  await mkdir(dirname(directory), { recursive: true });
  const draft = await mkdtemp(`${directory}-`);
  try {
    await download(names, draft);
    for (const file of await readdir(draft)) {
      if (!file.endsWith('.deb')) continue;
      await run('dpkg', ['-x', join(draft, file), draft]);
      await rm(join(draft, file));
    }
    await rm(directory, { recursive: true, force: true });
    await rename(draft, directory).catch((error: unknown) => {
      // Another test file may have been faster.
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOTEMPTY')) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function download(names: readonly string[], into: string): Promise<void> {
  const options = ['-o', 'APT::Sandbox::User=root', 'download', ...names];
  try {
    await run('apt-get', options, { cwd: into });
  } catch (error) {
    // A fresh machine has no package lists, or old ones; only root can fetch them.
    if (process.getuid?.() !== 0) throw error;
    await run('apt-get', ['update']);
    await run('apt-get', options, { cwd: into });
  }
}

function works(command: string, asks: readonly string[]): Promise<boolean> {
  return run(command, [...asks]).then(
    () => true,
    () => false,
  );
}
