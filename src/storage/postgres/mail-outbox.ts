import type { Knex } from 'knex';
import type { ListedMail, MailOutbox, MailProblem, MailStatus } from '../../mail/mail-outbox.ts';
import { type Binding, isStorable, isUuid, query, queryOne } from './query.ts';

/** Messages on one page of a list. */
const MAX_PAGE = 1_000;
/** Where `backlog` stops counting: it must be cheap when there is most to count. */
const BACKLOG_LIMIT = 10_000;

interface ClaimedRow {
  tenant_id: string;
  id: string;
  kind: string;
  account_id: string | null;
  recipient: string;
  attempts: number;
  sealed_content: string;
  created_at: Date;
  give_up_at: Date;
}

interface ListedRow {
  tenant_id: string;
  id: string;
  kind: string;
  account_id: string | null;
  language: string;
  recipient: string;
  status: MailStatus;
  attempts: number;
  error: MailProblem | null;
  created_at: Date;
  sent_at: Date | null;
  next_attempt_at: Date | null;
}

const LISTED = `m.tenant_id, m.id, m.kind, m.account_id, m.language, m.recipient, m.status,
  m.attempts, m.error, m.created_at, m.sent_at, m.next_attempt_at`;

/** The mail outbox in PostgreSQL. */
export function createPostgresMailOutbox(db: Knex): MailOutbox {
  return {
    async add(tenantId, mail) {
      await query(
        db,
        `insert into mail_outbox (tenant_id, id, kind, account_id, language, recipient, status,
                                  error, next_attempt_at, give_up_at, sealed_content, created_at,
                                  expires_at)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        [
          tenantId,
          mail.id,
          mail.name,
          mail.accountId ?? null,
          mail.language,
          mail.recipient,
          mail.status,
          mail.problem ?? null,
          mail.status === 'queued' ? mail.createdAt : null,
          mail.giveUpAt,
          mail.sealedContent ?? null,
          mail.createdAt,
          mail.expiresAt,
        ],
      );
    },

    async claim({ now, until, limit }) {
      // Those that another replica is about to claim are left to it. Materialized: the limit must
      // be applied once, whatever the plan.
      const rows = await query<ClaimedRow>(
        db,
        `with due as materialized (
           select tenant_id, id from mail_outbox
            where next_attempt_at <= ?
            order by next_attempt_at limit ? for update skip locked)
         update mail_outbox m
            set attempts = attempts + 1, next_attempt_at = ?, claimed_until = ?
           from due
          where m.tenant_id = due.tenant_id and m.id = due.id
         returning m.tenant_id, m.id, m.kind, m.account_id, m.recipient, m.attempts,
                   m.sealed_content, m.created_at, m.give_up_at`,
        [now, limit, until, until],
      );
      return rows.map((row) => ({
        tenantId: row.tenant_id,
        id: row.id,
        name: row.kind,
        accountId: row.account_id ?? undefined,
        recipient: row.recipient,
        attempt: row.attempts,
        sealedContent: row.sealed_content,
        createdAt: row.created_at,
        giveUpAt: row.give_up_at,
      }));
    },

    async settle(tenantId, id, attempt, settlement, now) {
      const { status } = settlement;
      const settled = await query(
        db,
        `update mail_outbox
            set status = ?, error = ?, next_attempt_at = ?, sent_at = ?, claimed_until = null,
                sealed_content = case when ? then sealed_content end
          where tenant_id = ? and id = ? and attempts = ? and claimed_until is not null
         returning 1`,
        [
          status,
          status === 'sent' ? null : settlement.problem,
          status === 'queued' ? settlement.nextAttemptAt : null,
          status === 'sent' ? now : null,
          status === 'queued',
          tenantId,
          id,
          attempt,
        ],
      );
      return settled.length > 0;
    },

    async list({ tenantId, status, before, limit }) {
      if (before !== undefined && !isUuid(before)) return [];
      const conditions = [`m.status <> 'decoy'`];
      const bindings: Binding[] = [];
      const only = (condition: string, value: Binding | undefined) => {
        if (value === undefined) return;
        conditions.push(condition);
        bindings.push(value);
      };
      only('m.status = ?', status);
      only('m.id < ?', before);
      const page = Math.min(limit, MAX_PAGE);
      // The primary key gives each tenant's newest in order; there is no other index to keep.
      const rows = await query<ListedRow>(
        db,
        `select newest.* from tenants t
          cross join lateral (
            select ${LISTED} from mail_outbox m
             where m.tenant_id = t.id and ${conditions.join(' and ')}
             order by m.id desc limit ?) newest
          ${tenantId === undefined ? '' : 'where t.id = ?'}
          order by newest.id desc limit ?`,
        [...bindings, page, ...(tenantId === undefined ? [] : [tenantId]), page],
      );
      return rows.map(toListed);
    },

    async listOfAccount(tenantId, accountId, limit) {
      if (!isStorable(accountId)) return [];
      const rows = await query<ListedRow>(
        db,
        `select ${LISTED} from mail_outbox m
          where m.tenant_id = ? and m.account_id = ? and m.status <> 'decoy'
          order by m.id desc limit ?`,
        [tenantId, accountId, Math.min(limit, MAX_PAGE)],
      );
      return rows.map(toListed);
    },

    async find(tenantId, id) {
      if (!isUuid(id)) return undefined;
      const row = await queryOne<ListedRow>(
        db,
        `select ${LISTED} from mail_outbox m
          where m.tenant_id = ? and m.id = ? and m.status <> 'decoy'`,
        [tenantId, id],
      );
      return row && toListed(row);
    },

    async makeDue({ tenantId, id }, now) {
      if (id !== undefined && !isUuid(id)) return 0;
      const conditions = ['next_attempt_at > ?', 'claimed_until is null'];
      const bindings: Binding[] = [now, now];
      for (const [column, value] of [
        ['tenant_id', tenantId],
        ['id', id],
      ] as const) {
        if (value === undefined) continue;
        conditions.push(`${column} = ?`);
        bindings.push(value);
      }
      const due = await query(
        db,
        `update mail_outbox set next_attempt_at = ?
          where ${conditions.join(' and ')} returning 1`,
        bindings,
      );
      return due.length;
    },

    async forgetAccount(tenantId, accountId) {
      if (!isStorable(accountId)) return;
      await query(db, 'delete from mail_outbox where tenant_id = ? and account_id = ?', [
        tenantId,
        accountId,
      ]);
    },

    async backlog() {
      const row = await queryOne<{ queued: string; oldest: Date | null }>(
        db,
        `select count(*) as queued, min(created_at) as oldest
           from (select created_at from mail_outbox
                  where next_attempt_at is not null
                  order by next_attempt_at limit ?) waiting`,
        [BACKLOG_LIMIT],
      );
      return { queued: Number(row?.queued ?? 0), oldest: row?.oldest ?? undefined };
    },
  };
}

function toListed(row: ListedRow): ListedMail {
  return {
    tenantId: row.tenant_id,
    id: row.id,
    name: row.kind,
    accountId: row.account_id ?? undefined,
    language: row.language,
    recipient: row.recipient,
    status: row.status,
    attempts: row.attempts,
    problem: row.error ?? undefined,
    createdAt: row.created_at,
    sentAt: row.sent_at ?? undefined,
    nextAttemptAt: row.next_attempt_at ?? undefined,
  };
}
