import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const RELEASE = fileURLToPath(new URL('release.ts', import.meta.url));
const run = promisify(execFile);

describe('npm run release', () => {
  let repository: string;
  const git = async (...args: string[]) => {
    const author = ['-c', 'user.name=Somebody', '-c', 'user.email=somebody@example.com'];
    return (await run('git', [...author, ...args], { cwd: repository })).stdout.trim();
  };
  const release = (...args: string[]) => {
    const env = {
      ...process.env,
      GIT_AUTHOR_NAME: 'Somebody',
      GIT_AUTHOR_EMAIL: 'somebody@example.com',
      GIT_COMMITTER_NAME: 'Somebody',
      GIT_COMMITTER_EMAIL: 'somebody@example.com',
    };
    return run(process.execPath, [RELEASE, ...args], { cwd: repository, env });
  };
  const read = (name: string) => readFile(join(repository, name), 'utf8');
  const write = (name: string, text: string) => writeFile(join(repository, name), text);
  const commit = async (message: string, changelog: string) => {
    await write('CHANGELOG.md', changelog);
    await git('add', '--all');
    await git('commit', '--quiet', '--allow-empty', '--message', message);
  };

  before(async () => {
    repository = await mkdtemp(join(tmpdir(), 'gatehouse-release-'));
    await git('init', '--quiet');
    await write('package.json', `${JSON.stringify({ name: 'a', version: '0.1.0' }, null, 2)}\n`);
    const lock = { name: 'a', version: '0.1.0', packages: { '': { version: '0.1.0' } } };
    await write('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`);
    await commit('feat: everything', '# Changelog\n\n## Unreleased\n\n- Everything.\n');
  });
  after(() => rm(repository, { recursive: true }));

  it('releases what was never released as what it calls itself, and the next by its commits', async () => {
    await release();
    assert.equal(await git('describe', '--tags'), 'v0.1.0');
    assert.equal(await git('status', '--porcelain'), '');

    const changelog = (await read('CHANGELOG.md')).replace(
      '## Unreleased\n',
      '## Unreleased\n\n### Added\n\n- More.\n',
    );
    await commit('feat(http)!: more', changelog);
    const looked = await release('--dry-run');
    assert.match(looked.stdout, /^0\.2\.0 \(major, after v0\.1\.0\)\n\n### Added\n\n- More\.\n$/);
    assert.equal(await git('describe', '--tags', '--abbrev=0'), 'v0.1.0');

    await release();
    assert.equal(await git('describe', '--tags'), 'v0.2.0');
    assert.equal(JSON.parse(await read('package.json')).version, '0.2.0');
    const lock = JSON.parse(await read('package-lock.json'));
    assert.deepEqual([lock.version, lock.packages[''].version], ['0.2.0', '0.2.0']);
    assert.match(await git('cat-file', 'tag', 'v0.2.0'), /\n0\.2\.0\n\n### Added\n\n- More\.$/);
    assert.equal((await release('--notes', '0.2.0')).stdout, '### Added\n\n- More.\n');
  });

  it('makes none that nobody would notice, that nobody wrote of, or of what is not committed', async () => {
    const refused = async (expected: RegExp) =>
      assert.rejects(release(), (error: { stderr?: string }) => {
        assert.match(error.stderr ?? '', expected);
        return true;
      });
    await refused(/since v0\.2\.0 nothing changed/);
    const changelog = await read('CHANGELOG.md');
    await commit('fix: a thing', changelog);
    await refused(/says nothing/);
    await write('CHANGELOG.md', changelog.replace('## Unreleased\n', '## Unreleased\n\n- A.\n'));
    await refused(/not committed/);
    assert.equal(await git('describe', '--tags', '--abbrev=0'), 'v0.2.0');
  });
});
