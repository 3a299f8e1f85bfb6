import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * The environment of a process whose clock is ahead, by Debian's libfaketime, fetched where it is
 * missing and this user may.
 *
 * @throws Error that says what to install
 */
export async function clockAhead(seconds: number): Promise<Record<string, string>> {
  const { stdout } = await run('uname', ['-m']);
  const library = `/usr/lib/${stdout.trim()}-linux-gnu/faketime/libfaketime.so.1`;
  const isThere = () =>
    access(library).then(
      () => true,
      () => false,
    );
  if (!(await isThere()) && process.getuid?.() === 0) {
    await run('apt-get', ['update']);
    await run('apt-get', ['install', '-y', '--no-install-recommends', 'libfaketime']);
  }
  if (!(await isThere())) throw new Error(`this needs ${library}: apt-get install libfaketime`);
  return { LD_PRELOAD: library, FAKETIME: `+${seconds}s`, DONT_FAKE_MONOTONIC: '1' };
}
