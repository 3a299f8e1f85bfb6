import type { Knex } from 'knex';
import type { TenantOriginStore } from '../../keys/tenant-origin-store.ts';
import { query } from './query.ts';

/** Secrets of the deployments that tenants came from, in PostgreSQL. */
export function createPostgresTenantOriginStore(db: Knex): TenantOriginStore {
  return {
    list: () =>
      query(
        db,
        `select tenant_id as "tenantId", origin_id as "originId", sealed_secrets as "sealedSecrets"
           from tenant_origins order by tenant_id, origin_id`,
      ),
  };
}
