import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createTestCli, type TestCli } from '../testing/cli.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { freePort } from '../testing/free-port.ts';

describe('gatehouse migrate', () => {
  let database: TestDatabase;
  let cli: TestCli;
  before(async () => {
    database = await createTestDatabase({ empty: true });
    const nobody = await freePort();
    cli = createTestCli({
      databaseUrl: database.url,
      redisUrl: `redis://127.0.0.1:${nobody}`,
    });
  });
  after(() => database.drop());

  it('says what is pending, applies it and then finds nothing, though Redis is away', async () => {
    const before = await cli.run('migrate', '--status', '--json');
    assert.equal(before.code, 2, before.stderr);
    const { pending } = JSON.parse(before.stdout);
    assert.ok(pending.length > 0);

    assert.deepEqual(await cli.json('migrate'), { applied: pending, newer: [] });
    assert.deepEqual(await cli.run('migrate'), {
      code: 0,
      stdout: 'The schema is up to date.\n',
      stderr: '',
    });
  });

  it('changes nothing on the schema of a newer release with which this one works', async () => {
    const { db } = database;
    await db('knex_migrations').insert({ name: '9998_newer', batch: 2 });
    await db('migration_needs').insert({ migration: '9998_newer', needs: null });
    const said = [
      '1 of a newer release:',
      '  9998_newer',
      'This release works with it as it is. Nothing was changed.\n',
    ].join('\n');
    const before = await db('knex_migrations');
    for (const flags of [[], ['--status']]) {
      const done = await cli.run('migrate', ...flags);
      assert.deepEqual(done, { code: 0, stdout: said, stderr: '' });
    }
    assert.deepEqual(await db('knex_migrations'), before);
  });

  it('fails on the schema of a newer release with which this one does not work', async () => {
    const { db } = database;
    await db('knex_migrations').insert({ name: '9999_contracting', batch: 3 });
    await db('migration_needs').insert({ migration: '9999_contracting', needs: '9998_newer' });
    for (const flags of [[], ['--status']]) {
      const { code, stderr } = await cli.run('migrate', ...flags);
      assert.equal(code, 1);
      assert.match(
        stderr,
        /9999_contracting works only with releases that know 9998_newer\. Run that release or a later/,
      );
    }
  });
});
