import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { LOOPBACK_CERTIFICATE } from '../testing/loopback-certificate.ts';
import {
  startTestMailServer,
  type TestMailServer,
  type TestMailServerOptions,
} from '../testing/mail.ts';
import { createMailWorld } from '../testing/mail-world.ts';
import { pollUntil } from '../testing/poll.ts';
import type { MailTransport } from './mail-transport.ts';

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

async function onlyRow() {
  const [row, ...others] = await world.list();
  assert.deepEqual(others, []);
  assert.ok(row);
  return row;
}

describe('a mail server', () => {
  it('that is down costs no request anything, and gets what waited once it is up', async () => {
    await server.stop();
    const delivery = world.worker(server.env);
    for (let n = 0; n < 10; n += 1) {
      await world.queue();
      delivery.kick();
    }
    await delivery.run();
    const waiting = await world.list();
    assert.ok(waiting.every(({ status }) => status === 'queued'));
    const tried = waiting.filter(({ attempts }) => attempts > 0);
    assert.equal(tried.length, 1, 'one attempt found out');
    assert.equal(tried[0]?.problem, 'unreachable');

    await server.start();
    world.advance(15);
    await delivery.run();
    assert.equal(server.received.length, 10);
  });

  it('is asked with one message when those before it have expired', async () => {
    await server.stop();
    await world.queue({ data: { code: '482913', validSeconds: 60 } });
    world.advance(60);
    for (let n = 0; n < 10; n += 1) await world.queue();
    await world.worker(server.env).run();
    const waiting = (await world.list()).filter(({ status }) => status === 'queued');
    assert.deepEqual(waiting.map(({ attempts }) => attempts).filter(Boolean), [1]);
  });

  it('is left alone for a while when it was away', async () => {
    await server.stop();
    await world.queue();
    const delivery = world.worker(server.env);
    await delivery.run();
    await server.start();
    await world.queue({ to: 'carol@acme.example' });
    world.advance(9);
    delivery.kick();
    await delivery.run();
    assert.equal(server.attempts, 0);
    world.advance(1);
    delivery.kick();
    await server.waitForMail({ to: 'carol@acme.example' });
  });

  it('that does not know our password is not knocked at again and again', async () => {
    await serveWith({ credentials: { user: 'gatehouse', password: 'right' } });
    const wrong = { ...server.env, SMTP_URL: server.env.SMTP_URL.replace('right', 'wrong') };
    const delivery = world.worker(wrong);
    for (let n = 0; n < 3; n += 1) {
      await world.queue();
      await delivery.run();
      world.advance(60);
    }
    const attempts = (await world.list()).map((mail) => [mail.attempts, mail.problem]);
    assert.deepEqual(attempts, [
      [0, undefined],
      [0, undefined],
      [1, 'authentication_failed'],
    ]);
    const right = world.worker(server.env);
    await right.run();
    assert.equal(server.received.length, 3);
  });

  it('that says nothing is given up, not waited for', async () => {
    const silent: MailTransport = {
      send: (_mail, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () =>
            resolve({ outcome: 'deferred', serverAway: true, why: { problem: 'unreachable' } }),
          );
        }),
      close: () => undefined,
    };
    await world.queue();
    const delivery = world.worker(server.env, { transport: silent, stopGraceMs: 10 });
    delivery.kick();
    await pollUntil(async () => (await onlyRow()).attempts === 1, { deadlineMs: 5_000 });
    await delivery.stop();
    const { status, problem } = await onlyRow();
    assert.deepEqual([status, problem], ['queued', 'unreachable']);
  });
});

describe('the connection to a mail server', () => {
  for (const tls of ['starttls', 'implicit'] as const) {
    it(`is refused with a certificate that nobody signed (${tls})`, async () => {
      await serveWith({ tls });
      await world.queue();
      await world.worker(server.env).run();
      assert.equal(server.attempts, 0);
      const { status, problem } = await onlyRow();
      assert.deepEqual([status, problem], ['queued', 'tls_failed']);
    });

    it(`is made when SMTP_CA signed it (${tls})`, async () => {
      await serveWith({ tls });
      await world.queue();
      await world.worker({ ...server.env, SMTP_CA: LOOPBACK_CERTIFICATE.certificate }).run();
      await server.waitForMail({ to: BOB });
    });
  }

  it('is not made without STARTTLS where that is required', async () => {
    await world.queue();
    const env = { ...server.env, SMTP_URL: `${server.env.SMTP_URL}?starttls=required` };
    await world.worker(env).run();
    assert.equal(server.attempts, 0);
    assert.equal((await onlyRow()).problem, 'tls_failed');
  });

  it('carries user and password', async () => {
    await serveWith({ credentials: { user: 'gate@house', password: 'p@ss:w/rd' } });
    await world.queue();
    await world.worker(server.env).run();
    await server.waitForMail({ to: BOB });
  });
});
