import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { createTestCli, type TestCli } from '../testing/cli.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { createMailWorld } from '../testing/mail-world.ts';

const LATER = new Date('2099-01-01T00:00:00Z');

describe('gatehouse mail', () => {
  let database: TestDatabase;
  let cli: TestCli;
  let world: Awaited<ReturnType<typeof createMailWorld>>;
  let slug: string;
  before(async () => {
    database = await createTestDatabase();
    cli = createTestCli({
      databaseUrl: database.url,
      environment: { SMTP_URL: 'smtp://localhost:1', MAIL_FROM: 'no-reply@login.example.com' },
    });
  });
  beforeEach(async () => {
    await database.db('mail_outbox').delete();
    world = await createMailWorld(database.db);
    ({ slug } = await database.db('tenants').where({ id: world.tenant.id }).first('slug'));
  });
  after(() => database.drop());

  /** Queues a message whose first attempt did not succeed. */
  async function queueWaiting(): Promise<string> {
    await world.queue();
    const { outbox } = world.deps;
    const [claimed] = await outbox.claim({ now: world.clock.now, until: LATER, limit: 1 });
    assert.ok(claimed);
    await outbox.settle(
      claimed.tenantId,
      claimed.id,
      1,
      { status: 'queued', problem: 'unreachable', nextAttemptAt: LATER },
      world.clock.now,
    );
    return claimed.id;
  }

  it('lists messages, newest first, without what they say', async () => {
    const waiting = await queueWaiting();
    world.advance(60);
    await world.queue({ to: 'carol@acme.example' });
    await world.queue({ decoy: true });
    const { stdout } = await cli.run('mail', 'list');
    const [head = '', newest = '', oldest = '', ...rest] = stdout.trimEnd().split('\n');
    assert.match(head, /^TIME +TENANT +KIND +TO +STATUS +ATTEMPTS +PROBLEM +NEXT ATTEMPT +ID$/);
    assert.match(newest, new RegExp(`${slug} +sign_in_code +carol@acme.example +queued +0 +-`));
    assert.match(oldest, /bob@acme\.example +queued +1 +unreachable +2099-01-01T00:00:00\.000Z/);
    assert.deepEqual(rest, []);
    assert.doesNotMatch(stdout, /482913/);

    const [document] = await cli.json('mail', 'list', '--limit', '1', '--before', await newestId());
    assert.deepEqual(document, {
      id: waiting,
      tenant: slug,
      kind: 'sign_in_code',
      to: 'bob@acme.example',
      accountId: 'sub-bob',
      language: 'en',
      status: 'queued',
      attempts: 1,
      problem: 'unreachable',
      createdAt: '2026-11-26T10:00:00.000Z',
      sentAt: null,
      nextAttemptAt: '2099-01-01T00:00:00.000Z',
    });
  });

  const newestId = async () => (await cli.json('mail', 'list', '--limit', '1'))[0].id;

  it('lists those of one tenant or of one status', async () => {
    await world.queue();
    await world.queue({ to: 'no address' });
    const of = async (...args: string[]) => (await cli.json('mail', 'list', ...args)).length;
    assert.equal(await of('--status', 'bounced'), 1);
    assert.equal(await of('--tenant', slug), 2);
    assert.equal(await of('--tenant', 'default'), 0);
    assert.match((await cli.run('mail', 'list', '-t', 'default')).stdout, /^No such messages\.\n$/);
  });

  it('says when mail is off', async () => {
    const without = createTestCli({ databaseUrl: database.url });
    assert.match((await without.run('mail', 'list')).stdout, /Mail is off/);
  });

  it('makes one waiting message due, and writes down who did', async () => {
    const [id] = [await queueWaiting(), await queueWaiting()];
    const { stdout } = await cli.run('mail', 'retry', id, '--tenant', slug);
    assert.equal(stdout, '1 message is due now.\n');
    const [event] = await cli.json('audit', 'list', '--kind', 'mail.retried', '--limit', '1');
    assert.deepEqual(
      [event.tenant, event.actor.id, event.detail],
      [slug, 'tester', { count: 1, mail: id }],
    );
    const again = await cli.run('mail', 'retry', id, '--tenant', slug);
    assert.match(again.stdout, /^Nothing waits/);
  });

  it('makes all waiting messages of a tenant due', async () => {
    await queueWaiting();
    await queueWaiting();
    assert.deepEqual(await cli.json('mail', 'retry', '--all', '--tenant', 'default'), {
      tenant: 'default',
      due: 0,
    });
    const { stdout } = await cli.run('mail', 'retry', '--all', '--tenant', slug);
    assert.equal(stdout, '2 messages are due now.\n');
  });

  it('does not send again what is gone', async () => {
    await world.queue({ to: 'no address' });
    const { code, stderr } = await cli.run('mail', 'retry', await newestId(), '--tenant', slug);
    assert.equal(code, 1);
    assert.match(stderr, /the message is bounced, and what it said is gone/);
  });

  it('knows the messages of the named tenant alone', async () => {
    const id = await queueWaiting();
    const { code, stderr } = await cli.run('mail', 'retry', id);
    assert.equal(code, 1);
    assert.match(stderr, /of tenant default not found/);
  });
});
