import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { findTests } from './find-tests.ts';

const RUNNER = fileURLToPath(new URL('./run-tests.ts', import.meta.url));

describe('the test runner', () => {
  let directory: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'gatehouse-run-tests-'));
    await writeFile(
      join(directory, 'good.test.ts'),
      `import { it } from 'node:test';\nit('is so', () => {});\nit('is so, too', () => {});\n`,
    );
    await writeFile(
      join(directory, 'bad.test.ts'),
      `import { it } from 'node:test';\nit('is not', () => { throw new Error('no'); });\n`,
    );
    await writeFile(
      join(directory, 'left-out.test.ts'),
      `import { it } from 'node:test';\nit('is left out', { skip: 'no such thing here' }, () => {});\n`,
    );
    await writeFile(join(directory, 'broken.test.ts'), `import './not-there.ts';\n`);
  });

  after(() => rm(directory, { recursive: true, force: true }));

  const runOn = async (
    ...files: string[]
  ): Promise<{ code: number; last: string; all: string }> => {
    // Node marks the processes of a test run, and a run within a run would do nothing.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const child = spawn(process.execPath, [RUNNER, ...files.map((file) => join(directory, file))], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let all = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      all += chunk;
    });
    const [code] = await once(child, 'close');
    return { code, all, last: all.trimEnd().split('\n').at(-1) ?? '' };
  };

  it('ends well, with the count as its last line', async () => {
    const { code, last } = await runOn('good.test.ts');
    assert.deepEqual({ code, last }, { code: 0, last: '2 passed, 0 failed' });
  });

  it('ends badly when a test fails, or a file cannot be loaded', async () => {
    const failed = await runOn('good.test.ts', 'bad.test.ts');
    assert.deepEqual({ ...failed, all: '' }, { code: 1, last: '2 passed, 1 failed', all: '' });
    const broken = await runOn('good.test.ts', 'broken.test.ts');
    assert.deepEqual({ ...broken, all: '' }, { code: 1, last: '2 passed, 1 failed', all: '' });
  });

  it('ends badly when no test ran', async () => {
    const { code, last } = await runOn('nothing-*.test.ts');
    assert.deepEqual({ code, last }, { code: 1, last: '0 passed, 0 failed' });
  });

  it('says what was left out and why', async () => {
    const { code, last, all } = await runOn('good.test.ts', 'left-out.test.ts');
    assert.deepEqual({ code, last }, { code: 0, last: '2 passed, 0 failed, 1 skipped' });
    assert.match(all, /is left out .*no such thing here/);
  });
});

describe('the needs of a test file', () => {
  let root: string;

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'gatehouse-find-tests-'));
    await writeFile(join(root, 'a.test.ts'), `import { b } from './b.ts';\n`);
    await writeFile(join(root, 'b.ts'), `import {\n  c,\n} from './src/testing/redis.ts';\n`);
    await writeFile(join(root, 'c.test.ts'), `import type { C } from './src/testing/redis.ts';\n`);
    await writeFile(join(root, 'd.test.ts'), `await import('./src/testing/database.ts');\n`);
    await writeFile(join(root, 'e.test.ts'), `import './e.ts';\n`);
    await writeFile(join(root, 'e.ts'), `import './e.test.ts';\nexport { x } from './b.ts';\n`);
  });

  after(() => rm(root, { recursive: true, force: true }));

  it('are what its imports reach when it runs', async () => {
    const found = await findTests(root, ['*.test.ts']);
    assert.deepEqual(
      found.map(({ path, needs }) => [path.slice(root.length + 1), ...needs]),
      [['a.test.ts', 'redis'], ['c.test.ts'], ['d.test.ts', 'database'], ['e.test.ts', 'redis']],
    );
  });
});
