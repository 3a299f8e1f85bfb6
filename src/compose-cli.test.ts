import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, mock } from 'node:test';
import { openCliContext } from './compose-cli.ts';
import { createTestDatabase } from './testing/database.ts';
import { silentLogger } from './testing/silent-logger.ts';

describe('a command without DATABASE_URL', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'gatehouse-command-'));
  });
  after(() => rm(directory, { recursive: true, force: true }));

  const open = (options?: { databaseOnly: boolean }) => {
    const values = { DATA_DIR: join(directory, 'data') };
    return openCliContext(silentLogger, options, { values, problems: [] });
  };

  it('makes no database where there is none, and says what to do', async () => {
    await assert.rejects(open(), {
      code: 'embedded_missing',
      message:
        `There is no database in ${join(directory, 'data')}, and DATABASE_URL is not set: ` +
        'set it, or run this where "npm start" was run.',
    });
    assert.deepEqual(await readdir(directory), []);
  });

  it('works on the one that migrate has made', async () => {
    const migration = await open({ databaseOnly: true });
    await migration.schema.migrate();
    await migration.close();
    const command = await open();
    assert.deepEqual((await command.schema.state()).pending, []);
    await command.close();
  });
});

describe('a command on a machine whose clock is an hour ahead', () => {
  it('decides by the clock of PostgreSQL, as servers do', async () => {
    const database = await createTestDatabase();
    const real = Date.now();
    mock.timers.enable({ apis: ['Date'], now: real + 3_600_000 });
    try {
      const values = {
        DATABASE_URL: database.url,
        KEY_ENCRYPTION_KEYS: randomBytes(32).toString('base64'),
      };
      const command = await openCliContext(silentLogger, {}, { values, problems: [] });
      const off = command.now().getTime() - real;
      await command.close();
      assert.ok(Math.abs(off) < 60_000, `${off} ms from PostgreSQL's clock`);
    } finally {
      mock.timers.reset();
      await database.drop();
    }
  });
});
