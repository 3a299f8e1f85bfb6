import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { compareCoverage, shippedFiles } from './shipped-files.ts';

describe('what is shipped for operators', () => {
  let root: string;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'gatehouse-shipped-'));
    await mkdir(join(root, 'deploy/nginx'), { recursive: true });
    for (const file of [
      'deploy/nginx/nginx.conf',
      'Dockerfile',
      '.dockerignore',
      'docker-compose.yml',
      'docker-compose.prod.yml',
      'package.json',
    ]) {
      await writeFile(join(root, file), '');
    }
  });
  after(() => rm(root, { recursive: true }));

  it('is all of deploy/, and what containers are made of at the root', async () => {
    assert.deepEqual(await shippedFiles(root), [
      '.dockerignore',
      'Dockerfile',
      'deploy/nginx/nginx.conf',
      'docker-compose.prod.yml',
      'docker-compose.yml',
    ]);
  });

  it('is tried by name or with its directory, and what is tried is there', () => {
    const files = ['Dockerfile', 'deploy/helm/Chart.yaml', 'deploy/helmet.yml'];
    assert.deepEqual(compareCoverage(files, ['Dockerfile', 'deploy/helm', 'deploy/gone']), {
      untried: ['deploy/helmet.yml'],
      missing: ['deploy/gone'],
    });
  });
});
