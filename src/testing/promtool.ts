/**
 * Prometheus's own checker of rules: `promtool` from the PATH, else Debian's, unpacked (not
 * installed) under `.cache/`.
 */
import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const CACHE = fileURLToPath(new URL('../../.cache/prometheus', import.meta.url));
const FETCHED = join(CACHE, 'usr/bin/promtool');

const run = promisify(execFile);

/**
 * The command that runs `promtool` here, fetched at need.
 *
 * @throws Error that says what to install
 */
export async function findPromtool(): Promise<string> {
  if (await works('promtool')) return 'promtool';
  if (await works(FETCHED)) return FETCHED;
  try {
    await fetchDebianPackage();
  } catch (error) {
    throw new Error('this needs promtool on the PATH (Debian: prometheus)', { cause: error });
  }
  return FETCHED;
}

async function fetchDebianPackage(): Promise<void> {
  await mkdir(join(CACHE, '..'), { recursive: true });
  const draft = await mkdtemp(`${CACHE}-`);
  try {
    await download(draft);
    for (const file of await readdir(draft)) {
      if (file.endsWith('.deb')) await run('dpkg', ['-x', join(draft, file), draft]);
    }
    await access(join(draft, 'usr/bin/promtool'));
    await rm(CACHE, { recursive: true, force: true });
    await rename(draft, CACHE);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function download(into: string): Promise<void> {
  const options = ['-o', 'APT::Sandbox::User=root', 'download', 'prometheus'];
  try {
    await run('apt-get', options, { cwd: into });
  } catch (error) {
    // A fresh machine has no package lists, or old ones; only root can fetch them.
    if (process.getuid?.() !== 0) throw error;
    await run('apt-get', ['update']);
    await run('apt-get', options, { cwd: into });
  }
}

function works(command: string): Promise<boolean> {
  return run(command, ['--version']).then(
    () => true,
    () => false,
  );
}
