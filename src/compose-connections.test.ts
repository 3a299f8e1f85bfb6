import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { warnOfFewConnections } from './compose-connections.ts';
import { parseConfig } from './config/parse-config.ts';
import { readEnv } from './config/read-env.ts';
import { createDatabase } from './storage/postgres/database.ts';
import { createTestDatabase, type TestDatabase } from './testing/database.ts';
import { createRecordingLogger } from './testing/recording-logger.ts';

describe('the warning of too few connections at the start', () => {
  let database: TestDatabase;
  before(async () => {
    database = await createTestDatabase();
  });
  after(() => database.drop());

  const warn = async (env: Record<string, string>, db = database.db) => {
    const logger = createRecordingLogger();
    const key = randomBytes(32).toString('base64');
    const server = { DATABASE_URL: database.url, KEY_ENCRYPTION_KEYS: key };
    const { config } = parseConfig(readEnv({ ...server, ...env }));
    await warnOfFewConnections({ config, backends: { db }, logger });
    return logger.lines().map(({ level, message, reason }) => [level, message, reason]);
  };

  it('says what the replicas may want, and what there is', async () => {
    const [line, ...others] = await warn({ REPLICAS: '200', DATABASE_POOL_MAX: '10' });
    assert.deepEqual(others, []);
    assert.deepEqual(line?.slice(0, 2), ['warn', 'PostgreSQL may run out of connections']);
    assert.match(
      String(line?.[2]),
      /^200 replicas × 10 connections and 10 to spare are 2010, and /,
    );
  });

  it('says nothing where there are enough', async () => {
    assert.deepEqual(await warn({ REPLICAS: '2', DATABASE_POOL_MAX: '3' }), []);
  });

  it('keeps no server from starting', async () => {
    const gone = createDatabase({
      url: 'postgres://nobody@127.0.0.1:1/gone',
      poolMax: 3,
      acquireTimeoutMs: 500,
      statementTimeoutMs: 500,
    });
    try {
      const [line] = await warn({ REPLICAS: '200' }, gone);
      assert.deepEqual(line?.slice(0, 2), ['debug', 'could not count connections']);
    } finally {
      await gone.destroy();
    }
  });
});
