import type { Knex } from 'knex';
import type { BrowserStore, RememberedBrowser } from '../../accounts/browser-store.ts';
import { isStorable, isUuid, query, queryOne } from './query.ts';
import { orAccountNotFound } from './second-factor-store.ts';

/** More than anybody has; a list that is longer is cut. */
const LIST_LIMIT = 100;

const COLUMNS = `id, user_agent as "userAgent", address, created_at as "createdAt",
  last_used_at as "lastUsedAt", expires_at as "expiresAt"`;

/**
 * Remembered browsers in PostgreSQL.
 *
 * @param deps.now - the clock that they are forgotten by
 */
export function createPostgresBrowserStore(db: Knex, deps: { now: () => Date }): BrowserStore {
  return {
    async add(tenantId, { accountId, digest, userAgent, address, createdAt, expiresAt }) {
      await orAccountNotFound(
        query(
          db,
          `insert into remembered_browsers
             (tenant_id, account_id, digest, user_agent, address, created_at, last_used_at, expires_at)
           values (?, ?, ?, ?, ?, ?, ?, ?)`,
          [tenantId, accountId, digest, userAgent, address, createdAt, createdAt, expiresAt],
        ),
      );
    },

    async use(tenantId, accountId, digest) {
      if (!isStorable(accountId, digest)) return undefined;
      const now = deps.now();
      return queryOne<RememberedBrowser>(
        db,
        `update remembered_browsers set last_used_at = ?
          where tenant_id = ? and account_id = ? and digest = ? and expires_at > ?
         returning ${COLUMNS}`,
        [now, tenantId, accountId, digest, now],
      );
    },

    async list(tenantId, accountId) {
      if (!isStorable(accountId)) return [];
      return query<RememberedBrowser>(
        db,
        `select ${COLUMNS} from remembered_browsers
          where tenant_id = ? and account_id = ? and expires_at > ?
          order by last_used_at desc, id limit ?`,
        [tenantId, accountId, deps.now(), LIST_LIMIT],
      );
    },

    async remove(tenantId, accountId, id) {
      if (!isStorable(accountId) || !isUuid(id)) return false;
      const rows = await query(
        db,
        `delete from remembered_browsers where tenant_id = ? and id = ? and account_id = ?
         returning 1`,
        [tenantId, id, accountId],
      );
      return rows.length > 0;
    },

    async removeAll(tenantId, accountId) {
      if (!isStorable(accountId)) return 0;
      const rows = await query(
        db,
        'delete from remembered_browsers where tenant_id = ? and account_id = ? returning 1',
        [tenantId, accountId],
      );
      return rows.length;
    },
  };
}
