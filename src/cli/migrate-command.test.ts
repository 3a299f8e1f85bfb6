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

    assert.deepEqual(await cli.json('migrate'), { applied: pending });
    assert.deepEqual(await cli.run('migrate'), {
      code: 0,
      stdout: 'The schema is up to date.\n',
      stderr: '',
    });
  });
});
