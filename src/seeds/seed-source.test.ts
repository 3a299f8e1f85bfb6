import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { describe, it } from 'node:test';
import { account, tenant } from '../testing/broken-seeds.ts';
import { parseSeedFile } from './parse-seed-file.ts';
import { readTextFile } from './read-text-file.ts';
import { describeProblem, type SeedProblem } from './seed-problem.ts';
import { MAX_FILE_BYTES } from './seed-source.ts';

describe('what a seed file may cost', () => {
  it('is bounded when aliases multiply', () => {
    const levels = Array.from({ length: 9 }, (_, level) => {
      const inner = level === 0 ? 'x' : `*l${level - 1}`;
      return `      k${level}: &l${level} [${Array(9).fill(inner).join(', ')}]`;
    });
    const problems = problemsOf(account('address:', ...levels.map((line) => line.slice(4))));
    assert.match(problems.join('\n'), /expected at most 250000 values, found more/);
    assert.ok(problems.length < 5, problems.join('\n'));
  });

  it('is bounded when a value stands in itself', () => {
    const problems = problemsOf(account('address: &loop { street_address: *loop }'));
    assert.match(problems.join('\n'), /expected at most 12 levels, found more/);
  });

  it('is bounded when lists are nested without end', () => {
    for (const depth of [20_000, 200_000]) {
      const problems = problemsOf(`version: 1\ntenants: ${'['.repeat(depth)}`);
      assert.ok(problems.length > 0 && problems.length < 20);
    }
  });

  it('is bounded in bytes', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'gatehouse-seeds-'));
    try {
      const file = join(directory, 'large.yaml');
      await writeFile(file, '#'.repeat(MAX_FILE_BYTES + 1));
      const read = await readTextFile(file, MAX_FILE_BYTES);
      assert.ok(read.kind === 'unusable' && /more than 1048576 bytes/.test(read.found));
      const endless = await readTextFile('/dev/zero', MAX_FILE_BYTES);
      assert.equal(endless.kind, 'unusable');
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

it('anchors and aliases are understood, where they are used', () => {
  const problems: SeedProblem[] = [];
  const text = tenant(
    'groups: [{ key: &name staff }]',
    'accounts: [{ username: *name, email: *name }]',
  );
  const tenants = parseSeedFile('seed.yaml', text, problems);
  assert.equal(tenants?.[0]?.accounts[0]?.username, 'staff');
  assert.deepEqual(problems.map(describeProblem), [
    'seed.yaml:6:42 tenants[0].accounts[0].email: expected an e-mail address, found "staff"',
  ]);
});

/** The problems of a file, which must be found in bounded time. */
function problemsOf(text: string): string[] {
  const problems: SeedProblem[] = [];
  const start = performance.now();
  parseSeedFile('seed.yaml', text, problems);
  assert.ok(performance.now() - start < 30_000);
  return problems.map(describeProblem);
}
