import type { Knex } from 'knex';
import { NotFoundError } from '../../errors.ts';
import type { GrantStore } from '../../grants/grant-store.ts';
import type { RecordedGrant } from '../../grants/recorded-grant.ts';
import type { TenantId } from '../../tenants/tenant.ts';
import { SQLSTATE, sqlState } from './database.ts';
import { isStorable, query, queryOne } from './query.ts';

interface GrantRow {
  account_id: string;
  client_id: string;
  scopes: string[];
  claims: string[];
  resource_scopes: Record<string, string[]>;
  granted_at: Date;
}

const COLUMNS = 'account_id, client_id, scopes, claims, resource_scopes, granted_at';

/** The union of a text array that is stored and the one that was to be inserted. */
const unionOf = (column: string) =>
  `array(select unnest(g.${column}) union select unnest(excluded.${column}))`;

/** What accounts allowed clients, in PostgreSQL. */
export function createPostgresGrantStore(db: Knex): GrantStore {
  return {
    async find(tenantId, accountId, clientId) {
      if (!isStorable(accountId, clientId)) return undefined;
      const row = await queryOne<GrantRow>(
        db,
        `select ${COLUMNS} from recorded_grants
          where tenant_id = ? and account_id = ? and client_id = ?`,
        [tenantId, accountId, clientId],
      );
      return row && toGrant(tenantId, row);
    },

    async listByAccount(tenantId, accountId) {
      if (!isStorable(accountId)) return [];
      const rows = await query<GrantRow>(
        db,
        `select ${COLUMNS} from recorded_grants
          where tenant_id = ? and account_id = ? order by client_id`,
        [tenantId, accountId],
      );
      return rows.map((row) => toGrant(tenantId, row));
    },

    async add(tenantId, accountId, clientId, allowed) {
      try {
        // The union is made by the row's owner, under its lock: of two additions at once the
        // second one adds to what the first one left.
        const row = await queryOne<GrantRow>(
          db,
          `insert into recorded_grants as g
             (tenant_id, account_id, client_id, scopes, claims, resource_scopes)
           values (?, ?, ?, ?, ?, ?::jsonb)
           on conflict (tenant_id, account_id, client_id) do update set
             scopes = ${unionOf('scopes')},
             claims = ${unionOf('claims')},
             resource_scopes = (
               select coalesce(jsonb_object_agg(resource, scopes), '{}')
                 from (select resource,
                              coalesce(jsonb_agg(distinct scope) filter (where scope is not null),
                                       '[]') as scopes
                         from (select * from jsonb_each(g.resource_scopes)
                               union all
                               select * from jsonb_each(excluded.resource_scopes)
                              ) as each (resource, list)
                         left join lateral jsonb_array_elements_text(list) scope on true
                        group by resource) merged),
             granted_at = now()
           returning ${COLUMNS}`,
          [
            tenantId,
            accountId,
            clientId,
            allowed.scopes,
            allowed.claims,
            JSON.stringify(allowed.resourceScopes),
          ],
        );
        if (row === undefined) throw new NotFoundError('grant');
        return toGrant(tenantId, row);
      } catch (error) {
        if (sqlState(error) !== SQLSTATE.foreignKeyViolation) throw error;
        throw new NotFoundError('account or client');
      }
    },

    async remove(tenantId, accountId, clientId) {
      if (!isStorable(accountId, clientId)) return false;
      const removed = await query(
        db,
        `delete from recorded_grants where tenant_id = ? and account_id = ? and client_id = ?
         returning 1`,
        [tenantId, accountId, clientId],
      );
      return removed.length > 0;
    },
  };
}

function toGrant(tenantId: TenantId, row: GrantRow): RecordedGrant {
  return {
    tenantId,
    accountId: row.account_id,
    clientId: row.client_id,
    scopes: sorted(row.scopes),
    claims: sorted(row.claims),
    resourceScopes: Object.fromEntries(
      Object.entries(row.resource_scopes).map(([resource, scopes]) => [resource, sorted(scopes)]),
    ),
    grantedAt: row.granted_at,
  };
}

function sorted(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}
