import type { Knex } from 'knex';

/** Signing keys per tenant, sealed, and the deployment's own sealed secrets. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table key_sets (
      tenant_id uuid primary key references tenants (id),
      version bigint not null
    );

    create table signing_keys (
      tenant_id uuid not null references key_sets (tenant_id),
      kid text collate "C" not null,
      algorithm text not null,
      stage text not null check (stage in ('next', 'active', 'retiring')),
      public_jwk jsonb not null,
      sealed_private_jwk text not null,
      created_at timestamptz not null,
      stage_since timestamptz not null,
      gone_at timestamptz,
      -- When the stage ends by itself: a next key may become active, a retiring key goes.
      due_at timestamptz generated always as (
        case stage when 'next' then stage_since when 'retiring' then gone_at end
      ) stored,
      primary key (tenant_id, kid)
    );
    create index signing_keys_due on signing_keys (due_at) where due_at is not null;

    -- Secrets that every replica shares: cookie signing keys, peppers. Sealed; newest version first.
    create table deployment_secrets (
      purpose text collate "C" not null,
      version integer not null,
      sealed text not null,
      created_at timestamptz not null default now(),
      primary key (purpose, version)
    );
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table deployment_secrets, signing_keys, key_sets');
}
