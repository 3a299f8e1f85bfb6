import type { Knex } from 'knex';
import { type Application, NO_ROLES, type RoleAssignment } from '../../applications/application.ts';
import type { ApplicationStore } from '../../applications/application-store.ts';
import type {
  ClientMetadata,
  ClientSecretDigest,
  RegisteredClient,
} from '../../applications/client.ts';
import type { TenantId } from '../../tenants/tenant.ts';
import { type Binding, inTransaction, isStorable, isUuid, query, queryOne } from './query.ts';
import { lockTenant, touchTenant } from './touch-tenant.ts';

interface ApplicationRow {
  id: string;
  key: string;
  name: string;
  first_party: boolean;
  audience: string | null;
  require_assignment: boolean;
  permissions_in_token: boolean;
  permissions: string[];
}

interface ClientRow {
  client_id: string;
  metadata: ClientMetadata;
  secret_digest: string | null;
  previous_secret_digest: string | null;
  previous_secret_expires_at: Date | null;
  disabled_at: Date | null;
  /** Every role of the machine in an application with an audience. */
  machine_roles: { audience: string; key: string; permissions: string[] }[];
  application: ApplicationRow;
}

/** An application `a` as one row; its permissions are the union over its roles. */
const APPLICATION = `a.id, a.key, a.name, a.first_party, a.audience, a.require_assignment,
  a.permissions_in_token,
  (select coalesce(array_agg(distinct p), '{}')
     from roles r cross join unnest(r.permissions) p
    where r.tenant_id = a.tenant_id and r.application_id = a.id) as permissions`;

/** A client `c` with its application and machine roles, in one statement. */
const CLIENT = `select c.client_id, c.metadata, c.secret_digest, c.previous_secret_digest,
    c.previous_secret_expires_at, c.disabled_at,
    (select coalesce(json_agg(json_build_object(
              'audience', ra.audience, 'key', r.key, 'permissions', r.permissions)), '[]')
       from client_roles cr
       join roles r on r.tenant_id = cr.tenant_id and r.id = cr.role_id
       join applications ra on ra.tenant_id = r.tenant_id and ra.id = r.application_id
      where cr.tenant_id = c.tenant_id and cr.client_id = c.client_id
        and ra.audience is not null) as machine_roles,
    (select row_to_json(app) from (select ${APPLICATION}) app) as application
  from clients c
  join applications a on a.tenant_id = c.tenant_id and a.id = c.application_id`;

/** Applications, clients and roles in PostgreSQL. */
export function createPostgresApplicationStore(db: Knex): ApplicationStore {
  /** Runs one change of a client and, if it met the client, bumps the tenant's version. */
  function changeClient(tenantId: TenantId, clientId: string, set: string, values: Binding[]) {
    return inTransaction(db, async (trx) => {
      if (!isStorable(clientId) || !(await lockTenant(trx, tenantId))) return false;
      const changed = await query(
        trx,
        `update clients set ${set}, updated_at = now()
          where tenant_id = ? and client_id = ? returning 1`,
        [...values, tenantId, clientId],
      );
      if (changed.length === 0) return false;
      await touchTenant(trx, tenantId);
      return true;
    });
  }

  return {
    async findClient(tenantId, clientId) {
      if (!isStorable(clientId)) return undefined;
      const row = await queryOne<ClientRow>(
        db,
        `${CLIENT} where c.tenant_id = ? and c.client_id = ?`,
        [tenantId, clientId],
      );
      return row && toClient(tenantId, row);
    },

    async findByAudience(tenantId, audience) {
      if (!isStorable(audience)) return undefined;
      const row = await queryOne<ApplicationRow>(
        db,
        `select ${APPLICATION} from applications a where a.tenant_id = ? and a.audience = ?`,
        [tenantId, audience],
      );
      return row && toApplication(tenantId, row);
    },

    async rolesOfAccount(tenantId, applicationId, accountId) {
      if (!isUuid(applicationId) || !isStorable(accountId)) return NO_ROLES;
      const rows = await query<{ key: string; permissions: string[] }>(
        db,
        `select r.key, r.permissions
           from (select role_id from account_roles where tenant_id = ? and account_id = ?
                 union
                 select gr.role_id
                   from group_members gm
                   join group_roles gr on gr.tenant_id = gm.tenant_id and gr.group_id = gm.group_id
                  where gm.tenant_id = ? and gm.account_id = ?) held
           join roles r on r.tenant_id = ? and r.id = held.role_id
          where r.application_id = ?`,
        [tenantId, accountId, tenantId, accountId, tenantId, applicationId],
      );
      return toAssignment(rows);
    },

    async listClients(tenantId) {
      const rows = await query<ClientRow>(
        db,
        `${CLIENT} where c.tenant_id = ? order by c.client_id`,
        [tenantId],
      );
      return rows.map((row) => toClient(tenantId, row));
    },

    async listApplications(tenantId) {
      const rows = await query<ApplicationRow>(
        db,
        `select ${APPLICATION} from applications a where a.tenant_id = ? order by a.key`,
        [tenantId],
      );
      return rows.map((row) => toApplication(tenantId, row));
    },

    async listRoles(tenantId) {
      const rows = await query<{ name: string }>(
        db,
        `select a.key || ':' || r.key as name
           from roles r
           join applications a on a.tenant_id = r.tenant_id and a.id = r.application_id
          where r.tenant_id = ? order by 1`,
        [tenantId],
      );
      return rows.map(({ name }) => name);
    },

    setClientDisabled(tenantId, clientId, disabled) {
      // Disabling twice keeps the moment of the first time.
      return changeClient(
        tenantId,
        clientId,
        'disabled_at = case when ?::boolean then coalesce(disabled_at, now()) end',
        [disabled],
      );
    },

    rotateClientSecret(tenantId, clientId, digest, overlapUntil) {
      return changeClient(
        tenantId,
        clientId,
        `previous_secret_digest = secret_digest,
         previous_secret_expires_at = case when secret_digest is not null then ?::timestamptz end,
         secret_digest = ?`,
        [overlapUntil, digest],
      );
    },
  };
}

function toApplication(tenantId: TenantId, row: ApplicationRow): Application {
  return {
    tenantId,
    id: row.id,
    key: row.key,
    name: row.name,
    firstParty: row.first_party,
    audience: row.audience ?? undefined,
    requireAssignment: row.require_assignment,
    permissionsInToken: row.permissions_in_token,
    permissions: row.permissions.toSorted(),
  };
}

function toClient(tenantId: TenantId, row: ClientRow): RegisteredClient {
  const byAudience = Object.groupBy(row.machine_roles, ({ audience }) => audience);
  return {
    tenantId,
    clientId: row.client_id,
    application: toApplication(tenantId, row.application),
    metadata: row.metadata,
    secretDigests: secretDigestsOf(row),
    rolesByAudience: Object.fromEntries(
      Object.entries(byAudience).map(([audience, roles = []]) => [audience, toAssignment(roles)]),
    ),
    disabled: row.disabled_at !== null,
  };
}

function secretDigestsOf(row: ClientRow): ClientSecretDigest[] {
  const digests: ClientSecretDigest[] = [];
  if (row.secret_digest !== null) {
    digests.push({ digest: row.secret_digest, expiresAt: undefined });
  }
  if (row.previous_secret_digest !== null && row.previous_secret_expires_at !== null) {
    digests.push({ digest: row.previous_secret_digest, expiresAt: row.previous_secret_expires_at });
  }
  return digests;
}

function toAssignment(
  roles: readonly { key: string; permissions: readonly string[] }[],
): RoleAssignment {
  return {
    roles: roles.map(({ key }) => key).toSorted(),
    permissions: [...new Set(roles.flatMap(({ permissions }) => permissions))].toSorted(),
  };
}
