import type { Knex } from 'knex';
import type { SecondFactorStore } from '../../accounts/second-factor-store.ts';
import { NotFoundError } from '../../errors.ts';
import { SQLSTATE, sqlState } from './database.ts';
import { isStorable, queryOne } from './query.ts';

interface FactorsRow {
  name: string | null;
  created_at: Date | null;
  last_used_at: Date | null;
  recovery_codes: number;
  passkeys: number;
}

const NONE = { totp: false, recoveryCodes: 0, passkeys: 0, browsers: 0 };

/** All second factors of an account at once, in PostgreSQL. */
export function createPostgresSecondFactorStore(db: Knex): SecondFactorStore {
  return {
    async factorsOf(tenantId, accountId) {
      const row = isStorable(accountId)
        ? await queryOne<FactorsRow>(
            db,
            `select f.name, f.created_at, f.last_used_at,
                    (select count(*)::int from recovery_codes c
                      where c.tenant_id = one.tenant_id and c.account_id = one.account_id)
                      as recovery_codes,
                    (select count(*)::int from passkeys p
                      where p.tenant_id = one.tenant_id and p.account_id = one.account_id)
                      as passkeys
               from (values (?::uuid, ?)) one (tenant_id, account_id)
               left join totp_factors f on f.tenant_id = one.tenant_id
                     and f.account_id = one.account_id and f.state = 'active'`,
            [tenantId, accountId],
          )
        : undefined;
      return {
        totp:
          row?.created_at == null
            ? undefined
            : {
                name: row.name ?? '',
                createdAt: row.created_at,
                lastUsedAt: row.last_used_at ?? undefined,
              },
        recoveryCodesLeft: row?.recovery_codes ?? 0,
        passkeys: row?.passkeys ?? 0,
      };
    },

    async removeAll(tenantId, accountId) {
      if (!isStorable(accountId)) return NONE;
      const row = await queryOne<typeof NONE>(
        db,
        `with account as (
           select tenant_id, id from accounts where tenant_id = ? and id = ?
         ), totp as (
           delete from totp_factors f using account a
            where f.tenant_id = a.tenant_id and f.account_id = a.id returning f.state
         ), codes as (
           delete from recovery_codes c using account a
            where c.tenant_id = a.tenant_id and c.account_id = a.id returning 1
         ), keys as (
           delete from passkeys p using account a
            where p.tenant_id = a.tenant_id and p.account_id = a.id returning 1
         ), browsers as (
           delete from remembered_browsers b using account a
            where b.tenant_id = a.tenant_id and b.account_id = a.id returning 1
         )
         select exists (select from totp where state = 'active') as totp,
                (select count(*)::int from codes) as "recoveryCodes",
                (select count(*)::int from keys) as passkeys,
                (select count(*)::int from browsers) as browsers`,
        [tenantId, accountId],
      );
      return row ?? NONE;
    },
  };
}

/** Turns the refusal of a row that names no account into what the callers are told. */
export async function orAccountNotFound<T>(written: Promise<T>): Promise<T> {
  try {
    return await written;
  } catch (error) {
    throw sqlState(error) === SQLSTATE.foreignKeyViolation ? new NotFoundError('account') : error;
  }
}
