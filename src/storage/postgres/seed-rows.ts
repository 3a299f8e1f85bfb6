import type { Knex } from 'knex';
import type { SeedKind } from '../../seeds/seed-store.ts';
import { query } from './query.ts';

/** Rows that one statement takes: bounds the size of a message, not of a seed. */
const CHUNK = 1_000;

/** The row of a thing as `w`, from the tenant `t` and the JSON row `x`. */
export const SEED_ROWS: Readonly<Record<SeedKind, { table: string; where: string }>> = {
  tenant: { table: 'tenants', where: 'w.id = t.id' },
  upstream: { table: 'upstream_providers', where: 'w.tenant_id = t.id and w.key = x.key' },
  application: { table: 'applications', where: 'w.tenant_id = t.id and w.key = x.key' },
  role: {
    table: 'roles',
    where: `w.tenant_id = t.id and w.key = x.key and w.application_id =
              (select a.id from applications a where a.tenant_id = t.id and a.key = x.application)`,
  },
  client: { table: 'clients', where: 'w.tenant_id = t.id and w.client_id = x.key' },
  group: { table: 'groups', where: 'w.tenant_id = t.id and w.key = x.key' },
  account: { table: 'accounts', where: 'w.tenant_id = t.id and w.id = x.key' },
};

/** Runs `sql` with the rows as its one JSON binding, in chunks. */
export async function eachChunk(
  trx: Knex.Transaction,
  rows: readonly object[],
  ...statements: string[]
): Promise<void> {
  for (let start = 0; start < rows.length; start += CHUNK) {
    const json = JSON.stringify(rows.slice(start, start + CHUNK));
    for (const sql of statements) await query(trx, sql, [json]);
  }
}
