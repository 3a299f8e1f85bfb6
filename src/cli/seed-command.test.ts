import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createTestCli, type TestCli } from '../testing/cli.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { seed, WEB_SECRET } from '../testing/seed-bench.ts';

const CLI = fileURLToPath(new URL('cli.ts', import.meta.url));

describe('gatehouse migrate and seed', () => {
  let directory: string;
  let database: TestDatabase;
  let cli: TestCli;
  let file: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'gatehouse-seeds-'));
    file = join(directory, 'seed.yaml');
    await writeFile(file, seed({ secret: '{ env: WEB_SECRET }' }));
    database = await createTestDatabase({ empty: true });
    const readEnv = (name: string) => (name === 'WEB_SECRET' ? WEB_SECRET : undefined);
    cli = createTestCli({ databaseUrl: database.url, readEnv });
  });
  after(async () => {
    await database.drop();
    await rm(directory, { recursive: true });
  });

  it('go from an empty database to nothing left to do', async () => {
    const early = await cli.run('seed', 'plan', file);
    assert.equal(early.code, 1);
    assert.match(early.stderr, /Run: gatehouse migrate\n$/);

    const status = await cli.run('migrate', '--status');
    assert.equal(status.code, 2);
    assert.match(status.stdout, /^\d+ pending:\n {2}0001_identity\n/);
    const { applied } = await cli.json('migrate');
    assert.equal(applied[0], '0001_identity');
    assert.deepEqual(await cli.run('migrate'), {
      code: 0,
      stdout: 'The schema is up to date.\n',
      stderr: '',
    });
    assert.equal((await cli.run('migrate', '--status')).code, 0);

    const planned = await cli.run('seed', 'plan', file);
    assert.equal(planned.code, 2);
    assert.match(planned.stdout, /\n {2}\+ client web\n/);
    assert.match(planned.stdout, /\n5 to create, 0 to change\.\n$/);
    const asJson = await cli.run('seed', 'plan', file, '--json');
    assert.equal(asJson.code, 2);
    assert.deepEqual(JSON.parse(asJson.stdout).summary, {
      create: 5,
      update: 0,
      remove: 0,
      drift: 0,
    });
    for (const output of [planned.stdout, asJson.stdout]) assert.ok(!output.includes(WEB_SECRET));

    const [first, second] = await Promise.all([apply(), apply()]);
    assert.deepEqual([first.code, second.code], [0, 0], first.stderr + second.stderr);
    const created = [first, second].map(({ stdout }) => JSON.parse(stdout).summary.create);
    assert.deepEqual(created.sort(), [0, 5]);

    assert.deepEqual(await cli.run('seed', 'plan', file), {
      code: 0,
      stdout: 'Nothing to do: everything is as the files say.\n',
      stderr: '',
    });
    assert.equal((await cli.run('seed', 'apply', file)).code, 0);
  });

  it('write back what there is, which changes nothing', async () => {
    await cli.run('migrate');
    assert.equal((await cli.run('seed', 'apply', file)).code, 0);
    const path = join(directory, 'exported.yaml');
    assert.deepEqual(await cli.run('seed', 'export', '--output', path), {
      code: 0,
      stdout: `Wrote ${path}: tenants: 1, applications: 1, accounts: 1.\n`,
      stderr: '',
    });
    assert.equal((await cli.run('seed', 'plan', '--prune-tenants', path)).code, 0);
    const again = await cli.run('seed', 'export', '--output', path);
    assert.equal(again.code, 1);
    assert.match(again.stderr, /it exists already; --force takes its place\n$/);
    assert.equal((await cli.run('seed', 'export', '--output', path, '--force')).code, 0);
    const { stdout } = await cli.run('seed', 'export', '--tenant', 'acme');
    assert.equal(stdout, await readFile(path, 'utf8'));
    assert.ok(!stdout.includes(WEB_SECRET));
    const asJson = join(directory, 'exported.json');
    await writeFile(asJson, JSON.stringify(await cli.json('seed', 'export')));
    assert.equal((await cli.run('seed', 'plan', asJson)).code, 0);
    const nobody = await cli.run('seed', 'export', '--tenant', 'acme', 'nobody');
    assert.equal(nobody.code, 1);
    assert.match(nobody.stderr, /nobody/);
  });

  /** In a process of its own, through the program as it is started. */
  function apply(): Promise<{ code: unknown; stdout: string; stderr: string }> {
    const env = { PATH: process.env.PATH, ...cli.environment, WEB_SECRET };
    return new Promise((resolve) => {
      execFile(
        process.execPath,
        [CLI, 'seed', 'apply', file, '--json'],
        { env },
        (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr }),
      );
    });
  }
});
