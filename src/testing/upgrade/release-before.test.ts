import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { newestRelease } from './release-before.ts';

describe('the release before', () => {
  let repository: string;
  const git = async (...args: string[]) => {
    const author = ['-c', 'user.name=Somebody', '-c', 'user.email=somebody@example.com'];
    await promisify(execFile)('git', [...author, ...args], { cwd: repository });
  };
  const commit = () => git('commit', '--quiet', '--allow-empty', '--message', 'fix: it');
  const release = (tag: string) => git('tag', '--annotate', tag, '--message', tag);

  before(async () => {
    repository = await mkdtemp(join(tmpdir(), 'gatehouse-releases-'));
    await git('init', '--quiet', '--initial-branch=main');
    await commit();
  });
  after(() => rm(repository, { recursive: true }));

  it('is none before there was one, and none for the first', async () => {
    assert.equal(await newestRelease(repository), undefined);
    await release('v0.9.0');
    assert.equal(await newestRelease(repository), undefined);
  });

  it('is the newest that there was, and of a release not that itself', async () => {
    await commit();
    assert.equal(await newestRelease(repository), 'v0.9.0');
    await release('v0.10.0');
    assert.equal(await newestRelease(repository), 'v0.9.0');
    await commit();
    assert.equal(await newestRelease(repository), 'v0.10.0');
  });
});
