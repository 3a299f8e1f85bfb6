import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { StorageUnavailableError } from '../errors.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import {
  codeIn,
  startTestMailServer,
  TEST_MAIL_FROM,
  type TestMailServer,
  type TestMailServerOptions,
} from '../testing/mail.ts';
import { createMailWorld } from '../testing/mail-world.ts';
import { pollUntil } from '../testing/poll.ts';
import { CONCURRENT_SENDS, LEASE_MS } from './deliver-mail.ts';
import type { MailOutbox } from './mail-outbox.ts';

const BOB = 'bob@acme.example';

let database: TestDatabase;
let world: Awaited<ReturnType<typeof createMailWorld>>;
let server: TestMailServer;

before(async () => {
  database = await createTestDatabase();
});

/** An empty outbox for each test: a worker serves all of it. */
beforeEach(async () => {
  await database.db('mail_outbox').delete();
  world = await createMailWorld(database.db);
  server = await startTestMailServer();
});

afterEach(async () => {
  await world.close();
  await server.stop();
});

after(() => database.drop());

/** In the place of the server that every test has. */
async function serveWith(options: TestMailServerOptions): Promise<void> {
  await server.stop();
  server = await startTestMailServer(options);
}

const contents = async () =>
  (await database.db('mail_outbox').select('sealed_content')).map((row) => row.sealed_content);

async function onlyRow() {
  const [row, ...others] = await world.list();
  assert.deepEqual(others, []);
  assert.ok(row);
  return row;
}

describe('a queued message', () => {
  it('reaches its person as text and HTML, from the tenant, and is wiped', async () => {
    await world.queue();
    await world.worker(server.env).run();
    const mail = await server.waitForMail({ to: BOB, kind: 'sign_in_code' });
    assert.equal(codeIn(mail), '482913');
    assert.equal(mail.subject, 'Your code to sign in to Acme');
    assert.match(mail.html, />482913<\/p>/);
    assert.match(mail.source, new RegExp(`^From: Acme <${TEST_MAIL_FROM}>\r$`, 'm'));
    assert.match(mail.source, /^To: bob@acme\.example\r$/m);
    assert.match(mail.source, /^Auto-Submitted: auto-generated\r$/m);
    assert.match(mail.source, /^Date: Thu, 26 Nov 2026 10:00:00 \+0000\r$/m);
    assert.doesNotMatch(mail.source, /^X-Mailer:/im);

    const { id, status, attempts, sentAt } = await onlyRow();
    assert.equal(mail.messageId, `<${id}@login.example.test>`);
    assert.deepEqual([status, attempts, sentAt], ['sent', 1, world.clock.now]);
    assert.deepEqual(await contents(), [null]);
    assert.deepEqual(world.counted, ['sign_in_code queued', 'sign_in_code sent']);
    assert.deepEqual(world.audited, []);
  });

  it('is sent at once when delivery is told', async () => {
    const delivery = world.worker(server.env);
    delivery.kick();
    await world.queue();
    delivery.kick();
    await server.waitForMail({ to: BOB });
  });

  it('is not forgotten when it comes while delivery looks for the last time', async () => {
    let looks = 0;
    let queueNow = async () => {};
    const { claim, settle } = world.deps.outbox;
    const outbox: Pick<MailOutbox, 'claim' | 'settle'> = {
      settle,
      async claim(options) {
        const found = await claim(options);
        looks += 1;
        if (looks === 1) await queueNow();
        return found;
      },
    };
    const delivery = world.worker(server.env, { outbox });
    queueNow = async () => {
      await world.queue();
      delivery.kick();
    };
    delivery.kick();
    await server.waitForMail({ to: BOB });
  });

  it('for nobody is sent to nobody', async () => {
    await world.queue({ decoy: true });
    await world.worker(server.env).run();
    assert.equal(server.attempts, 0);
  });

  it('is sent once, whatever the number of replicas that work at once', async () => {
    for (let n = 0; n < 20; n += 1) await world.queue({ to: `p${n}@acme.example` });
    const replicas = [1, 2, 3].map(() => world.worker(server.env));
    await Promise.all(replicas.map((replica) => replica.run()));
    const received = server.received.map(({ to }) => to).sort();
    assert.deepEqual(received, [...new Set(received)]);
    assert.equal(received.length, 20);
    assert.equal(server.attempts, 20);
  });

  it('goes out with a few others at a time, and no more than that', async () => {
    const gate = Promise.withResolvers<void>();
    let held = 0;
    await serveWith({
      async beforeTaking() {
        // The first shows that the server is well.
        if (server.received.length === 0) return;
        held += 1;
        await gate.promise;
      },
    });
    for (let n = 0; n < 12; n += 1) await world.queue();
    const run = world.worker(server.env).run();
    await pollUntil(() => held >= CONCURRENT_SENDS, { deadlineMs: 5_000 });
    const claimed = await database.db('mail_outbox').whereNotNull('claimed_until');
    assert.equal(claimed.length, CONCURRENT_SENDS);
    gate.resolve();
    await run;
    assert.equal(server.received.length, 12);
    assert.equal(held, 11);
  });
});

describe('what the server refuses', () => {
  it('for good is bounced, wiped and told, and never tried again', async () => {
    server.refuse(BOB, { status: 550 });
    await world.queue();
    const delivery = world.worker(server.env);
    await delivery.run();
    const { id, status, problem } = await onlyRow();
    assert.deepEqual([status, problem], ['bounced', 'recipient_refused']);
    assert.deepEqual(await contents(), [null]);
    assert.deepEqual(world.counted, ['sign_in_code queued', 'sign_in_code bounced']);
    assert.deepEqual(world.audited, [
      {
        kind: 'mail.bounced',
        tenantId: world.tenant.id,
        outcome: 'failure',
        actor: { type: 'system' },
        subject: { type: 'account', id: 'sub-bob' },
        detail: { mail: id, mail_kind: 'sign_in_code', problem: 'recipient_refused' },
      },
    ]);
    world.advance(3600);
    await delivery.run();
    assert.equal(server.attempts, 1);
  });

  it('for now is tried again, ever more seldom, until it is taken', async () => {
    server.refuse(BOB, { status: 451, times: 3 });
    await world.queue();
    const delivery = world.worker(server.env);
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      await delivery.run();
      const { status, problem, nextAttemptAt } = await onlyRow();
      assert.deepEqual([status, problem], ['queued', 'deferred']);
      const wait = (Number(nextAttemptAt) - Number(world.clock.now)) / 1000;
      waits.push(wait);
      world.advance(wait - 1);
      await delivery.run();
      assert.equal(server.attempts, attempt, 'not before its time');
      world.advance(1);
    }
    assert.deepEqual(waits, [15, 30, 60]);
    await delivery.run();
    assert.equal(codeIn(await server.waitForMail({ to: BOB })), '482913');
    assert.equal((await onlyRow()).attempts, 4);
    assert.deepEqual(world.counted.slice(-2), ['sign_in_code deferred', 'sign_in_code sent']);
  });

  it('for one person keeps nobody else’s from being sent', async () => {
    server.refuse(BOB, { status: 451 });
    await world.queue();
    await world.queue({ to: 'carol@acme.example' });
    await world.worker(server.env).run();
    await server.waitForMail({ to: 'carol@acme.example' });
  });
});

describe('a message that is of no use any more', () => {
  it('is given up when its next attempt would come too late', async () => {
    server.refuse(BOB, { status: 451 });
    await world.queue({ data: { code: '482913', validSeconds: 60 } });
    const delivery = world.worker(server.env);
    for (let n = 0; n < 10; n += 1) {
      await delivery.run();
      world.advance(15);
    }
    const { status, problem, attempts } = await onlyRow();
    assert.deepEqual([status, problem, attempts], ['failed', 'deferred', 3]);
    assert.deepEqual(await contents(), [null]);
    assert.equal(world.audited[0]?.kind, 'mail.failed');
    assert.equal(world.counted.at(-1), 'sign_in_code failed');
  });

  it('is not sent after its code has expired', async () => {
    await world.queue({ data: { code: '482913', validSeconds: 600 } });
    world.advance(600);
    await world.worker(server.env).run();
    assert.equal(server.attempts, 0);
    const { status, problem } = await onlyRow();
    assert.deepEqual([status, problem], ['failed', 'expired']);
    assert.deepEqual(await contents(), [null]);
  });
});

describe('a replica', () => {
  it('that was killed while it sent leaves the message to the next one', async () => {
    await world.queue();
    const { outbox } = world.deps;
    const until = new Date(world.clock.now.getTime() + LEASE_MS);
    await outbox.claim({ now: world.clock.now, until, limit: 1 });
    const next = world.worker(server.env);
    await next.run();
    assert.equal(server.attempts, 0, 'it may still be alive');
    world.advance(LEASE_MS / 1000);
    await next.run();
    await server.waitForMail({ to: BOB });
    assert.equal((await onlyRow()).attempts, 2);
  });

  it('that was killed after it sent has a second copy sent under the same Message-ID', async () => {
    await world.queue();
    const killed = Promise.withResolvers<boolean>();
    const { claim } = world.deps.outbox;
    world.worker(server.env, { outbox: { claim, settle: () => killed.promise } }).kick();
    const first = await server.waitForMail({ to: BOB });
    world.advance(LEASE_MS / 1000);
    await world.worker(server.env, { outbox: world.deps.outbox }).run();
    const second = await server.waitForMail({ to: BOB });
    assert.equal(second.messageId, first.messageId);
    killed.resolve(false);
  });

  it('that lost the database after it sent writes that down later, and sends nothing twice', async () => {
    await world.queue();
    const { claim, settle } = world.deps.outbox;
    let away = true;
    const outbox: Pick<MailOutbox, 'claim' | 'settle'> = {
      claim,
      async settle(...parameters) {
        if (away) throw new StorageUnavailableError('postgres');
        return settle(...parameters);
      },
    };
    const delivery = world.worker(server.env, { outbox });
    await assert.rejects(async () => delivery.run(), { code: 'storage_unavailable' });
    assert.equal((await onlyRow()).status, 'queued');
    away = false;
    await delivery.run();
    assert.equal((await onlyRow()).status, 'sent');
    world.advance(LEASE_MS / 1000);
    await delivery.run();
    assert.equal(server.received.length, 1);
  });

  it('that stops finishes what it is sending, and begins nothing', async () => {
    const gate = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    await serveWith({
      async beforeTaking() {
        reached.resolve();
        await gate.promise;
      },
    });
    await world.queue();
    await world.queue({ to: 'carol@acme.example' });
    const delivery = world.worker(server.env);
    delivery.kick();
    await reached.promise;
    const stopped = delivery.stop();
    gate.resolve();
    await stopped;
    delivery.kick();
    await delivery.run();
    const statuses = (await world.list()).map(({ status }) => status);
    assert.deepEqual(statuses, ['queued', 'sent']);
  });

  it('without the key leaves the message to one that has it', async () => {
    await world.queue();
    const stranger = await createMailWorld(database.db);
    await stranger.worker(server.env, { now: world.deps.now }).run();
    await stranger.close();
    assert.equal(server.attempts, 0);
    const { status, problem } = await onlyRow();
    assert.deepEqual([status, problem], ['queued', 'unreadable']);
    world.advance(15);
    await world.worker(server.env).run();
    await server.waitForMail({ to: BOB });
  });
});

describe('what is sent', () => {
  it('arrives in every script, and a header ends where it ends', async () => {
    const name = 'متجر\r\nBcc: eve@evil.example\r\n\r\n<b>"Ω", é';
    const foreign = await createMailWorld(database.db, { tenantName: name });
    await foreign.queue({ to: '用户@例子.example', name: 'ليلى' });
    await foreign.worker(server.env).run();
    await foreign.close();
    const mail = await server.waitForMail({ to: '用户@例子.example' });
    const [head = ''] = mail.source.split('\r\n\r\n');
    assert.doesNotMatch(head, /^bcc:/im);
    assert.match(mail.subject, /\u2068متجر Bcc: eve@evil\.example <b>"Ω", é\u2069$/);
    assert.match(mail.text, /^Hello \u2068ليلى\u2069,$/m);
    assert.doesNotMatch(mail.html, /<b>/);
    assert.equal(server.received.length, 1);
  });

  it('is in no log, whatever happens to it', async () => {
    await world.queue();
    server.refuse(BOB, { status: 451, times: 1 });
    server.refuse('carol@acme.example', { status: 550 });
    await world.queue({ to: 'carol@acme.example' });
    const delivery = world.worker(server.env);
    await delivery.run();
    world.advance(15);
    await server.stop();
    await delivery.run();
    const log = world.logger.text();
    assert.match(log, /"problem":"deferred"/);
    assert.match(log, /"smtp_status":451/);
    assert.match(log, /"problem":"recipient_refused"/);
    assert.match(log, /"problem":"unreachable"/);
    assert.doesNotMatch(log, /482913|bob@|carol@|acme\.example/);
  });
});
