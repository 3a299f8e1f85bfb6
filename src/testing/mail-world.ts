import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import type { AuditEvent } from '../audit/audit-event.ts';
import { parseConfig } from '../config/parse-config.ts';
import { readEnv } from '../config/read-env.ts';
import { createSealer, sealingKey } from '../crypto/sealing.ts';
import { createMailDelivery, type MailDeliveryDeps } from '../mail/deliver-mail.ts';
import type { OutgoingMail } from '../mail/mail.ts';
import { type MailOutcome, queueMail } from '../mail/queue-mail.ts';
import type { MailTenant } from '../mail/render-mail.ts';
import { createSmtpTransport } from '../mail/smtp-transport.ts';
import { createPostgresMailOutbox } from '../storage/postgres/mail-outbox.ts';
import { createUuidV7 } from '../storage/postgres/uuid-v7.ts';
import { DEFAULT_TENANT_SETTINGS } from '../tenants/tenant.ts';
import { insertTenant } from './fixtures.ts';
import { createRecordingLogger } from './recording-logger.ts';

/** A message with a code, to Bob. */
export const CODE_MAIL: OutgoingMail = {
  kind: 'sign_in_code',
  to: 'bob@acme.example',
  locale: 'en',
  accountId: 'sub-bob',
  data: { code: '482913', validSeconds: 600 },
};

/**
 * One tenant and its outbox: a real store, a clock that the test sets, and a list of what was
 * counted.
 */
export async function createMailWorld(db: Knex, options: { tenantName?: string } = {}) {
  const { tenantName: name = 'Acme' } = options;
  const tenant: MailTenant = {
    id: await insertTenant(db, { name }),
    name,
    settings: DEFAULT_TENANT_SETTINGS,
  };
  const clock = { now: new Date('2026-11-26T10:00:00Z') };
  const counted: string[] = [];
  const sealer = createSealer([sealingKey(randomBytes(32))]);
  const deps = {
    outbox: createPostgresMailOutbox(db),
    sealer,
    newId: createUuidV7(),
    now: () => clock.now,
    count: (name: string, outcome: MailOutcome) => void counted.push(`${name} ${outcome}`),
    onQueued: () => undefined,
  };
  const logger = createRecordingLogger();
  const audited: AuditEvent[] = [];
  const closers: (() => Promise<void>)[] = [];
  return {
    tenant,
    clock,
    counted,
    audited,
    logger,
    deps,
    /** Moves the clock. */
    advance(seconds: number) {
      clock.now = new Date(clock.now.getTime() + seconds * 1000);
    },
    queue: (mail: Partial<OutgoingMail> = {}) =>
      queueMail(deps, tenant, { ...CODE_MAIL, ...mail } as OutgoingMail),
    /**
     * Another replica's worker over the same outbox, that sends to an address like SMTP_URL.
     *
     * @param parts - in the place of its own
     */
    worker(env: Readonly<Record<string, string>>, parts: Partial<MailDeliveryDeps> = {}) {
      const { config, secrets } = parseConfig(readEnv({ ...env }));
      if (secrets.smtp === undefined) throw new Error('an SMTP_URL was expected');
      const transport = createSmtpTransport({ server: secrets.smtp, from: config.mail.from });
      const { outbox, now, count } = deps;
      const random = () => 0.5;
      const delivery = createMailDelivery({
        outbox,
        sealer,
        transport,
        now,
        count,
        random,
        logger,
        audit: { record: async (event) => void audited.push(event) },
        ...parts,
      });
      closers.push(async () => {
        await delivery.stop();
        transport.close();
      });
      return delivery;
    },
    /** Stops the workers. */
    async close() {
      for (const close of closers) await close();
    },
    /** What became of the tenant's messages, newest first. */
    list: () => deps.outbox.list({ tenantId: tenant.id, limit: 100 }),
  };
}
