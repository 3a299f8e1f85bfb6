import type { Knex } from 'knex';
import type { ArchivedRow } from '../../archives/archive.ts';
import type {
  TenantArchiveStore,
  TenantConflict,
  TenantSnapshot,
} from '../../archives/archive-store.ts';
import { ConflictError } from '../../errors.ts';
import { DEFAULT_TENANT_SLUG } from '../../tenants/tenant.ts';
import { answer, SQLSTATE, sqlState } from './database.ts';
import { inTransaction, query, queryOne } from './query.ts';
import {
  ARCHIVED_TABLES,
  type ArchivedTable,
  AUDIT_TABLE,
  TENANT_COLUMNS,
} from './tenant-tables.ts';
import { touchTenant } from './touch-tenant.ts';

/** Rows that are fetched at once. */
const FETCH = 500;

/** Whole tenants in PostgreSQL. */
export function createPostgresTenantArchiveStore(db: Knex): TenantArchiveStore {
  return {
    schema: () => newestMigration(db),

    read(tenantId, { audit, now }, use) {
      const tables = ARCHIVED_TABLES.filter(({ name }) => audit || name !== AUDIT_TABLE);
      return answer(
        db.transaction(
          async (trx) => {
            // What takes the rows may be slower than a request's patience.
            await trx.raw('set local statement_timeout = 0');
            await trx.raw('set local idle_in_transaction_session_timeout = 0');
            const counts: Record<string, number> = {};
            for (const table of tables) counts[table.name] = await count(trx, table, tenantId, now);
            const snapshot: TenantSnapshot = {
              schema: await newestMigration(trx),
              counts,
              rows: () => readRows(trx, tables, tenantId, now),
            };
            return use(snapshot);
          },
          { isolationLevel: 'repeatable read', readOnly: true },
        ),
      );
    },

    conflicts: (claims) => findConflicts(db, claims),

    async findUnfinished(archiveId) {
      const row = await queryOne<{ tenant_id: string; slug: string; rows: string }>(
        db,
        `select i.tenant_id, t.slug, i.rows from tenant_imports i
           join tenants t on t.id = i.tenant_id where i.archive_id = ?`,
        [archiveId],
      );
      return row && { tenantId: row.tenant_id, slug: row.slug, rows: Number(row.rows) };
    },

    begin(archiveId, tenant, slug) {
      return inTransaction(db, async (trx) => {
        try {
          const id = await placeTenant(trx, tenant, slug);
          const row = [id, archiveId];
          await query(trx, 'insert into tenant_imports (tenant_id, archive_id) values (?, ?)', row);
          return id;
        } catch (error) {
          if (sqlState(error) !== SQLSTATE.uniqueViolation) throw error;
          throw new ConflictError(`the tenant ${slug} or its host has come meanwhile`, error);
        }
      });
    },

    write(tenantId, { table: name, rows, from, done }) {
      const table = ARCHIVED_TABLES.find((one) => one.name === name);
      if (table === undefined) throw new TypeError(`no archive holds rows of ${name}`);
      return inTransaction(db, async (trx) => {
        const moved = await query(
          trx,
          `update tenant_imports set rows = ?, updated_at = now()
            where tenant_id = ? and rows = ? returning 1`,
          [done, tenantId, from],
        );
        if (moved.length === 0) throw new ConflictError('another import of it is under way');
        // An event that is here already, of a tenant that was moved within here, is the same.
        if (name === AUDIT_TABLE) await ensurePartitions(trx, rows);
        const columns = table.columns.join(', ');
        const values = table.columns.map((column) => {
          if (column === table.partly?.column) return table.partly.as;
          return column === table.json ? `(${column} #>> '{}')::json` : column;
        });
        await query(
          trx,
          `insert into ${name} (tenant_id, ${columns})
           select ?::uuid, ${values.join(', ')} from json_populate_recordset(null::${name}, ?::json)
           ${name === AUDIT_TABLE ? 'on conflict do nothing' : ''}`,
          [tenantId, JSON.stringify(rows)],
        );
      });
    },

    finish(tenantId, { disabled }) {
      return inTransaction(db, async (trx) => {
        await query(trx, 'delete from tenant_imports where tenant_id = ?', [tenantId]);
        await query(
          trx,
          'update tenants set disabled_at = case when ? then disabled_at end where id = ?',
          [disabled, tenantId],
        );
        await touchTenant(trx, tenantId);
      });
    },

    discard(tenantId) {
      return inTransaction(db, async (trx) => {
        // A large tenant takes longer than a request's patience.
        await trx.raw('set local statement_timeout = 0');
        const found = await query(
          trx,
          'select 1 from tenant_imports where tenant_id = ? for update',
          [tenantId],
        );
        if (found.length === 0) throw new ConflictError('its import has come to its end');
        for (const { name } of ARCHIVED_TABLES.toReversed()) {
          // Events are for good; those of an id that nobody has are found by nobody.
          if (name === AUDIT_TABLE) continue;
          await query(trx, `delete from ${name} where tenant_id = ?`, [tenantId]);
        }
        const [gone] = await query<{ slug: string }>(
          trx,
          'delete from tenants where id = ? returning slug',
          [tenantId],
        );
        // There is always one at PUBLIC_URL, as in a new deployment.
        if (gone?.slug !== DEFAULT_TENANT_SLUG) return;
        await query(trx, 'insert into tenants (slug, name) values (?, ?)', [
          DEFAULT_TENANT_SLUG,
          'Gatehouse',
        ]);
      });
    },
  };
}

async function newestMigration(db: Knex): Promise<string> {
  const row = await queryOne<{ name: string }>(
    db,
    'select max(name collate "C") as name from knex_migrations',
  );
  return row?.name ?? '';
}

async function count(
  trx: Knex.Transaction,
  table: ArchivedTable,
  tenantId: string,
  now: Date,
): Promise<number> {
  const { sql, bindings } = selected(table, 'count(*) as count', tenantId, now);
  const row = await queryOne<{ count: string }>(trx, sql, bindings);
  return Number(row?.count);
}

async function* readRows(
  trx: Knex.Transaction,
  tables: readonly ArchivedTable[],
  tenantId: string,
  now: Date,
): AsyncGenerator<ArchivedRow> {
  const [tenant] = await query<{ row: ArchivedRow['row'] }>(
    trx,
    `select row_to_json(t) as row from (select ${TENANT_COLUMNS.join(', ')} from tenants where id = ?) t`,
    [tenantId],
  );
  if (tenant !== undefined) yield { table: 'tenants', row: tenant.row };
  for (const table of tables) {
    const columns = table.columns.map((column) => {
      if (column === table.partly?.column) return `${table.partly.as} as ${column}`;
      return column === table.json ? `${column}::text` : column;
    });
    const { sql, bindings } = selected(table, columns.join(', '), tenantId, now);
    await query(
      trx,
      `declare rows no scroll cursor for select row_to_json(t) as row from (${sql}) t`,
      bindings,
    );
    for (;;) {
      const page = await query<{ row: ArchivedRow['row'] }>(trx, `fetch ${FETCH} from rows`);
      for (const { row } of page) yield { table: table.name, row };
      if (page.length < FETCH) break;
    }
    await query(trx, 'close rows');
  }
}

function selected(
  { name, where }: ArchivedTable,
  what: string,
  tenantId: string,
  now: Date,
): { sql: string; bindings: string[] } {
  const condition = where === undefined ? '' : ` and ${where.replace(':now', '?')}`;
  const timed = where?.includes(':now') ? [now.toISOString()] : [];
  return {
    sql: `select ${what} from ${name} where tenant_id = ?${condition}`,
    bindings: [tenantId, ...timed],
  };
}

async function findConflicts(
  db: Knex,
  { slug, host }: Parameters<TenantArchiveStore['conflicts']>[0],
): Promise<TenantConflict[]> {
  const rows = await query<{ what: TenantConflict['what']; value: string }>(
    db,
    `select 'slug' as what, slug as value from tenants t
      where slug = ? and not (slug = '${DEFAULT_TENANT_SLUG}' and ${UNUSED})
     union all
     select 'host', custom_host from tenants where custom_host = ?`,
    [slug, host ?? null],
  );
  return rows;
}

/** A tenant with nothing of its own: no settings either, which a discarded import could not bring back. */
const UNUSED = `managed_by is null and settings = '{}' and custom_host is null
  and not exists (select 1 from applications where tenant_id = t.id)
  and not exists (select 1 from accounts where tenant_id = t.id)
  and not exists (select 1 from groups where tenant_id = t.id)
  and not exists (select 1 from upstream_providers where tenant_id = t.id)
  and not exists (select 1 from invitations where tenant_id = t.id)
  and not exists (select 1 from artifacts where tenant_id = t.id)
  and not exists (select 1 from tenant_imports where tenant_id = t.id)`;

/** Writes the tenant's own row, disabled: a new one, or that of a tenant `default` that nobody has used. */
async function placeTenant(
  trx: Knex.Transaction,
  tenant: ArchivedRow['row'],
  slug: string,
): Promise<string> {
  const unused = slug === DEFAULT_TENANT_SLUG ? await emptyUnused(trx) : undefined;
  const columns = `${TENANT_COLUMNS.join(', ')}, disabled_at`;
  const values = TENANT_COLUMNS.map((name) => (name === 'slug' ? '?' : name)).join(', ');
  const archived = `select ${values}, now() from json_populate_record(null::tenants, ?::json)`;
  const bindings = [slug, JSON.stringify(tenant)];
  if (unused !== undefined) {
    const sql = `update tenants set (${columns}) = (${archived}) where id = ?`;
    await query(trx, sql, [...bindings, unused]);
    await touchTenant(trx, unused);
    return unused;
  }
  const sql = `insert into tenants (${columns}) ${archived} returning id`;
  const row = await queryOne<{ id: string }>(trx, sql, bindings);
  return row?.id ?? '';
}

/**
 * The tenant `default` of a deployment where nobody has used it, emptied of the keys that it may have.
 */
async function emptyUnused(trx: Knex.Transaction): Promise<string | undefined> {
  const found = await queryOne<{ id: string }>(
    trx,
    `select id from tenants t where slug = '${DEFAULT_TENANT_SLUG}' and ${UNUSED} for update`,
  );
  if (found === undefined) return undefined;
  for (const table of ['signing_keys', 'key_sets', 'one_time_codes', 'passkey_challenges']) {
    await query(trx, `delete from ${table} where tenant_id = ?`, [found.id]);
  }
  return found.id;
}

/** Outside of the month's partition an event cannot be written. */
async function ensurePartitions(
  trx: Knex.Transaction,
  rows: readonly ArchivedRow['row'][],
): Promise<void> {
  const months = new Set(rows.map(({ at }) => `${String(at).slice(0, 'yyyy-mm'.length)}-15`));
  for (const month of months) await query(trx, 'select ensure_audit_partition(?)', [month]);
}
