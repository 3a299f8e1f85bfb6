import type { Knex } from 'knex';
import type { ReleaseWrite, RemoveWrite, RetireWrite } from '../../seeds/seed-store.ts';
import { eachChunk, SEED_ROWS } from './seed-rows.ts';

/** Foreign keys take what belongs to a thing along. */
export async function removeThings(
  trx: Knex.Transaction,
  kind: RemoveWrite['of'],
  writes: readonly RemoveWrite[],
): Promise<void> {
  const { table, where } = SEED_ROWS[kind];
  await eachChunk(
    trx,
    writes.filter(({ of }) => of === kind),
    `delete from ${table} w
      using jsonb_to_recordset(?::jsonb) as x(tenant text, application text, key text), tenants t
      where t.slug = x.tenant and ${where} and w.managed_by = 'seed'`,
  );
}

/** Audiences of applications that go may be taken by others. */
export async function releaseAudiences(
  trx: Knex.Transaction,
  writes: readonly RemoveWrite[],
): Promise<void> {
  await eachChunk(
    trx,
    writes.filter(({ of }) => of === 'application'),
    `update applications w set audience = null
       from jsonb_to_recordset(?::jsonb) as x(tenant text, key text), tenants t
      where t.slug = x.tenant and ${SEED_ROWS.application.where} and w.managed_by = 'seed'`,
  );
}

export async function releaseAccounts(
  trx: Knex.Transaction,
  writes: readonly ReleaseWrite[],
): Promise<void> {
  const source = 'jsonb_to_recordset(?::jsonb) as x(tenant text, key text), tenants t';
  await eachChunk(
    trx,
    writes,
    ...['account_roles', 'group_members'].map(
      (table) => `delete from ${table} w using ${source}
                   where t.slug = x.tenant and w.tenant_id = t.id and w.account_id = x.key`,
    ),
    `update accounts w set managed_by = null, seed_record = null, updated_at = now() from ${source}
      where t.slug = x.tenant and ${SEED_ROWS.account.where}`,
  );
}

export async function retireTenants(
  trx: Knex.Transaction,
  writes: readonly RetireWrite[],
): Promise<void> {
  await eachChunk(
    trx,
    writes,
    `update tenants t
        set disabled_at = coalesce(t.disabled_at, now()), seed_record = null,
            -- One that an operator disabled stays an operator's: no file is to enable it.
            managed_by = case when t.disabled_at is null then 'pruned' end, updated_at = now()
       from jsonb_to_recordset(?::jsonb) as x(tenant text)
      where t.slug = x.tenant and t.managed_by = 'seed'`,
  );
}
