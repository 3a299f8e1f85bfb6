import type { Knex } from 'knex';
import { NotFoundError } from '../../errors.ts';
import type { TenantId } from '../../tenants/tenant.ts';
import type { UpstreamLink } from '../../upstream/upstream.ts';
import type { UpstreamLinkStore } from '../../upstream/upstream-link-store.ts';
import { SQLSTATE, sqlState } from './database.ts';
import { insertAccount } from './insert-account.ts';
import { leftWithout } from './left-without.ts';
import { inTransaction, isStorable, isUuid, query, queryOne } from './query.ts';

interface LinkRow {
  id: string;
  provider_key: string;
  issuer: string;
  subject: string;
  account_id: string;
  shown_name: string | null;
  shown_email: string | null;
  created_at: Date;
  last_used_at: Date | null;
}

const COLUMNS = `id, provider_key, issuer, subject, account_id, shown_name, shown_email, created_at,
  last_used_at`;

/** Links between upstream identities and accounts in PostgreSQL. */
export function createPostgresUpstreamLinkStore(db: Knex): UpstreamLinkStore {
  const store: UpstreamLinkStore = {
    async findByIdentity(tenantId, { provider, issuer, subject }) {
      if (!isStorable(provider, issuer, subject)) return undefined;
      const row = await queryOne<LinkRow>(
        db,
        `select ${COLUMNS} from upstream_links
          where tenant_id = ? and provider_key = ? and issuer = ? and subject = ?`,
        [tenantId, provider, issuer, subject],
      );
      return row && toLink(tenantId, row);
    },

    async listOfAccount(tenantId, accountId) {
      if (!isStorable(accountId)) return [];
      const rows = await query<LinkRow>(
        db,
        `select ${COLUMNS} from upstream_links
          where tenant_id = ? and account_id = ? order by created_at, id`,
        [tenantId, accountId],
      );
      return rows.map((row) => toLink(tenantId, row));
    },

    async create(tenantId, link) {
      if (await insertLink(db, tenantId, link)) return 'created';
      const there = await store.findByIdentity(tenantId, link);
      return there?.accountId === link.accountId ? 'existed' : 'taken';
    },

    async createWithAccount(tenantId, account, link) {
      try {
        await inTransaction(db, async (trx) => {
          const created =
            (await insertAccount(trx, tenantId, account)) &&
            (await insertLink(trx, tenantId, { ...link, accountId: account.id }));
          // Undoes the account, if that is there by now.
          if (!created) throw new TakenError();
        });
        return true;
      } catch (error) {
        if (error instanceof TakenError) return false;
        throw error;
      }
    },

    async recordUse(tenantId, linkId, { at, shownName, shownEmail }) {
      if (!isUuid(linkId)) return;
      await query(
        db,
        `update upstream_links set last_used_at = ?, shown_name = ?, shown_email = ?
          where tenant_id = ? and id = ?`,
        [at, shownName ?? null, shownEmail ?? null, tenantId, linkId],
      );
    },

    async remove(tenantId, accountId, linkId, { keepLast }) {
      if (!isStorable(accountId) || !isUuid(linkId)) return 'not_found';
      return inTransaction(db, async (trx) => {
        const left = await leftWithout(trx, tenantId, accountId, { link: linkId });
        const link = await queryOne(
          trx,
          'select 1 from upstream_links where tenant_id = ? and account_id = ? and id = ?',
          [tenantId, accountId, linkId],
        );
        if (link === undefined) return 'not_found';
        if (keepLast && !left.way) return 'last';
        await query(trx, 'delete from upstream_links where tenant_id = ? and id = ?', [
          tenantId,
          linkId,
        ]);
        return 'removed';
      });
    },
  };
  return store;
}

/** Ends a transaction that may not be kept; never leaves this file. */
class TakenError extends Error {}

/** @returns false when the identity is linked already */
async function insertLink(
  db: Knex,
  tenantId: TenantId,
  link: Parameters<UpstreamLinkStore['create']>[1],
): Promise<boolean> {
  const { provider, issuer, subject, accountId, shownName, shownEmail, at } = link;
  try {
    const created = await query(
      db,
      `insert into upstream_links (tenant_id, provider_key, issuer, subject, account_id,
                                   shown_name, shown_email, created_at)
       values (?, ?, ?, ?, ?, ?, ?, ?)
       on conflict on constraint upstream_links_identity do nothing
       returning 1`,
      [tenantId, provider, issuer, subject, accountId, shownName ?? null, shownEmail ?? null, at],
    );
    return created.length > 0;
  } catch (error) {
    throw sqlState(error) === SQLSTATE.foreignKeyViolation
      ? new NotFoundError('account or upstream provider')
      : error;
  }
}

function toLink(tenantId: TenantId, row: LinkRow): UpstreamLink {
  return {
    tenantId,
    id: row.id,
    provider: row.provider_key,
    issuer: row.issuer,
    subject: row.subject,
    accountId: row.account_id,
    shownName: row.shown_name ?? undefined,
    shownEmail: row.shown_email ?? undefined,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at ?? undefined,
  };
}
