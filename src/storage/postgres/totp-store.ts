import type { Knex } from 'knex';
import type { ActiveTotp, PendingTotp, TotpStore } from '../../accounts/totp-store.ts';
import type { TenantId } from '../../tenants/tenant.ts';
import { leftWithout } from './left-without.ts';
import { inTransaction, isStorable, isUuid, query, queryOne } from './query.ts';
import { orAccountNotFound } from './second-factor-store.ts';

/**
 * Authenticator apps in PostgreSQL.
 *
 * @param deps.now - the clock that those who wait expire by
 */
export function createPostgresTotpStore(db: Knex, deps: { now: () => Date }): TotpStore {
  return {
    async savePending(tenantId, { id, accountId, sealedSeed, bindingDigest, expiresAt }) {
      await orAccountNotFound(
        query(
          db,
          `insert into totp_factors
             (tenant_id, id, account_id, state, sealed_seed, binding_digest, expires_at)
           values (?, ?, ?, 'pending', ?, ?, ?)
           on conflict (tenant_id, account_id, state)
             do update set id = excluded.id, sealed_seed = excluded.sealed_seed,
                           binding_digest = excluded.binding_digest,
                           expires_at = excluded.expires_at, created_at = now()`,
          [tenantId, id, accountId, sealedSeed, bindingDigest, expiresAt],
        ),
      );
    },

    async findPending(tenantId, accountId, bindingDigest) {
      if (!isStorable(accountId)) return undefined;
      return queryOne<PendingTotp>(
        db,
        `select id, sealed_seed as "sealedSeed", expires_at as "expiresAt" from totp_factors
          where tenant_id = ? and account_id = ? and state = 'pending'
            and binding_digest = ? and expires_at > ?`,
        [tenantId, accountId, bindingDigest, deps.now()],
      );
    },

    async confirm(tenantId, accountId, { id, name, step }) {
      if (!isStorable(accountId) || !isUuid(id)) return false;
      const now = deps.now();
      // The lock on the pending row decides between two at once: the second one finds it active.
      // Counting what is deleted makes the deletes come first; the app before would be in the way.
      const rows = await query(
        db,
        `with pending as (
           select tenant_id, id, account_id from totp_factors
            where tenant_id = ? and account_id = ? and id = ?
              and state = 'pending' and expires_at > ?
              for update
         ), before as (
           delete from totp_factors f using pending p
            where f.tenant_id = p.tenant_id and f.account_id = p.account_id and f.state = 'active'
           returning 1
         ), browsers as (
           delete from remembered_browsers b using pending p
            where b.tenant_id = p.tenant_id and b.account_id = p.account_id
           returning 1
         )
         update totp_factors f
            set state = 'active', name = ?, last_used_step = ?, last_used_at = ?,
                binding_digest = null, expires_at = null, created_at = ?
           from pending p
          where f.tenant_id = p.tenant_id and f.id = p.id
            and (select count(*) from before) + (select count(*) from browsers) >= 0
         returning 1`,
        [tenantId, accountId, id, now, name, step, now, now],
      );
      return rows.length > 0;
    },

    findActive: (tenantId, accountId) => findActive(db, tenantId, accountId),

    async useStep(tenantId, accountId, id, step) {
      if (!isStorable(accountId) || !isUuid(id)) return false;
      const rows = await query(
        db,
        `update totp_factors set last_used_step = ?, last_used_at = ?
          where tenant_id = ? and id = ? and account_id = ? and state = 'active'
            and (last_used_step is null or last_used_step < ?)
         returning 1`,
        [step, deps.now(), tenantId, id, accountId, step],
      );
      return rows.length > 0;
    },

    async remove(tenantId, accountId, { keepLast }) {
      if (!isStorable(accountId)) return 'none';
      return inTransaction(db, async (trx) => {
        const left = await leftWithout(trx, tenantId, accountId, { totp: true });
        if (keepLast && !left.factor) {
          return (await findActive(trx, tenantId, accountId)) === undefined ? 'none' : 'last';
        }
        const owner = [tenantId, accountId];
        const row = await queryOne<{ removed: boolean }>(
          trx,
          `with gone as (
             delete from totp_factors where tenant_id = ? and account_id = ? returning state
           ), browsers as (
             delete from remembered_browsers
              where tenant_id = ? and account_id = ? and exists (select from gone)
           ), codes as (
             delete from recovery_codes
              where tenant_id = ? and account_id = ? and exists (select from gone)
                and not ?::boolean
           )
           select exists (select from gone where state = 'active') as removed`,
          [...owner, ...owner, ...owner, left.factor],
        );
        return row?.removed === true ? 'removed' : 'none';
      });
    },
  };
}

async function findActive(
  db: Knex,
  tenantId: TenantId,
  accountId: string,
): Promise<ActiveTotp | undefined> {
  if (!isStorable(accountId)) return undefined;
  const row = await queryOne<{
    id: string;
    sealed_seed: string;
    last_used_step: number | null;
  }>(
    db,
    `select id, sealed_seed, last_used_step from totp_factors
      where tenant_id = ? and account_id = ? and state = 'active'`,
    [tenantId, accountId],
  );
  return row && toActive(row);
}

function toActive(row: {
  id: string;
  sealed_seed: string;
  last_used_step: number | null;
}): ActiveTotp {
  return {
    id: row.id,
    sealedSeed: row.sealed_seed,
    lastUsedStep: row.last_used_step ?? undefined,
  };
}
