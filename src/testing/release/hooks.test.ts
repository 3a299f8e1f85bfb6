import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** Of ours, what the hooks need: the message is checked by our sources. */
const LINKED = ['.ci', 'src', 'node_modules'];
const run = promisify(execFile);

describe('the hooks of .ci/hooks', () => {
  let repository: string;
  const git = async (...args: string[]) => {
    const author = ['-c', 'user.name=Somebody', '-c', 'user.email=somebody@example.com'];
    return (await run('git', [...author, ...args], { cwd: repository })).stdout.trim();
  };
  const commit = (message: string) => git('commit', '--allow-empty', '--message', message);
  /** What stands for the types and the style of these sources, which take long. */
  const scripts = (check: string, lint: string) =>
    writeFile(join(repository, 'package.json'), JSON.stringify({ scripts: { check, lint } }));

  before(async () => {
    repository = await mkdtemp(join(tmpdir(), 'gatehouse-hooks-'));
    await git('init', '--quiet');
    for (const name of LINKED) await symlink(join(ROOT, name), join(repository, name));
    const { scripts: ours } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
    await run('bash', ['-c', ours.hooks], { cwd: repository });
    await scripts('true', 'true');
  });
  after(() => rm(repository, { recursive: true }));

  it('let through what is in order', async () => {
    await commit('fix: make it better');
    assert.equal(await git('log', '--format=%s'), 'fix: make it better');
  });

  it('refuse a message that no changelog can be made of, and say why', async () => {
    await assert.rejects(commit('made it better'), {
      code: 1,
      stderr: 'commit message: the first line is `type(room): what it does`\n',
    });
  });

  for (const [what, check, lint] of [
    ['types', 'false', 'true'],
    ['style', 'true', 'false'],
  ] as const) {
    it(`refuse what is not in order by its ${what}, unless told not to look`, async () => {
      await scripts(check, lint);
      const before = await git('rev-parse', 'HEAD');
      await assert.rejects(commit('fix: what is broken'), { code: 1 });
      assert.equal(await git('rev-parse', 'HEAD'), before);
      await git('commit', '--no-verify', '--allow-empty', '--message', 'fix: what is broken');
    });
  }
});
