import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import { createSealer, sealingKey } from '../crypto/sealing.ts';
import type { OutgoingMail } from '../mail/mail.ts';
import { type MailOutcome, queueMail } from '../mail/queue-mail.ts';
import type { MailTenant } from '../mail/render-mail.ts';
import { createPostgresMailOutbox } from '../storage/postgres/mail-outbox.ts';
import { createUuidV7 } from '../storage/postgres/uuid-v7.ts';
import { DEFAULT_TENANT_SETTINGS } from '../tenants/tenant.ts';
import { insertTenant } from './fixtures.ts';

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
export async function createMailWorld(db: Knex) {
  const tenant: MailTenant = {
    id: await insertTenant(db, { name: 'Acme' }),
    name: 'Acme',
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
  return {
    tenant,
    clock,
    counted,
    deps,
    /** Moves the clock. */
    advance(seconds: number) {
      clock.now = new Date(clock.now.getTime() + seconds * 1000);
    },
    queue: (mail: Partial<OutgoingMail> = {}) =>
      queueMail(deps, tenant, { ...CODE_MAIL, ...mail } as OutgoingMail),
    /** What became of the tenant's messages, newest first. */
    list: () => deps.outbox.list({ tenantId: tenant.id, limit: 100 }),
  };
}
