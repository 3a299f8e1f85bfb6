import type { Knex } from 'knex';

/**
 * What `seed apply` made of each thing that seeds manage: keyed digests of its values, field by
 * field. They tell a file that changed since then from a database that did.
 *
 * Only columns without a default are added, so the release before this one works on the result.
 */
const TABLES = [
  'tenants',
  'upstream_providers',
  'applications',
  'roles',
  'clients',
  'groups',
  'accounts',
];

export async function up(knex: Knex): Promise<void> {
  for (const table of TABLES) await knex.raw('alter table ?? add column seed_record jsonb', table);
}

export async function down(knex: Knex): Promise<void> {
  for (const table of TABLES) await knex.raw('alter table ?? drop column seed_record', table);
}
