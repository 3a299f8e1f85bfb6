import type { Knex } from 'knex';

/**
 * Tenants that came from another deployment, as `gatehouse tenant import` brings them.
 *
 * Only tables are added, so the release before this one works on the result.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Secrets of the deployments that a tenant came from: what was hashed there is compared under them.
    create table tenant_origins (
      tenant_id uuid not null references tenants (id) on delete cascade,
      -- The tenant's own id there.
      origin_id uuid not null,
      sealed_secrets text not null,
      created_at timestamptz not null default now(),
      primary key (tenant_id, origin_id)
    );

    -- Imports that have not come to their end: the tenant is disabled until then.
    create table tenant_imports (
      tenant_id uuid primary key references tenants (id) on delete cascade,
      -- The archive's own id.
      archive_id uuid not null unique,
      -- How many of its rows are written, in its order.
      rows bigint not null default 0,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    );
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table tenant_imports, tenant_origins');
}
