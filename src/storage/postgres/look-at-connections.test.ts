import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Knex } from 'knex';
import {
  type InstalledPostgres,
  startInstalledPostgres,
} from '../../testing/installed-postgres.ts';
import { startPgbouncer, type TestPgbouncer } from '../../testing/pgbouncer.ts';
import { createDatabase } from './database.ts';
import { lookAtConnections } from './look-at-connections.ts';

const LIMITS = { poolMax: 5, acquireTimeoutMs: 10_000, statementTimeoutMs: 10_000 };
/** Of 100, which `startInstalledPostgres` sets, three are kept for superusers. */
const FOR_EVERYBODY = 97;

describe('what PostgreSQL says of its connections', () => {
  let postgres: InstalledPostgres;
  let pgbouncer: TestPgbouncer | undefined;
  let db: Knex;
  before(async () => {
    postgres = await startInstalledPostgres();
    await postgres.createDatabase('gatehouse');
    db = createDatabase({ ...LIMITS, url: postgres.url('gatehouse') });
  });
  after(async () => {
    await db.destroy();
    await pgbouncer?.stop();
    await postgres.stop();
  });

  it('is what there is, less what is kept for superusers, and who has it', async () => {
    const none = await lookAtConnections(db);
    assert.deepEqual(none, { limit: FOR_EVERYBODY, left: FOR_EVERYBODY, ours: 0, pooled: false });
    const other = createDatabase({ ...LIMITS, url: postgres.url('gatehouse') });
    const stranger = createDatabase({
      ...LIMITS,
      url: `${postgres.url('postgres')}?application_name=backup`,
    });
    try {
      await Promise.all([other.raw('select 1'), stranger.raw('select 1')]);
      const { left, ours } = await lookAtConnections(db);
      assert.deepEqual([left, ours], [FOR_EVERYBODY - 2, 1]);
    } finally {
      await Promise.all([other.destroy(), stranger.destroy()]);
    }
  });

  it('is less where the database or the role has less', async () => {
    await postgres.run('postgres', 'alter database gatehouse connection limit 12');
    assert.deepEqual(await lookAtConnections(db), { limit: 12, left: 12, ours: 0, pooled: false });
    await postgres.run('postgres', 'alter database gatehouse connection limit -1');
    await postgres.run('postgres', `create role app login password 'app' connection limit 7`);
    const address = new URL(postgres.url('gatehouse'));
    Object.assign(address, { username: 'app', password: 'app' });
    const app = createDatabase({ ...LIMITS, url: address.href });
    try {
      const { limit, left, ours } = await lookAtConnections(app);
      // What others have of the server does not count against the role's own.
      assert.deepEqual([limit, left, ours], [7, 7, 1]);
    } finally {
      await app.destroy();
    }
  });

  it('is known for what a pooler shares', async () => {
    pgbouncer = await startPgbouncer(postgres.url('gatehouse'));
    const pooled = createDatabase({ ...LIMITS, url: pgbouncer.url });
    try {
      assert.equal((await lookAtConnections(pooled)).pooled, true);
    } finally {
      await pooled.destroy();
    }
  });
});
