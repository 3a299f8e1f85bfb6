import type { Knex } from 'knex';
import type { Invitation, InvitationStore } from '../../accounts/invitation-store.ts';
import { normalizeIdentifier } from '../../accounts/normalize-identifier.ts';
import { insertAccount } from './insert-account.ts';
import { inTransaction, isStorable, query, queryOne } from './query.ts';

interface InvitationRow {
  id: string;
  email: string;
  roles: string[];
  expires_at: Date;
  created_at: Date;
}

const COLUMNS = 'id, email, roles, expires_at, created_at';
const MAX_LISTED = 1_000;

/**
 * Invitations in PostgreSQL.
 *
 * @param deps.now - the clock that they expire by
 */
export function createPostgresInvitationStore(
  db: Knex,
  deps: { now: () => Date },
): InvitationStore {
  return {
    async save(tenantId, { digest, email, roles, expiresAt }) {
      const row = await queryOne<InvitationRow>(
        db,
        `insert into invitations (tenant_id, digest, email, email_key, roles, expires_at, created_at)
         values (?, ?, ?, ?, ?, ?, ?)
         on conflict (tenant_id, email_key)
           do update set digest = excluded.digest, email = excluded.email, roles = excluded.roles,
                         expires_at = excluded.expires_at, created_at = excluded.created_at
         returning ${COLUMNS}`,
        [tenantId, digest, email, normalizeIdentifier(email), roles, expiresAt, deps.now()],
      );
      if (row === undefined) throw new TypeError('an upsert returned no row');
      return toInvitation(row);
    },

    async findByDigest(tenantId, digest) {
      if (!isStorable(digest)) return undefined;
      const row = await queryOne<InvitationRow>(
        db,
        `select ${COLUMNS} from invitations
          where tenant_id = ? and digest = ? and expires_at > ?`,
        [tenantId, digest, deps.now()],
      );
      return row && toInvitation(row);
    },

    async list(tenantId) {
      const rows = await query<InvitationRow>(
        db,
        `select ${COLUMNS} from invitations
          where tenant_id = ? and expires_at > ? order by created_at desc, id limit ?`,
        [tenantId, deps.now(), MAX_LISTED],
      );
      return rows.map(toInvitation);
    },

    async revoke(tenantId, email) {
      const row = await queryOne<{ id: string }>(
        db,
        'delete from invitations where tenant_id = ? and email_key = ? returning id',
        [tenantId, normalizeIdentifier(email)],
      );
      return row?.id;
    },

    async accept(tenantId, digest, account) {
      if (!isStorable(digest)) return { outcome: 'gone' };
      return inTransaction(db, async (trx) => {
        // Of two at once the second waits for the first's delete, then finds no row.
        const used = await queryOne<InvitationRow>(
          trx,
          `delete from invitations where tenant_id = ? and digest = ? and expires_at > ?
           returning ${COLUMNS}`,
          [tenantId, digest, deps.now()],
        );
        if (used === undefined) return { outcome: 'gone' };
        const { email, roles } = used;
        if (!(await insertAccount(trx, tenantId, { ...account, username: email, email }))) {
          return { outcome: 'taken' };
        }
        await query(
          trx,
          `insert into account_roles (tenant_id, account_id, role_id)
           select r.tenant_id, ?, r.id
             from roles r
             join applications a on a.tenant_id = r.tenant_id and a.id = r.application_id
            where r.tenant_id = ? and a.key || ':' || r.key = any(?)`,
          [account.id, tenantId, roles],
        );
        return { outcome: 'created', email };
      });
    },
  };
}

function toInvitation(row: InvitationRow): Invitation {
  return {
    id: row.id,
    email: row.email,
    roles: row.roles,
    expiresAt: row.expires_at,
    createdAt: row.created_at,
  };
}
