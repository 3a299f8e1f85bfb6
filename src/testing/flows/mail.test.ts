import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { cliContext } from '../../compose-cli.ts';
import { createTestCli } from '../cli.ts';
import { demoParty, visitor } from '../demo-clients.ts';
import { startDeployment, type TestDeployment } from '../gatehouse.ts';
import { linkIn } from '../mail.ts';
import type { PlainPage } from '../plain-browser.ts';
import { pollUntil } from '../poll.ts';
import { silentLogger } from '../silent-logger.ts';

const ALICE_MAIL = 'alice@example.com';
const NEW_PASSWORD = 'the-new-password-of-alice-1987';

describe('mail, end to end', () => {
  let deployment: TestDeployment;
  before(async () => {
    deployment = await startDeployment({ mail: true, replicas: 2 });
  });
  afterEach(() => deployment.mail.start());
  after(() => deployment.stop());

  /** Asks for a link to set a new password, as somebody who forgot theirs. */
  async function forget(identifier: string): Promise<PlainPage> {
    const party = await demoParty(deployment, 'notes-web');
    const browser = visitor(deployment);
    const page = await browser.open((await party.begin()).url.href);
    const asked = await browser.submit(page, { way: 'recover' }, { action: '/way' });
    return browser.submit(asked, { identifier }, { action: '/recover' });
  }

  async function metric(name: string): Promise<string[]> {
    const pages = deployment.replicas.map(({ gatehouse }) => gatehouse.metrics.render());
    return (await Promise.all(pages))
      .flatMap((page) => page.split('\n'))
      .filter((line) => line.startsWith(name));
  }

  it('reaches a person at once, and what it brings works', async () => {
    await forget('alice');
    const mail = await deployment.mail.waitForMail({ to: ALICE_MAIL, kind: 'reset_password_link' });
    const browser = visitor(deployment);
    const page = await browser.open(linkIn(mail));
    const done = await browser.submit(page, {
      password: NEW_PASSWORD,
      password_again: NEW_PASSWORD,
    });
    assert.equal(done.status, 200, done.text);
    await deployment.mail.waitForMail({
      to: ALICE_MAIL,
      kind: 'security_notice.password_changed',
    });
    await pollUntil(
      async () =>
        (await metric('email_events_total')).some((line) =>
          line.startsWith('email_events_total{kind="reset_password_link",outcome="sent"} 1'),
        ),
      { deadlineMs: 5_000 },
    );
  });

  it('waits while the mail server is down, and no page notices', async () => {
    const { outbox } = deployment.backends.mail;
    await pollUntil(async () => (await outbox.backlog()).queued === 0, { deadlineMs: 10_000 });
    await deployment.mail.stop();
    const { status } = await forget('bob');
    assert.equal(status, 200);
    const waiting = await pollUntil(
      async () => {
        const [mail] = await outbox.list({ tenantId: undefined, limit: 1 });
        return mail?.problem === 'unreachable' && mail;
      },
      { deadlineMs: 10_000 },
    );
    assert.equal(waiting.status, 'queued');
    assert.match(
      (await metric('email_outbox{measure="queued"}')).join('\n'),
      /email_outbox\{measure="queued"\} 1/,
    );
    await deployment.mail.start();
    const cli = createTestCli(deployment);
    assert.deepEqual(await cli.json('mail', 'retry', waiting.id), { tenant: 'default', due: 1 });
    const late = await pollUntil(
      async () => {
        const [listed] = await cli.json('mail', 'list', '--status', 'sent', '--limit', '1');
        return listed?.id === waiting.id && listed;
      },
      { deadlineMs: 40_000, everyMs: 200 },
    );
    assert.equal(late.to, 'bob@example.com');
  });

  it('that a command queued is sent by a replica', async () => {
    const { backends, publicUrl } = deployment;
    const context = cliContext({
      backends,
      publicUrl,
      logger: silentLogger,
      now: () => new Date(),
    });
    const tenant = await backends.tenants.findBySlug('default');
    assert.ok(tenant && context.mailEnabled);
    await context.queueMail(tenant, {
      kind: 'invitation',
      to: 'carol@example.com',
      locale: undefined,
      data: { link: `${publicUrl}/x`, validSeconds: 3600 },
    });
    const sent = await pollUntil(
      () => deployment.mail.received.find(({ to }) => to === 'carol@example.com'),
      { deadlineMs: 40_000, everyMs: 200 },
    );
    assert.equal(sent.kind, 'invitation');
  });
});
