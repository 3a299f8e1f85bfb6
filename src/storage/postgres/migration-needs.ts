import type { Knex } from 'knex';
import type { MigrationSource } from './migration-source.ts';
import { query } from './query.ts';

/**
 * What the migrations of a database ask of releases that do not know them: one row for each, beside
 * the table of Knex. A release can read it whatever came after it, so its form never changes.
 */
const TABLE = `
  create table if not exists migration_needs (
    migration text primary key,
    -- Which migration a release must know to work with this one's result; null: none.
    needs text
  )`;

/**
 * Writes down what migrations need, where that is not there yet: Knex's own tools do not.
 *
 * @param applied - of these migrations, in this transaction or before
 */
export async function recordNeeds(
  trx: Knex.Transaction,
  source: MigrationSource,
  applied: readonly string[],
): Promise<void> {
  await trx.raw(TABLE);
  const recorded = await readNeeds(trx);
  for (const name of applied.filter((one) => !recorded.has(one))) {
    const { needs = null } = await source.getMigration(name);
    await query(trx, 'insert into migration_needs (migration, needs) values (?, ?)', [name, needs]);
  }
}

/** What each migration needs, by name; null: of a release that does not know it, nothing. */
export async function readNeeds(db: Knex): Promise<Map<string, string | null>> {
  const [table] = await query<{ there: boolean }>(
    db,
    `select to_regclass('migration_needs') is not null as there`,
  );
  if (!table?.there) return new Map();
  const rows = await query<{ migration: string; needs: string | null }>(
    db,
    'select migration, needs from migration_needs',
  );
  return new Map(rows.map(({ migration, needs }) => [migration, needs]));
}
