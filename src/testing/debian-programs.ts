/** Programs of Debian's packages that tests run as operators do. */
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

/** Says whether installing PostgreSQL makes a cluster, and starts it. */
const CLUSTERS = '/etc/postgresql-common/createcluster.conf';

const run = promisify(execFile);

/**
 * Installs what is missing where this user may.
 *
 * @param programs - absolute path of a program, or of what one loads, to the package that has it
 * @throws Error that says what to install
 */
export async function ensurePrograms(programs: Readonly<Record<string, string>>): Promise<void> {
  const missing = async () => {
    const there = await Promise.all(Object.keys(programs).map(isThere));
    const packages = Object.values(programs).filter((_, index) => !there[index]);
    return [...new Set(packages)];
  };
  const packages = await missing();
  if (packages.length === 0) return;
  const advice = `this needs programs of Debian: apt-get install ${packages.join(' ')}`;
  if (process.getuid?.() !== 0) throw new Error(advice);
  try {
    await install(packages);
  } catch (error) {
    throw new Error(advice, { cause: error });
  }
  if ((await missing()).length > 0) throw new Error(advice);
}

async function install(packages: readonly string[]): Promise<void> {
  const options = {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    maxBuffer: 64 * 1024 * 1024,
  };
  // Test files run beside each other.
  const wait = ['-o', 'DPkg::Lock::Timeout=120', '-o', 'Dpkg::Options::=--force-confold'];
  await run('apt-get', ['update'], options);
  if (packages.some((name) => name.startsWith('postgresql'))) {
    // Nobody asked for a server that runs.
    await mkdir(dirname(CLUSTERS), { recursive: true });
    await writeFile(CLUSTERS, 'create_main_cluster = false\n', { flag: 'wx' }).catch(
      () => undefined,
    );
  }
  const rest = ['install', '-y', '--no-install-recommends', ...packages];
  await run('apt-get', [...wait, ...rest], options);
}

async function isThere(path: string): Promise<boolean> {
  return access(path, constants.R_OK).then(
    () => true,
    () => false,
  );
}
