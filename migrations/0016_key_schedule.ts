import type { Knex } from 'knex';

/** What finds keys whose successor is due, and the oldest ones, without reading every tenant's. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create index signing_keys_signing on signing_keys (stage_since) where stage = 'active';
    create index signing_keys_ages on signing_keys (stage, algorithm, created_at);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop index signing_keys_signing, signing_keys_ages');
}
