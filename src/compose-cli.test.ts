import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openCliContext } from './compose-cli.ts';
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
