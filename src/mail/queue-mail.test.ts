import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { StorageUnavailableError } from '../errors.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { CODE_MAIL, createMailWorld } from '../testing/mail-world.ts';
import { accessesDuring } from '../testing/statement-plan.ts';
import { openMail } from './mail-content.ts';
import { queueMail } from './queue-mail.ts';

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;

describe('queueMail', () => {
  let database: TestDatabase;
  let world: Awaited<ReturnType<typeof createMailWorld>>;
  before(async () => {
    database = await createTestDatabase();
  });
  beforeEach(async () => {
    world = await createMailWorld(database.db);
  });
  after(() => database.drop());

  const rows = () => database.db('mail_outbox').where({ tenant_id: world.tenant.id });

  it('stores a message for its person, in their language', async () => {
    await world.queue({ locale: 'en-AU' });
    const [row] = await world.list();
    assert.deepEqual(row, {
      tenantId: world.tenant.id,
      id: row?.id,
      name: 'sign_in_code',
      accountId: 'sub-bob',
      language: 'en',
      recipient: 'bob@acme.example',
      status: 'queued',
      attempts: 0,
      problem: undefined,
      createdAt: world.clock.now,
      sentAt: undefined,
      nextAttemptAt: world.clock.now,
    });
    assert.deepEqual(world.counted, ['sign_in_code queued']);
  });

  it('seals what it says, for its own row alone', async () => {
    await world.queue();
    await world.queue();
    const [first, second] = await rows();
    assert.ok(!JSON.stringify([first, second]).includes('482913'));
    const { tenant, deps } = world;
    const opened = openMail(deps.sealer, tenant.id, first.id, first.sealed_content);
    assert.match(opened.text, /482913/);
    const elsewhere = [
      [tenant.id, second.id],
      ['another-tenant', first.id],
    ] as const;
    for (const [tenantId, id] of elsewhere) {
      assert.throws(() => openMail(deps.sealer, tenantId, id, first.sealed_content), {
        code: 'seal_broken',
      });
    }
  });

  it('is one insert', async () => {
    const { statements } = await accessesDuring(database.db, () => world.queue());
    assert.equal(statements, 1);
  });

  it('tells delivery once the message is stored, and not when it could not be', async () => {
    const told: number[] = [];
    const deps = { ...world.deps, onQueued: () => void told.push(1) };
    const outbox = {
      add: async () => {
        throw new StorageUnavailableError('postgres');
      },
    };
    await assert.rejects(queueMail({ ...deps, outbox }, world.tenant, CODE_MAIL), {
      code: 'storage_unavailable',
    });
    assert.deepEqual([told, world.counted], [[], []]);
    await queueMail(deps, world.tenant, CODE_MAIL);
    assert.deepEqual(told, [1]);
  });

  it('gives a message up with what it brings, and any other after a day', async () => {
    await world.queue({ data: { code: '482913', validSeconds: 600 } });
    await world.queue({ data: { code: '482913', validSeconds: 30 * 86_400 } });
    await world.queue({
      kind: 'security_notice',
      data: { event: 'password_changed', at: new Date() },
    });
    const found = await rows().orderBy('id').select('give_up_at', 'expires_at');
    const after = (at: Date) => at.getTime() - world.clock.now.getTime();
    assert.deepEqual(
      found.map((row) => after(row.give_up_at)),
      [600_000, DAY_MS, DAY_MS],
    );
    assert.ok(found.every((row) => after(row.expires_at) === 30 * DAY_MS));
  });

  it('keeps the address of a deleted account no longer than the last message needs', async () => {
    const data = { event: 'account_deleted', at: new Date() } as const;
    await world.queue({ kind: 'security_notice', data });
    const [row] = await rows();
    assert.equal(row.expires_at.getTime() - world.clock.now.getTime(), 2 * DAY_MS);
  });

  it('records an address that is none as bounced, without what was to be said', async () => {
    await world.queue({ to: 'bob@acme.example\r\nBcc: eve@evil.example' });
    const [row] = await rows();
    assert.deepEqual(
      [row.status, row.error, row.recipient, row.sealed_content],
      ['bounced', 'address_invalid', '', null],
    );
    assert.deepEqual(world.counted, ['sign_in_code bounced']);
  });

  describe('for nobody', () => {
    it('stores a decoy of the same size, without the address, for an hour', async () => {
      await world.queue();
      await world.queue({ decoy: true });
      const [real, decoy] = await rows().orderBy('id');
      assert.deepEqual([decoy.status, decoy.recipient], ['decoy', '']);
      assert.equal(decoy.sealed_content.length, real.sealed_content.length);
      assert.equal(decoy.expires_at.getTime() - world.clock.now.getTime(), HOUR_MS);
      assert.deepEqual(world.counted, ['sign_in_code queued', 'sign_in_code decoy']);
    });

    it('sends the statement that it sends for somebody, and nothing else', async () => {
      const statements: string[] = [];
      const watch = ({ sql }: { sql: string }) => void statements.push(sql);
      database.db.on('query', watch);
      await world.queue();
      await world.queue({ decoy: true });
      await world.queue({ decoy: true, to: 'no address' });
      database.db.off('query', watch);
      assert.equal(statements.length, 3);
      assert.equal(new Set(statements).size, 1);
    });

    it('is never claimed and never listed', async () => {
      await world.queue({ decoy: true });
      const until = new Date(world.clock.now.getTime() + DAY_MS);
      const claimed = await world.deps.outbox.claim({ now: until, until, limit: 1000 });
      assert.ok(claimed.every(({ tenantId }) => tenantId !== world.tenant.id));
      assert.deepEqual(await world.list(), []);
    });
  });
});
