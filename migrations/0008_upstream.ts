import type { Knex } from 'knex';

/**
 * Upstream sign-in: the OpenID Connect providers that people of a tenant may sign in with, and
 * which of their identities belongs to which account.
 *
 * Only tables are added, so the release before this one works on the result.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table upstream_providers (
      tenant_id uuid not null references tenants (id),
      key text collate "C" not null check (key ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])\\?$'),
      name text not null,
      issuer text collate "C" not null,
      client_id text not null,
      -- Readable to the server alone: it is sent to the provider.
      sealed_client_secret text not null,
      -- HMAC-SHA-256, base64url: tells whether a seed file has another secret.
      client_secret_digest text not null,
      scopes text[] not null,
      prompt text,
      -- Whether the provider's word on an e-mail address counts.
      trust_email boolean not null default false,
      -- Whether somebody without an account gets one.
      registration text not null default 'deny' check (registration in ('allow', 'deny')),
      -- Domains of new accounts' addresses, lower case; empty: any.
      email_domains text[] not null default '{}',
      disabled_at timestamptz,
      managed_by text,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      primary key (tenant_id, key)
    );

    create table upstream_links (
      tenant_id uuid not null,
      id uuid not null default gen_random_uuid(),
      provider_key text collate "C" not null,
      -- A subject means something at its issuer alone; a provider may be pointed at another one.
      issuer text collate "C" not null,
      subject text collate "C" not null,
      account_id text collate "C" not null,
      -- What the provider said last, to show which identity it is. Nothing is decided by it.
      shown_name text,
      shown_email text,
      created_at timestamptz not null,
      last_used_at timestamptz,
      primary key (tenant_id, id),
      constraint upstream_links_identity unique (tenant_id, provider_key, issuer, subject),
      foreign key (tenant_id, provider_key)
        references upstream_providers (tenant_id, key) on delete cascade,
      foreign key (tenant_id, account_id) references accounts (tenant_id, id) on delete cascade
    );
    create index upstream_links_account on upstream_links (tenant_id, account_id);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table upstream_links, upstream_providers;
  `);
}
