import type { Knex } from 'knex';
import type { RecoveryCodeStore } from '../../accounts/recovery-code-store.ts';
import { NotFoundError } from '../../errors.ts';
import { inTransaction, isStorable, query, queryOne } from './query.ts';

/** Recovery codes in PostgreSQL. */
export function createPostgresRecoveryCodeStore(db: Knex): RecoveryCodeStore {
  return {
    async replace(tenantId, accountId, digests) {
      if (!isStorable(accountId)) throw new NotFoundError('account');
      await inTransaction(db, async (trx) => {
        // One after the other: two at once would delete the same codes and both add theirs.
        const account = await queryOne(
          trx,
          'select 1 from accounts where tenant_id = ? and id = ? for no key update',
          [tenantId, accountId],
        );
        if (account === undefined) throw new NotFoundError('account');
        await query(trx, 'delete from recovery_codes where tenant_id = ? and account_id = ?', [
          tenantId,
          accountId,
        ]);
        await query(
          trx,
          `insert into recovery_codes (tenant_id, account_id, digest)
           select ?, ?, unnest(?::text[])`,
          [tenantId, accountId, digests],
        );
      });
    },

    async use(tenantId, accountId, digest) {
      if (!isStorable(accountId, digest)) return undefined;
      // The statement counts what was there before it, and takes its own off.
      const row = await queryOne<{ remaining: string }>(
        db,
        `with used as (
           delete from recovery_codes where tenant_id = ? and account_id = ? and digest = ?
           returning tenant_id, account_id
         )
         select (select count(*) from recovery_codes c
                  where c.tenant_id = used.tenant_id and c.account_id = used.account_id) - 1
                as remaining
           from used`,
        [tenantId, accountId, digest],
      );
      return row && Number(row.remaining);
    },

    async holdsAny(tenantId, accountId, digests) {
      if (!isStorable(accountId, ...digests)) return false;
      const row = await queryOne(
        db,
        `select 1 from recovery_codes
          where tenant_id = ? and account_id = ? and digest = any(?) limit 1`,
        [tenantId, accountId, digests],
      );
      return row !== undefined;
    },
  };
}
