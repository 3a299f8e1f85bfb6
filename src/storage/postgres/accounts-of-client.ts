import type { Knex } from 'knex';
import type { TenantId } from '../../tenants/tenant.ts';
import { query } from './query.ts';

/**
 * The accounts that have a Grant of a client. Grants are durable: none of them is anywhere else.
 *
 * Reads all Grants of the tenant: for when a client is removed, which is rare.
 *
 * @returns their ids
 * @throws StorageUnavailableError
 */
export async function accountsOfClient(
  db: Knex,
  tenantId: TenantId,
  clientId: string,
): Promise<string[]> {
  const rows = await query<{ id: string }>(
    db,
    `select distinct account_id as id from artifacts
      where tenant_id = ? and model = 'Grant' and payload ->> 'clientId' = ?
        and account_id is not null
      order by id`,
    [tenantId, clientId],
  );
  return rows.map(({ id }) => id);
}
