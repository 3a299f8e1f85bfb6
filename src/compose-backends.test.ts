import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { type Backends, closeAll, openBackends } from './compose-backends.ts';
import { parseConfig } from './config/parse-config.ts';
import { readEnv } from './config/read-env.ts';
import { migrateToLatest } from './storage/postgres/migrate.ts';
import { oldestSigningKeys } from './storage/postgres/signing-key-ages.ts';
import { insertTenant } from './testing/fixtures.ts';
import { type InstalledPostgres, startInstalledPostgres } from './testing/installed-postgres.ts';
import { pollUntil } from './testing/poll.ts';
import { createRecordingLogger } from './testing/recording-logger.ts';

describe('backends with a read replica', () => {
  let postgres: InstalledPostgres;
  let replica: Awaited<ReturnType<InstalledPostgres['startReplica']>>;
  let backends: Backends;
  const logger = createRecordingLogger();
  const now = () => new Date();
  before(async () => {
    postgres = await startInstalledPostgres();
    await postgres.createDatabase('gatehouse');
    replica = await postgres.startReplica();
    const environment = {
      DATABASE_URL: postgres.url('gatehouse'),
      DATABASE_READ_URL: replica.url('gatehouse'),
      KEY_ENCRYPTION_KEYS: randomBytes(32).toString('base64'),
    };
    const { config, secrets } = parseConfig(readEnv(environment));
    assert.ok(!JSON.stringify(config).includes(replica.url('gatehouse')));
    backends = await openBackends({ config, secrets, logger, now, embedded: 'shared' });
    await migrateToLatest(backends.db);
  });
  after(async () => {
    await backends.close();
    await postgres.stop();
  });

  const lookAtAll = async (tenantId: string) => {
    const events = await backends.audit.list({ tenantId, limit: 10 });
    await backends.audit.listOfAccount(tenantId, 'nobody', { limit: 10 });
    await backends.mail.outbox.backlog();
    await backends.logoutNotifications.countQueued();
    await backends.retention.backlog();
    await backends.readMostly(oldestSigningKeys);
    return events.length;
  };

  it('read there what people and monitors look at, and write to the primary', async () => {
    const tenantId = await insertTenant(backends.db);
    await backends.audit.record({
      kind: 'token.issued',
      tenantId,
      outcome: 'success',
      actor: { type: 'system' },
    });
    await backends.audit.flush();
    // What it has not replayed yet, such as the tables, is answered by the primary.
    const byReplica = () =>
      backends.readMostly(async (db) => {
        const { rows } = await db.raw('select pg_is_in_recovery() as replica');
        return rows[0].replica === true;
      });
    await pollUntil(byReplica, { deadlineMs: 20_000 });
    await pollUntil(async () => (await lookAtAll(tenantId)) === 1, { deadlineMs: 20_000 });
    assert.equal(await byReplica(), true);
  });

  it('go on without it', async () => {
    const tenantId = await insertTenant(backends.db);
    await replica.stop();
    assert.equal(await lookAtAll(tenantId), 0);
    assert.match(logger.text(), /read replica is not used/);
  });
});

describe('closeAll', () => {
  it('closes the last first, and the rest when one of them cannot be closed', async () => {
    const closed: string[] = [];
    const closer = (name: string) => async () => closed.push(name);
    const broken = () => Promise.reject(new Error('the pool does not end'));
    const closing = closeAll([closer('database'), broken, closer('mail')]);
    await assert.rejects(closing, /the pool does not end/);
    assert.deepEqual(closed, ['mail', 'database']);
  });
});
