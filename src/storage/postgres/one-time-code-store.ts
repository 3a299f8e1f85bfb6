import type { Knex } from 'knex';
import type { OneTimeCodeStore } from '../../accounts/one-time-code-store.ts';
import { query, queryOne } from './query.ts';

/**
 * Codes sent by e-mail, in PostgreSQL.
 *
 * @param deps.now - the clock that they expire by
 */
export function createPostgresOneTimeCodeStore(
  db: Knex,
  deps: { now: () => Date },
): OneTimeCodeStore {
  return {
    async save(tenantId, { lookup, purpose, nonce, digest, expiresAt }) {
      await query(
        db,
        `insert into one_time_codes (tenant_id, lookup, purpose, nonce, digest, expires_at)
         values (?, ?, ?, ?, ?, ?)
         on conflict (tenant_id, lookup)
           do update set purpose = excluded.purpose, nonce = excluded.nonce,
                         digest = excluded.digest, expires_at = excluded.expires_at,
                         tries = 0, created_at = now()`,
        [tenantId, lookup, purpose, nonce, digest, expiresAt],
      );
    },

    async countTry(tenantId, lookup, maxTries) {
      const row = await queryOne<{ nonce: string; digest: string; tries: number }>(
        db,
        `update one_time_codes set tries = tries + 1
          where tenant_id = ? and lookup = ? and tries < ? and expires_at > ?
         returning nonce, digest, tries`,
        [tenantId, lookup, maxTries, deps.now()],
      );
      return row && { nonce: row.nonce, digest: row.digest, triesLeft: maxTries - row.tries };
    },

    async use(tenantId, lookup, digest) {
      const rows = await query(
        db,
        'delete from one_time_codes where tenant_id = ? and lookup = ? and digest = ? returning 1',
        [tenantId, lookup, digest],
      );
      return rows.length > 0;
    },
  };
}
