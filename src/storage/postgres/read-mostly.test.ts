import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Knex } from 'knex';
import { GatehouseError } from '../../errors.ts';
import {
  type InstalledPostgres,
  startInstalledPostgres,
} from '../../testing/installed-postgres.ts';
import { pollUntil } from '../../testing/poll.ts';
import { createRecordingLogger } from '../../testing/recording-logger.ts';
import { createDatabase } from './database.ts';
import { query, queryOne } from './query.ts';
import { LONGEST_LAG_MS, type ReadMostly, readReplica } from './read-mostly.ts';

const LIMITS = { poolMax: 3, acquireTimeoutMs: 2000, statementTimeoutMs: 2000 };
const DEADLINE = { deadlineMs: 20_000 };

describe('a streaming replica', () => {
  let postgres: InstalledPostgres;
  let server: Awaited<ReturnType<InstalledPostgres['startReplica']>>;
  let primary: Knex;
  let replica: Knex;
  before(async () => {
    postgres = await startInstalledPostgres();
    server = await postgres.startReplica();
    primary = createDatabase({ ...LIMITS, url: postgres.url('postgres') });
    replica = createDatabase({ ...LIMITS, url: server.url('postgres') });
    await query(primary, 'create table said (word text)');
  });
  after(async () => {
    await Promise.all([primary.destroy(), replica.destroy()]);
    await postgres.stop();
  });

  /** On a clock that a test sets; who answered is known by whether it replays. */
  const open = () => {
    let at = 0;
    const logger = createRecordingLogger();
    const read = readReplica({ primary, replica, logger, elapsed: () => at });
    return {
      read,
      advance: (ms: number) => {
        at += ms;
      },
      said: () => logger.lines().map(({ level, reason }) => `${level} ${reason ?? ''}`.trim()),
    };
  };
  const whoAnswers = async (read: ReadMostly) => {
    const row = await read((db) =>
      queryOne<{ replica: boolean }>(db, 'select pg_is_in_recovery() as replica'),
    );
    return row?.replica ? 'replica' : 'primary';
  };
  const say = (word: string) => query(primary, 'insert into said values (?)', [word]);
  const untilReplayed = () =>
    pollUntil(async () => {
      const [there] = await query<{ bytes: number }>(
        primary,
        `select pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)::float8 as bytes
           from pg_stat_replication`,
      );
      return there?.bytes === 0;
    }, DEADLINE);

  it('answers as long as it follows', async () => {
    await say('one');
    await untilReplayed();
    const { read, said } = open();
    assert.equal(await whoAnswers(read), 'replica');
    assert.deepEqual(await read((db) => query(db, 'select word from said')), [{ word: 'one' }]);
    assert.deepEqual(said(), []);
  });

  it('is passed over while it is too far behind, and used again when it has caught up', async () => {
    const { read, advance, said } = open();
    await query(replica, 'select pg_wal_replay_pause()');
    try {
      await say('two');
      const lagging = async () => {
        advance(60_000);
        return (await whoAnswers(read)) === 'primary';
      };
      // A pause counts once the last transaction before it is that long ago.
      await pollUntil(lagging, { deadlineMs: LONGEST_LAG_MS * 3, everyMs: 200 });
      assert.equal((await read((db) => query(db, 'select word from said'))).length, 2);
      assert.deepEqual(said(), ['warn it is too far behind']);
    } finally {
      await query(replica, 'select pg_wal_replay_resume()');
    }
    await untilReplayed();
    assert.equal(await whoAnswers(read), 'primary', 'looked at again a little later');
    advance(60_000);
    assert.equal(await whoAnswers(read), 'replica');
    assert.deepEqual(said(), ['warn it is too far behind', 'info']);
  });

  it('is not passed over for questions that nobody can answer', async () => {
    const { read, said } = open();
    const wrong = new GatehouseError('invalid_cursor', 'not a cursor', { status: 400 });
    let asked = 0;
    const ask = read(async () => {
      asked += 1;
      throw wrong;
    });
    await assert.rejects(ask, wrong);
    assert.equal(asked, 1, 'the primary was asked the same');
    assert.equal(await whoAnswers(read), 'replica');
    assert.deepEqual(said(), []);
  });

  it('is no replica that takes writes', async () => {
    const logger = createRecordingLogger();
    const read = readReplica({ primary, replica: primary, logger });
    assert.equal(await whoAnswers(read), 'primary');
    assert.match(logger.text(), /it is no replica/);
  });

  it('costs nobody an answer when it goes away in the middle, or is away', async () => {
    const { read, said } = open();
    assert.equal(await whoAnswers(read), 'replica');
    await server.stop();
    assert.equal(await whoAnswers(read), 'primary');
    assert.equal(await whoAnswers(read), 'primary');
    assert.deepEqual(said(), ['warn a query failed']);
    const fresh = open();
    assert.equal(await whoAnswers(fresh.read), 'primary');
    assert.deepEqual(fresh.said(), ['warn it does not answer']);
  });
});
