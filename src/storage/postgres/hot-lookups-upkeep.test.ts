import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import type { AuditLog } from '../../audit/audit-log.ts';
import type { MailOutbox } from '../../mail/mail-outbox.ts';
import type { LogoutNotificationStore } from '../../provider/logout-notification-store.ts';
import {
  type CrowdedDatabase,
  createCrowdedDatabase,
  FAR,
  LIMIT,
  testLookups,
} from '../../testing/lookups.ts';
import type { PopulatedTenant } from '../../testing/populated-tenant.ts';
import { createPostgresArtifactStore } from './artifact-store.ts';
import { createPostgresAuditLog } from './audit-log.ts';
import { createPostgresLogoutNotificationStore } from './logout-notification-store.ts';
import { createPostgresMailOutbox } from './mail-outbox.ts';
import { createRetention, type Retention } from './retention.ts';
import { createUuidV7 } from './uuid-v7.ts';

let database: CrowdedDatabase;
let tenant: PopulatedTenant;
let small: PopulatedTenant;
let audit: AuditLog;
let outbox: MailOutbox;
let logouts: LogoutNotificationStore;
let retention: Retention;
/** The newest event that has an id of ours. */
let eventId: string;

before(async () => {
  database = await createCrowdedDatabase();
  const { db } = database;
  ({ tenant, small } = database);
  audit = createPostgresAuditLog(db, { now: () => new Date() });
  outbox = createPostgresMailOutbox(db);
  logouts = createPostgresLogoutNotificationStore(db);
  retention = createRetention(db, {
    now: () => new Date(),
    artifacts: createPostgresArtifactStore(db, { now: () => new Date() }),
  });
  await audit.record({
    kind: 'seed.applied',
    tenantId: tenant.tenantId,
    outcome: 'success',
    actor: { type: 'system' },
  });
  const [event] = await audit.list({
    tenantId: tenant.tenantId,
    kinds: ['seed.applied'],
    limit: 1,
  });
  eventId = event?.id ?? '';
});

after(() => database.drop());

testLookups<AuditLog>('audit', () => database, {
  record: {
    accesses: [],
    work: () =>
      audit.record({
        kind: 'token.issued',
        tenantId: tenant.tenantId,
        outcome: 'success',
        actor: { type: 'client' },
      }),
  },
  list: {
    statements: 3,
    accesses: [
      'audit_events_tenant_id_at_id_idx: at id tenant_id',
      'audit_events_tenant_id_at_id_idx: tenant_id',
      'audit_events_tenant_id_subject_id_at_id_idx: subject_id tenant_id',
    ],
    work: async () => {
      const { tenantId } = tenant;
      const [last] = await audit.list({ tenantId, kinds: ['seed.applied'], limit: LIMIT });
      assert.ok(last);
      await audit.list({ tenantId, limit: LIMIT, before: last.id });
      await audit.list({ tenantId, limit: LIMIT, subjectId: 's1' });
    },
  },
  listOfAccount: {
    statements: 2,
    accesses: [
      'audit_events_tenant_id_actor_id_at_id_idx: actor_id at id tenant_id',
      'audit_events_tenant_id_actor_id_at_id_idx: actor_id tenant_id',
      'audit_events_tenant_id_subject_id_at_id_idx1: at id subject_id tenant_id',
      'audit_events_tenant_id_subject_id_at_id_idx1: subject_id tenant_id',
    ],
    work: async () => {
      const { tenantId } = tenant;
      await audit.listOfAccount(tenantId, 'a4', { limit: LIMIT });
      await audit.listOfAccount(tenantId, 'a4', { limit: LIMIT, before: eventId });
    },
  },
  flush: { statements: 0, accesses: [], work: () => audit.flush() },
});

testLookups<MailOutbox>('mail outbox', () => database, {
  add: {
    accesses: [],
    work: () =>
      outbox.add(tenant.tenantId, {
        id: createUuidV7()(new Date()),
        name: 'sign_in_code',
        accountId: undefined,
        language: 'en',
        recipient: 'n@n',
        status: 'queued',
        problem: undefined,
        sealedContent: 'sealed',
        createdAt: new Date(),
        giveUpAt: FAR,
        expiresAt: FAR,
      }),
  },
  claim: {
    accesses: ['mail_outbox_due: next_attempt_at', 'mail_outbox_pkey: id tenant_id'],
    work: () => outbox.claim({ now: new Date(), until: FAR, limit: LIMIT }),
  },
  settle: {
    accesses: ['mail_outbox_pkey: id tenant_id'],
    work: () => outbox.settle(tenant.tenantId, tenant.mailId, 1, { status: 'sent' }, new Date()),
  },
  list: {
    statements: 2,
    accesses: [
      'mail_outbox_pkey: id tenant_id',
      'mail_outbox_pkey: tenant_id',
      'tenants_pkey: ',
      'tenants_pkey: id',
    ],
    work: async () => {
      await outbox.list({ tenantId: tenant.tenantId, limit: LIMIT });
      await outbox.list({ tenantId: undefined, before: tenant.mailId, limit: LIMIT });
    },
  },
  listOfAccount: {
    accesses: ['mail_outbox_account: account_id tenant_id'],
    work: () => outbox.listOfAccount(tenant.tenantId, tenant.accountId, LIMIT),
  },
  find: {
    accesses: ['mail_outbox_pkey: id tenant_id'],
    work: () => outbox.find(tenant.tenantId, tenant.mailId),
  },
  makeDue: {
    accesses: ['mail_outbox_due: next_attempt_at'],
    work: () => outbox.makeDue({}, FAR),
  },
  forgetAccount: {
    accesses: ['mail_outbox_account: account_id tenant_id'],
    work: () => outbox.forgetAccount(small.tenantId, small.accountId),
  },
  backlog: { accesses: ['mail_outbox_due: '], work: () => outbox.backlog() },
});

testLookups<LogoutNotificationStore>('logout notifications', () => database, {
  add: {
    accesses: ['clients_pkey: client_id tenant_id'],
    work: () =>
      logouts.add(
        tenant.tenantId,
        [{ clientId: tenant.clientId, accountId: 'n1', sid: 'another' }],
        { now: new Date(), giveUpAt: FAR, expiresAt: FAR },
      ),
  },
  claim: {
    accesses: [
      'logout_notifications_due: next_attempt_at',
      'logout_notifications_pkey: id tenant_id',
    ],
    work: () => logouts.claim({ now: new Date(), until: FAR, limit: LIMIT }),
  },
  settle: {
    accesses: ['logout_notifications_pkey: id tenant_id'],
    work: () => logouts.settle(tenant.tenantId, tenant.logoutId, 1, { status: 'delivered' }),
  },
  countQueued: {
    accesses: ['logout_notifications_due: '],
    work: () => logouts.countQueued(),
  },
});

testLookups<Retention>('retention', () => database, {
  runOnce: {
    statements: 14,
    accesses: [
      'clients_pkey: client_id tenant_id',
      'clients_previous_secret: previous_secret_expires_at',
      'email_changes_expiry: expires_at',
      'email_changes_pkey: account_id tenant_id',
      'invitations_expiry: expires_at',
      'invitations_pkey: id tenant_id',
      'logout_notifications_expiry: expires_at',
      'logout_notifications_pkey: id tenant_id',
      'mail_outbox_expiry: expires_at',
      'mail_outbox_pkey: id tenant_id',
      'one_time_codes_expiry: expires_at',
      'one_time_codes_pkey: lookup tenant_id',
      'one_time_links_expiry: expires_at',
      'one_time_links_pkey: digest tenant_id',
      'passkey_challenges_expiry: expires_at',
      'passkey_challenges_pkey: binding tenant_id',
      'remembered_browsers_expiry: expires_at',
      'remembered_browsers_pkey: id tenant_id',
      'totp_factors_expiry: expires_at',
      'totp_factors_pkey: id tenant_id',
    ],
    work: () => retention.runOnce(),
  },
  backlog: {
    statements: 12,
    accesses: [
      'artifacts_expiry: expires_at',
      'clients_previous_secret: previous_secret_expires_at',
      'email_changes_expiry: expires_at',
      'invitations_expiry: expires_at',
      'logout_notifications_expiry: expires_at',
      'mail_outbox_expiry: expires_at',
      'one_time_codes_expiry: expires_at',
      'one_time_links_expiry: expires_at',
      'passkey_challenges_expiry: expires_at',
      'remembered_browsers_expiry: expires_at',
      'tombstones_expiry: expires_at',
      'totp_factors_expiry: expires_at',
    ],
    work: () => retention.backlog(),
  },
});
