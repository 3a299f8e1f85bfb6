import type { Knex } from 'knex';
import type { Account } from '../../accounts/account.ts';
import type { AccountStore } from '../../accounts/account-store.ts';
import { normalizeIdentifier } from '../../accounts/normalize-identifier.ts';
import { NotFoundError } from '../../errors.ts';
import type { TenantId } from '../../tenants/tenant.ts';
import { SQLSTATE, sqlState } from './database.ts';
import { insertAccount } from './insert-account.ts';
import { isStorable, query, queryOne } from './query.ts';

interface AccountRow {
  id: string;
  username: string;
  email: string | null;
  email_verified: boolean;
  claims: Record<string, unknown>;
  disabled_at: Date | null;
  created_at: Date;
  updated_at: Date;
}

const COLUMNS = `a.id, a.username, a.email, a.email_verified, a.claims, a.disabled_at,
  a.created_at, a.updated_at`;

/**
 * Accounts, passwords and single-use links in PostgreSQL.
 *
 * @param deps.now - the clock that links expire by
 */
export function createPostgresAccountStore(db: Knex, deps: { now: () => Date }): AccountStore {
  return {
    async findById(tenantId, accountId) {
      if (!isStorable(accountId)) return undefined;
      const row = await queryOne<AccountRow>(
        db,
        `select ${COLUMNS} from accounts a where a.tenant_id = ? and a.id = ?`,
        [tenantId, accountId],
      );
      return row && toAccount(tenantId, row);
    },

    async findByIdentifier(tenantId, identifier) {
      const key = normalizeIdentifier(identifier);
      if (key === '') return undefined;
      const row = await queryOne<AccountRow & { hash: string | null }>(
        db,
        `select ${COLUMNS}, p.hash
           from accounts a
           left join passwords p on p.tenant_id = a.tenant_id and p.account_id = a.id
          where a.tenant_id = ? and (a.username_key = ? or a.email_key = ?)
          order by a.username_key = ? desc
          limit 1`,
        [tenantId, key, key, key],
      );
      return row && { account: toAccount(tenantId, row), passwordHash: row.hash ?? undefined };
    },

    async passwordHashNear(tenantId, place) {
      // Round again after the last.
      const row = await queryOne<{ hash: string }>(
        db,
        `select hash
           from ((select hash, 1 as turn from passwords
                   where tenant_id = ? and account_id >= ? order by account_id limit 1)
                 union all
                 (select hash, 2 as turn from passwords
                   where tenant_id = ? order by account_id limit 1)) near
          order by turn limit 1`,
        [tenantId, place, tenantId],
      );
      return row?.hash;
    },

    async create(tenantId, account) {
      return (await insertAccount(db, tenantId, account)) ? 'created' : 'taken';
    },

    async confirmEmail(tenantId, accountId, email) {
      if (!isStorable(accountId, email)) return false;
      const rows = await query(
        db,
        `update accounts set email_verified = true, updated_at = now()
          where tenant_id = ? and id = ? and email_key = ? returning 1`,
        [tenantId, accountId, normalizeIdentifier(email)],
      );
      return rows.length > 0;
    },

    async list(tenantId, { after, limit }) {
      const rows = await query<AccountRow>(
        db,
        `select ${COLUMNS} from accounts a
          where a.tenant_id = ? and a.username_key > ? order by a.username_key limit ?`,
        [tenantId, after === undefined ? '' : normalizeIdentifier(after), limit],
      );
      return rows.map((row) => toAccount(tenantId, row));
    },

    async upgradePasswordHash(tenantId, accountId, previousHash, hash) {
      // changed_at stays: it is the same password.
      await query(
        db,
        'update passwords set hash = ? where tenant_id = ? and account_id = ? and hash = ?',
        [hash, tenantId, accountId, previousHash],
      );
    },

    async setPassword(tenantId, accountId, hash) {
      if (!isStorable(accountId)) return false;
      // Counting what is deleted makes the deletes come first, as in resetPasswordByLink: two
      // statements that locked the same rows in different orders could wait for each other.
      const rows = await query(
        db,
        `with account as (
           select tenant_id, id from accounts where tenant_id = ? and id = ?
         ), link as (
           delete from one_time_links l using account a
            where l.tenant_id = a.tenant_id and l.account_id = a.id and l.purpose = 'reset_password'
           returning 1
         ), browser as (
           delete from remembered_browsers b using account a
            where b.tenant_id = a.tenant_id and b.account_id = a.id
           returning 1
         )
         insert into passwords (tenant_id, account_id, hash)
         select tenant_id, id, ? from account
          where (select count(*) from link) + (select count(*) from browser) >= 0
         on conflict (tenant_id, account_id)
           do update set hash = excluded.hash, changed_at = now()
         returning 1`,
        [tenantId, accountId, hash],
      );
      return rows.length > 0;
    },

    async passwordChangedAt(tenantId, accountId) {
      if (!isStorable(accountId)) return undefined;
      const row = await queryOne<{ changed_at: Date }>(
        db,
        'select changed_at from passwords where tenant_id = ? and account_id = ?',
        [tenantId, accountId],
      );
      return row?.changed_at;
    },

    async changeClaims(tenantId, accountId, { set, removed }) {
      if (!isStorable(accountId)) return false;
      const rows = await query(
        db,
        `update accounts
            set claims = (claims - ?::text[]) || ?::jsonb, updated_at = now()
          where tenant_id = ? and id = ? returning 1`,
        [removed, JSON.stringify(set), tenantId, accountId],
      );
      return rows.length > 0;
    },

    async belongingsOf(tenantId, accountId) {
      if (!isStorable(accountId)) return { groups: [], links: [] };
      const row = await queryOne<{
        groups: string[];
        links: { purpose: string; created_at: string; expires_at: string }[];
      }>(
        db,
        `select array(
                  select g.key from group_members m
                    join groups g on g.tenant_id = m.tenant_id and g.id = m.group_id
                   where m.tenant_id = a.tenant_id and m.account_id = a.account_id
                   order by g.key) as groups,
                (select coalesce(jsonb_agg(jsonb_build_object('purpose', l.purpose,
                          'created_at', l.created_at, 'expires_at', l.expires_at)
                          order by l.created_at), '[]')
                   from one_time_links l
                  where l.tenant_id = a.tenant_id and l.account_id = a.account_id
                    and l.expires_at > ?) as links
           from (select ?::uuid as tenant_id, ?::text collate "C" as account_id) a`,
        [deps.now(), tenantId, accountId],
      );
      return {
        groups: row?.groups ?? [],
        links: (row?.links ?? []).map((link) => ({
          purpose: link.purpose,
          createdAt: new Date(link.created_at),
          expiresAt: new Date(link.expires_at),
        })),
      };
    },

    async remove(tenantId, accountId) {
      if (!isStorable(accountId)) return false;
      // Foreign keys take what belongs to it along.
      const rows = await query(
        db,
        'delete from accounts where tenant_id = ? and id = ? returning 1',
        [tenantId, accountId],
      );
      return rows.length > 0;
    },

    async setDisabled(tenantId, accountId, disabled) {
      if (!isStorable(accountId)) return false;
      // Disabling twice keeps the moment of the first time.
      const rows = await query(
        db,
        `update accounts
            set disabled_at = case when ?::boolean then coalesce(disabled_at, now()) end,
                updated_at = now()
          where tenant_id = ? and id = ? returning 1`,
        [disabled, tenantId, accountId],
      );
      return rows.length > 0;
    },

    async createOneTimeLink(tenantId, { accountId, purpose, digest, expiresAt }) {
      try {
        await query(
          db,
          `insert into one_time_links (tenant_id, account_id, purpose, digest, expires_at)
           values (?, ?, ?, ?, ?)
           on conflict (tenant_id, account_id, purpose)
             do update set digest = excluded.digest, expires_at = excluded.expires_at,
                           created_at = now()`,
          [tenantId, accountId, purpose, digest, expiresAt],
        );
      } catch (error) {
        throw sqlState(error) === SQLSTATE.foreignKeyViolation
          ? new NotFoundError('account')
          : error;
      }
    },

    async findByOneTimeLink(tenantId, purpose, digest) {
      if (!isStorable(digest)) return undefined;
      const row = await queryOne<AccountRow>(
        db,
        `select ${COLUMNS}
           from one_time_links l
           join accounts a on a.tenant_id = l.tenant_id and a.id = l.account_id
          where l.tenant_id = ? and l.digest = ? and l.purpose = ? and l.expires_at > ?`,
        [tenantId, digest, purpose, deps.now()],
      );
      return row && toAccount(tenantId, row);
    },

    async resetPasswordByLink(tenantId, digest, passwordHash) {
      if (!isStorable(digest)) return undefined;
      // One statement is one transaction. Of two at once the second waits for the first's delete,
      // then finds no row.
      const row = await queryOne<{ account_id: string }>(
        db,
        `with link as (
           delete from one_time_links
            where tenant_id = ? and digest = ? and purpose = 'reset_password' and expires_at > ?
           returning tenant_id, account_id
         ), browser as (
           delete from remembered_browsers b using link l
            where b.tenant_id = l.tenant_id and b.account_id = l.account_id
           returning 1
         )
         insert into passwords (tenant_id, account_id, hash)
         select tenant_id, account_id, ? from link where (select count(*) from browser) >= 0
         on conflict (tenant_id, account_id)
           do update set hash = excluded.hash, changed_at = now()
         returning account_id`,
        [tenantId, digest, deps.now(), passwordHash],
      );
      return row?.account_id;
    },
  };
}

function toAccount(tenantId: TenantId, row: AccountRow): Account {
  return {
    tenantId,
    id: row.id,
    username: row.username,
    email: row.email ?? undefined,
    emailVerified: row.email_verified,
    claims: row.claims,
    disabled: row.disabled_at !== null,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
