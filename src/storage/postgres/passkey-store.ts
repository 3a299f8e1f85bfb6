import type { Knex } from 'knex';
import type { Passkey } from '../../accounts/passkey.ts';
import type { PasskeyStore } from '../../accounts/passkey-store.ts';
import { leftWithout } from './left-without.ts';
import { inTransaction, isStorable, query, queryOne } from './query.ts';
import { orAccountNotFound } from './second-factor-store.ts';

interface PasskeyRow {
  credential_id: string;
  name: string | null;
  aaguid: string;
  transports: string[];
  backup_eligible: boolean;
  backed_up: boolean;
  created_at: Date;
  last_used_at: Date | null;
}

interface StoredPasskeyRow extends PasskeyRow {
  account_id: string;
  handle: string;
  public_key: string;
  /** A bigint: node-postgres gives its digits. */
  counter: string;
}

const COLUMNS = `p.credential_id, p.name, p.aaguid, p.transports, p.backup_eligible, p.backed_up,
  p.created_at, p.last_used_at`;

/**
 * Passkeys, user handles and challenges in PostgreSQL.
 *
 * @param deps.now - the clock that challenges expire by
 */
export function createPostgresPasskeyStore(db: Knex, deps: { now: () => Date }): PasskeyStore {
  return {
    async userHandle(tenantId, accountId, fresh) {
      const row = await orAccountNotFound(
        queryOne<{ handle: string }>(
          db,
          // Writes what is there already, because only a written row is returned.
          `insert into passkey_users (tenant_id, account_id, handle) values (?, ?, ?)
           on conflict (tenant_id, account_id) do update set handle = passkey_users.handle
           returning handle`,
          [tenantId, accountId, fresh],
        ),
      );
      return row?.handle ?? fresh;
    },

    async list(tenantId, accountId) {
      const rows = await query<PasskeyRow>(
        db,
        `select ${COLUMNS} from passkeys p
          where p.tenant_id = ? and p.account_id = ? order by p.created_at, p.credential_id`,
        [tenantId, accountId],
      );
      return rows.map(toPasskey);
    },

    async count(tenantId, accountId) {
      const row = await queryOne<{ passkeys: string }>(
        db,
        'select count(*) as passkeys from passkeys where tenant_id = ? and account_id = ?',
        [tenantId, accountId],
      );
      return Number(row?.passkeys ?? 0);
    },

    async find(tenantId, credentialId) {
      if (!isStorable(credentialId)) return undefined;
      const row = await queryOne<StoredPasskeyRow>(
        db,
        `select ${COLUMNS}, p.account_id, p.public_key, p.counter, u.handle
           from passkeys p
           join passkey_users u on u.tenant_id = p.tenant_id and u.account_id = p.account_id
          where p.tenant_id = ? and p.credential_id = ?`,
        [tenantId, credentialId],
      );
      return (
        row && {
          ...toPasskey(row),
          accountId: row.account_id,
          userHandle: row.handle,
          publicKey: row.public_key,
          counter: Number(row.counter),
        }
      );
    },

    async add(tenantId, accountId, passkey, limit) {
      const row = await orAccountNotFound(
        queryOne<{ room: boolean; added: boolean }>(
          db,
          `with room as (
             select where (
               select count(*) from passkeys where tenant_id = ? and account_id = ?) < ?
           ), added as (
             insert into passkeys (tenant_id, account_id, credential_id, public_key, counter,
                                   transports, aaguid, backup_eligible, backed_up, name, created_at)
             select ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? from room
             on conflict (tenant_id, credential_id) do nothing
             returning 1
           )
           select exists (select from room) as room, exists (select from added) as added`,
          [
            tenantId,
            accountId,
            limit,
            tenantId,
            accountId,
            passkey.id,
            passkey.publicKey,
            passkey.counter,
            passkey.transports,
            passkey.aaguid,
            passkey.backupEligible,
            passkey.backedUp,
            passkey.name ?? null,
            passkey.createdAt,
          ],
        ),
      );
      if (row?.added === true) return 'added';
      return row?.room === true ? 'taken' : 'full';
    },

    async recordUse(tenantId, credentialId, { counter, backedUp, usedAt }) {
      const rows = await query(
        db,
        `update passkeys set counter = ?, backed_up = ?, last_used_at = ?
          where tenant_id = ? and credential_id = ?
            and (counter < ? or (counter = 0 and ?::bigint = 0)) returning 1`,
        [counter, backedUp, usedAt, tenantId, credentialId, counter, counter],
      );
      if (rows.length > 0) return 'recorded';
      const left = await queryOne(
        db,
        'select 1 from passkeys where tenant_id = ? and credential_id = ?',
        [tenantId, credentialId],
      );
      return left === undefined ? 'gone' : 'behind';
    },

    async rename(tenantId, accountId, credentialId, name) {
      if (!isStorable(credentialId)) return false;
      const rows = await query(
        db,
        `update passkeys set name = ?
          where tenant_id = ? and account_id = ? and credential_id = ? returning 1`,
        [name ?? null, tenantId, accountId, credentialId],
      );
      return rows.length > 0;
    },

    async remove(tenantId, accountId, credentialId, keep) {
      if (!isStorable(accountId, credentialId)) return { outcome: 'unknown' };
      return inTransaction(db, async (trx) => {
        const left = await leftWithout(trx, tenantId, accountId, { passkey: credentialId });
        const owner = [tenantId, accountId];
        const row = await queryOne<PasskeyRow>(
          trx,
          `select ${COLUMNS} from passkeys p
            where p.tenant_id = ? and p.account_id = ? and p.credential_id = ?`,
          [...owner, credentialId],
        );
        if (row === undefined) return { outcome: 'unknown' };
        if (keep.way && !left.way) return { outcome: 'last_way' };
        if (keep.factor && !left.factor) return { outcome: 'last_factor' };
        await query(
          trx,
          `with browsers as (
             delete from remembered_browsers where tenant_id = ? and account_id = ?
           ), codes as (
             delete from recovery_codes where tenant_id = ? and account_id = ? and not ?::boolean
           )
           delete from passkeys where tenant_id = ? and credential_id = ?`,
          [...owner, ...owner, left.factor, tenantId, credentialId],
        );
        return { outcome: 'removed', passkey: toPasskey(row) };
      });
    },

    async saveChallenge(tenantId, { binding, digest, expiresAt }) {
      await query(
        db,
        `insert into passkey_challenges (tenant_id, binding, digest, expires_at)
         values (?, ?, ?, ?)
         on conflict (tenant_id, binding)
           do update set digest = excluded.digest, expires_at = excluded.expires_at`,
        [tenantId, binding, digest, expiresAt],
      );
    },

    async useChallenge(tenantId, { binding, digest }) {
      // Of two at once the second waits for the first's delete, then finds no row.
      const rows = await query(
        db,
        `delete from passkey_challenges
          where tenant_id = ? and binding = ? and digest = ? and expires_at > ? returning 1`,
        [tenantId, binding, digest, deps.now()],
      );
      return rows.length > 0;
    },
  };
}

function toPasskey(row: PasskeyRow): Passkey {
  return {
    id: row.credential_id,
    name: row.name ?? undefined,
    aaguid: row.aaguid,
    transports: row.transports,
    backupEligible: row.backup_eligible,
    backedUp: row.backed_up,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at ?? undefined,
  };
}
