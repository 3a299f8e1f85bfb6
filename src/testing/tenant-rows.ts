import type { Knex } from 'knex';
import type { TenantId } from '../tenants/tenant.ts';

/**
 * Everything that the database holds of one tenant, table by table, discovered from the catalog:
 * compare two of these to see that nothing of the tenant changed in between.
 */
export async function rowsOfTenant(
  db: Knex,
  tenantId: TenantId,
): Promise<Record<string, unknown[]>> {
  const rows: Record<string, unknown[]> = {
    tenants: await db('tenants').where({ id: tenantId }),
  };
  for (const table of await tenantTables(db)) {
    const found = await db.raw<{ rows: { row: unknown }[] }>(
      'select row_to_json(t) as row from ?? t where tenant_id = ? order by row_to_json(t)::text',
      [table, tenantId],
    );
    rows[table] = found.rows.map(({ row }) => row);
  }
  return rows;
}

/** Names of the tables whose rows belong to a tenant, sorted; partitions count as their parent. */
export async function tenantTables(db: Knex): Promise<string[]> {
  const found = await db.raw<{ rows: { name: string }[] }>(`
    select c.relname as name
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
     where c.relnamespace = current_schema()::regnamespace
       and c.relkind in ('r', 'p') and not c.relispartition and not a.attisdropped
     order by c.relname`);
  return found.rows.map(({ name }) => name);
}
