import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { parseConfig } from '../config/parse-config.ts';
import { readEnv } from '../config/read-env.ts';
import { LOOPBACK_CERTIFICATE } from '../testing/loopback-certificate.ts';
import {
  startTestMailServer,
  type TestMailServer,
  type TestMailServerOptions,
} from '../testing/mail.ts';
import { pollUntil } from '../testing/poll.ts';
import type { MailToSend, SendResult } from './mail-transport.ts';
import { createSmtpTransport, type SmtpTransport } from './smtp-transport.ts';

const MAIL: MailToSend = {
  id: '0190a0a0-0000-7000-8000-000000000001',
  name: 'sign_in_code',
  recipient: 'bob@acme.example',
  createdAt: new Date('2026-11-26T10:00:00Z'),
  content: { from: 'Acme', subject: 'A subject', text: 'Hello', html: '<p>Hello</p>' },
};

describe('the SMTP transport', () => {
  const closers: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });

  async function start(
    options: TestMailServerOptions = {},
    env: Record<string, string> = {},
  ): Promise<{ server: TestMailServer; transport: SmtpTransport }> {
    const server = await startTestMailServer(options);
    const { config, secrets } = parseConfig(readEnv({ ...server.env, ...env }));
    assert.ok(secrets.smtp);
    const transport = createSmtpTransport({ server: secrets.smtp, from: config.mail.from });
    closers.push(() => transport.close(), server.stop);
    return { server, transport };
  }

  const send = (transport: SmtpTransport, mail: Partial<MailToSend> = {}) =>
    transport.send({ ...MAIL, ...mail }, AbortSignal.timeout(10_000));

  /** Without the cause, which is for the log. */
  function verdict(result: SendResult): unknown[] {
    if (result.outcome === 'sent') return ['sent'];
    const { problem, smtpStatus } = result.why;
    return result.outcome === 'refused'
      ? [result.status, problem, smtpStatus]
      : [result.serverAway ? 'away' : 'deferred', problem, smtpStatus];
  }

  it('sends several messages over one connection', async () => {
    const { server, transport } = await start();
    for (const recipient of ['a@acme.example', 'b@acme.example']) {
      assert.deepEqual(await send(transport, { recipient }), { outcome: 'sent' });
    }
    assert.equal(server.connections, 1);
    assert.deepEqual(
      server.received.map(({ to }) => to),
      ['a@acme.example', 'b@acme.example'],
    );
  });

  it('does not mind that the server ended a connection that was idle', async () => {
    const { server, transport } = await start();
    await send(transport);
    await server.stop();
    await server.start();
    assert.deepEqual(await send(transport), { outcome: 'sent' });
  });

  for (const [status, expected] of [
    [550, ['bounced', 'recipient_refused', 550]],
    [553, ['bounced', 'recipient_refused', 553]],
    [421, ['away', 'deferred', 421]],
    [450, ['deferred', 'deferred', 450]],
    [503, ['deferred', 'deferred', 503]],
  ] as const) {
    it(`takes ${status} at RCPT for what it is`, async () => {
      const { server, transport } = await start();
      server.refuse(MAIL.recipient, { status });
      assert.deepEqual(verdict(await send(transport)), expected);
    });
  }

  for (const [command, status, expected] of [
    ['MAIL', 550, ['away', 'sender_refused', 550]],
    ['MAIL', 451, ['deferred', 'deferred', 451]],
    ['DATA', 554, ['failed', 'message_refused', 554]],
    ['DATA', 452, ['deferred', 'deferred', 452]],
    ['DATA', 0, ['away', 'unreachable', undefined]],
  ] as const) {
    it(`takes ${status === 0 ? 'the end of the connection' : status} at ${command} for what it is`, async () => {
      const { server, transport } = await start();
      server.refuseAll(command, status);
      assert.deepEqual(verdict(await send(transport)), expected);
      assert.equal(server.received.length, 0);
    });
  }

  it('ends an attempt when it is told to', async () => {
    const gate = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    const { transport } = await start({
      beforeTaking() {
        reached.resolve();
        return gate.promise;
      },
    });
    const abort = new AbortController();
    const sending = transport.send(MAIL, abort.signal);
    await reached.promise;
    abort.abort();
    assert.deepEqual(verdict(await sending), ['away', 'unreachable', undefined]);
    gate.resolve();
  });

  it('is closed and opened again', async () => {
    const { server, transport } = await start();
    await send(transport);
    transport.close();
    await pollUntil(() => server.open === 0, { deadlineMs: 5_000 });
    assert.deepEqual(await send(transport), { outcome: 'sent' });
  });

  describe('says before anything is sent', () => {
    const { certificate } = LOOPBACK_CERTIFICATE;
    const credentials = { user: 'gatehouse', password: 'right' };

    it('that all is well', async () => {
      const { server, transport } = await start(
        { tls: 'starttls', credentials },
        { SMTP_CA: certificate },
      );
      assert.equal(await transport.probe(), undefined);
      assert.equal(server.received.length, 0);
    });

    it('that nobody answers', async () => {
      const { server, transport } = await start();
      await server.stop();
      assert.equal((await transport.probe())?.problem, 'unreachable');
    });

    it('that nobody signed the certificate', async () => {
      const { transport } = await start({ tls: 'implicit' });
      assert.equal((await transport.probe())?.problem, 'tls_failed');
    });

    it('that the password is wrong', async () => {
      const { server } = await start({ credentials });
      const url = server.env.SMTP_URL.replace('right', 'wrong');
      const { secrets } = parseConfig(readEnv({ ...server.env, SMTP_URL: url }));
      assert.ok(secrets.smtp);
      const transport = createSmtpTransport({ server: secrets.smtp, from: 'a@example.com' });
      closers.push(() => transport.close());
      const failure = await transport.probe();
      assert.deepEqual([failure?.problem, failure?.smtpStatus], ['authentication_failed', 535]);
    });
  });
});
