import type { Knex } from 'knex';
import type {
  EmailChangeProgress,
  EmailChangeStore,
  PendingEmailChange,
} from '../../accounts/email-change-store.ts';
import { normalizeIdentifier } from '../../accounts/normalize-identifier.ts';
import { NotFoundError } from '../../errors.ts';
import type { TenantId } from '../../tenants/tenant.ts';
import { SQLSTATE, sqlState } from './database.ts';
import { inTransaction, isStorable, query, queryOne } from './query.ts';

interface ChangeRow {
  account_id: string;
  email: string;
  email_key: string;
  previous_email: string | null;
  previous_email_key: string | null;
  approval_digest: string | null;
  proved_at: Date | null;
  approved_at: Date | null;
  expires_at: Date;
}

/** A seed file knows an account by its username, and would make another one under the old name. */
const IS_RENAMED = `username_key = email_key and managed_by is distinct from 'seed'`;

const COLUMNS = `account_id, email, email_key, previous_email, previous_email_key, approval_digest,
  proved_at, approved_at, expires_at`;

/**
 * Changes of addresses in PostgreSQL.
 *
 * @param deps.now - the clock that they expire by
 */
export function createPostgresEmailChangeStore(
  db: Knex,
  deps: { now: () => Date },
): EmailChangeStore {
  return {
    async begin(tenantId, { accountId, email, previousEmail, approvalDigest, expiresAt }) {
      try {
        await query(
          db,
          `insert into email_changes (tenant_id, account_id, email, email_key, previous_email,
                                      previous_email_key, approval_digest, expires_at, created_at)
           values (?, ?, ?, ?, ?, ?, ?, ?, ?)
           on conflict (tenant_id, account_id)
             do update set email = excluded.email, email_key = excluded.email_key,
                           previous_email = excluded.previous_email,
                           previous_email_key = excluded.previous_email_key,
                           approval_digest = excluded.approval_digest,
                           proved_at = null, approved_at = null,
                           expires_at = excluded.expires_at, created_at = excluded.created_at`,
          [
            tenantId,
            accountId,
            email,
            normalizeIdentifier(email),
            previousEmail ?? null,
            previousEmail === undefined ? null : normalizeIdentifier(previousEmail),
            approvalDigest ?? null,
            expiresAt,
            deps.now(),
          ],
        );
      } catch (error) {
        throw sqlState(error) === SQLSTATE.foreignKeyViolation
          ? new NotFoundError('account')
          : error;
      }
    },

    async find(tenantId, accountId) {
      if (!isStorable(accountId)) return undefined;
      const row = await queryOne<ChangeRow>(
        db,
        `select ${COLUMNS} from email_changes
          where tenant_id = ? and account_id = ? and expires_at > ?`,
        [tenantId, accountId, deps.now()],
      );
      return row && toPending(row);
    },

    async findByApproval(tenantId, digest) {
      if (!isStorable(digest)) return undefined;
      const row = await queryOne<ChangeRow>(
        db,
        `select ${COLUMNS} from email_changes
          where tenant_id = ? and approval_digest = ? and approved_at is null and expires_at > ?`,
        [tenantId, digest, deps.now()],
      );
      return row && toPending(row);
    },

    async prove(tenantId, accountId, email) {
      if (!isStorable(accountId)) return { outcome: 'gone' };
      return goOn(db, tenantId, (trx) =>
        queryOne<ChangeRow>(
          trx,
          `update email_changes set proved_at = coalesce(proved_at, ?)
            where tenant_id = ? and account_id = ? and email_key = ? and expires_at > ?
           returning ${COLUMNS}`,
          [deps.now(), tenantId, accountId, normalizeIdentifier(email), deps.now()],
        ),
      );
    },

    async approve(tenantId, digest) {
      if (!isStorable(digest)) return { outcome: 'gone' };
      return goOn(db, tenantId, (trx) =>
        queryOne<ChangeRow>(
          trx,
          `update email_changes set approved_at = ?
            where tenant_id = ? and approval_digest = ? and approved_at is null and expires_at > ?
           returning ${COLUMNS}`,
          [deps.now(), tenantId, digest, deps.now()],
        ),
      );
    },

    async cancel(tenantId, accountId) {
      if (!isStorable(accountId)) return false;
      const rows = await query(
        db,
        'delete from email_changes where tenant_id = ? and account_id = ? returning 1',
        [tenantId, accountId],
      );
      return rows.length > 0;
    },
  };
}

/** Two changes that meet: the one that comes second finds its address taken. */
async function goOn(
  db: Knex,
  tenantId: TenantId,
  note: (trx: Knex) => Promise<ChangeRow | undefined>,
): Promise<EmailChangeProgress> {
  const attempt = () =>
    inTransaction(db, async (trx) => {
      const change = await note(trx);
      if (change === undefined) return { outcome: 'gone' } as const;
      const complete =
        change.proved_at !== null &&
        (change.approval_digest === null || change.approved_at !== null);
      return complete ? completeChange(trx, tenantId, change) : ({ outcome: 'waiting' } as const);
    });
  try {
    return await attempt();
  } catch (error) {
    if (sqlState(error) !== SQLSTATE.uniqueViolation) throw error;
    // Again, from the beginning: this time it sees who was first.
    return attempt();
  }
}

async function completeChange(
  trx: Knex,
  tenantId: TenantId,
  change: ChangeRow,
): Promise<EmailChangeProgress> {
  const { account_id: accountId, email, email_key: key } = change;
  await query(trx, 'delete from email_changes where tenant_id = ? and account_id = ?', [
    tenantId,
    accountId,
  ]);
  const taken = await queryOne(
    trx,
    `select 1 from accounts
      where tenant_id = ? and (username_key = ? or email_key = ?) and id <> ? limit 1`,
    [tenantId, key, key, accountId],
  );
  if (taken !== undefined) return { outcome: 'taken' };
  const changed = await queryOne(
    trx,
    `update accounts
        set email = ?, email_key = ?, email_verified = true, updated_at = now(),
            username = case when ${IS_RENAMED} then ? else username end,
            username_key = case when ${IS_RENAMED} then ? else username_key end
      where tenant_id = ? and id = ? and disabled_at is null and email_key is not distinct from ?
      returning 1`,
    [email, key, email, key, tenantId, accountId, change.previous_email_key],
  );
  if (changed === undefined) return { outcome: 'gone' };
  await query(trx, 'delete from one_time_links where tenant_id = ? and account_id = ?', [
    tenantId,
    accountId,
  ]);
  return { outcome: 'changed', email, previousEmail: change.previous_email ?? undefined };
}

function toPending(row: ChangeRow): PendingEmailChange {
  return {
    accountId: row.account_id,
    email: row.email,
    previousEmail: row.previous_email ?? undefined,
    proved: row.proved_at !== null,
    awaitsApproval: row.approval_digest !== null && row.approved_at === null,
    expiresAt: row.expires_at,
  };
}
