import type { Knex } from 'knex';
import { ConflictError, NotFoundError } from '../../errors.ts';
import {
  completeTenantSettings,
  type StoredTenantSettings,
} from '../../tenants/complete-tenant-settings.ts';
import type { Tenant } from '../../tenants/tenant.ts';
import type { TenantStore, TenantVersion } from '../../tenants/tenant-store.ts';
import { inTransaction, isStorable, isUuid, query, queryOne } from './query.ts';
import { lockTenant, touchTenant } from './touch-tenant.ts';

interface TenantRow {
  id: string;
  slug: string;
  name: string;
  custom_issuer: string | null;
  settings: StoredTenantSettings;
  version: string;
  disabled_at: Date | null;
}

const COLUMNS = 'id, slug, name, custom_issuer, settings, version, disabled_at';

/** Tenants in PostgreSQL. */
export function createPostgresTenantStore(db: Knex): TenantStore {
  return {
    async findBySlug(slug) {
      if (!isStorable(slug)) return undefined;
      return toTenant(await queryOne(db, `select ${COLUMNS} from tenants where slug = ?`, [slug]));
    },

    async findByHost(host) {
      if (!isStorable(host)) return undefined;
      return toTenant(
        await queryOne(db, `select ${COLUMNS} from tenants where custom_host = ?`, [host]),
      );
    },

    async findById(id) {
      if (!isUuid(id)) return undefined;
      return toTenant(await queryOne(db, `select ${COLUMNS} from tenants where id = ?`, [id]));
    },

    async slugs(ids) {
      const rows = await query<{ id: string; slug: string }>(
        db,
        'select id, slug from tenants where id = any(?::uuid[])',
        [ids.filter(isUuid)],
      );
      return new Map(rows.map(({ id, slug }) => [id, slug]));
    },

    async list({ after = '', limit }) {
      const rows = await query<TenantRow>(
        db,
        `select ${COLUMNS} from tenants where slug > ? order by slug limit ?`,
        [after, limit],
      );
      return rows.map((row) => toTenant(row));
    },

    async changesSince(cursor) {
      // The snapshot that reads the rows also says which transactions it could not see: all below
      // its xmin are in it. What is in flight now has an id of xmin or above, so the next call,
      // which starts at xmin, reports it, whenever it commits.
      //
      // A cursor from the future comes from another cluster (a restored copy): then everything
      // may have changed.
      const rows = await query<{ cursor: string; id: string | null; version: string | null }>(
        db,
        `select s.xmin::text as cursor, t.id, t.version
           from (select pg_snapshot_xmin(pg_current_snapshot()) as xmin,
                        case when ?::xid8 <= pg_snapshot_xmax(pg_current_snapshot())
                             then ?::xid8 else '0'::xid8 end as since) s
           left join tenants t on ?::boolean and t.changed_xid >= s.since`,
        [cursor ?? '0', cursor ?? '0', cursor !== undefined],
      );
      const changed = rows.flatMap(({ id, version }): TenantVersion[] =>
        id === null ? [] : [{ tenantId: id, version: Number(version) }],
      );
      return { changed, cursor: rows[0]?.cursor ?? cursor ?? '0' };
    },

    setDisabled(id, disabled) {
      return inTransaction(db, async (trx) => {
        if (!isUuid(id) || !(await lockTenant(trx, id))) throw new NotFoundError('tenant');
        const unfinished = await queryOne(trx, 'select 1 from tenant_imports where tenant_id = ?', [
          id,
        ]);
        if (unfinished !== undefined) {
          throw new ConflictError('its import has not come to its end');
        }
        await query(
          trx,
          // One that seeds had disabled is an operator's now.
          `update tenants set disabled_at = case when ? then coalesce(disabled_at, now()) end,
                  managed_by = nullif(managed_by, 'pruned')
            where id = ?`,
          [disabled, id],
        );
        await touchTenant(trx, id);
      });
    },

    async touch(id) {
      if (!isUuid(id)) throw new NotFoundError('tenant');
      return touchTenant(db, id);
    },
  };
}

function toTenant(row: TenantRow): Tenant;
function toTenant(row: TenantRow | undefined): Tenant | undefined;
function toTenant(row: TenantRow | undefined): Tenant | undefined {
  if (row === undefined) return undefined;
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    customIssuer: row.custom_issuer ?? undefined,
    settings: completeTenantSettings(row.settings),
    version: Number(row.version),
    disabled: row.disabled_at !== null,
  };
}
