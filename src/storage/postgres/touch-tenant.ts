import type { Knex } from 'knex';
import { NotFoundError } from '../../errors.ts';
import type { TenantId } from '../../tenants/tenant.ts';
import { queryOne } from './query.ts';

/**
 * Takes the tenant's row lock until the transaction ends.
 *
 * Every transaction that will call {@link touchTenant} after other changes takes it first, so that
 * all writers of a tenant queue up in one order and never wait for each other in a circle. Readers
 * do not wait.
 *
 * @returns whether there is such a tenant
 */
export async function lockTenant(trx: Knex.Transaction, tenantId: TenantId): Promise<boolean> {
  const row = await queryOne(trx, 'select 1 from tenants where id = ? for no key update', [
    tenantId,
  ]);
  return row !== undefined;
}

/**
 * Marks a tenant as changed: its version grows by one, and the change feed
 * (`TenantStore.changesSince`) reports it once the transaction has committed.
 *
 * @param db - the transaction that holds the change itself
 * @returns the new version
 * @throws NotFoundError when there is no such tenant
 */
export async function touchTenant(db: Knex, tenantId: TenantId): Promise<number> {
  const row = await queryOne<{ version: string }>(
    db,
    `update tenants
        set version = version + 1, changed_xid = pg_current_xact_id(), updated_at = now()
      where id = ?
      returning version`,
    [tenantId],
  );
  if (row === undefined) throw new NotFoundError('tenant');
  return Number(row.version);
}
