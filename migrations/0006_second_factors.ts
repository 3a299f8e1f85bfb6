import type { Knex } from 'knex';

/**
 * What proves a person beside the password, and codes sent by e-mail. Seeds are sealed; codes and
 * tokens are stored as digests, those that a person could guess keyed.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Authenticator apps. An account has one that is active, and one that waits to be confirmed.
    create table totp_factors (
      tenant_id uuid not null,
      id uuid not null,
      account_id text collate "C" not null,
      state text collate "C" not null check (state in ('pending', 'active')),
      name text not null default '',
      sealed_seed text not null,
      -- A pending one belongs to the session or interaction that asked for it.
      binding_digest text collate "C",
      expires_at timestamptz,
      -- RFC 6238's T of the last code that was used: neither it nor an older one works again.
      last_used_step integer,
      last_used_at timestamptz,
      created_at timestamptz not null default now(),
      primary key (tenant_id, id),
      constraint totp_factors_account unique (tenant_id, account_id, state),
      foreign key (tenant_id, account_id) references accounts (tenant_id, id) on delete cascade,
      check ((state = 'pending') = (expires_at is not null)),
      check ((state = 'pending') = (binding_digest is not null))
    );
    create index totp_factors_expiry on totp_factors (expires_at) where expires_at is not null;

    -- Codes that are left; using one deletes it.
    create table recovery_codes (
      tenant_id uuid not null,
      account_id text collate "C" not null,
      digest text collate "C" not null,
      created_at timestamptz not null default now(),
      primary key (tenant_id, account_id, digest),
      foreign key (tenant_id, account_id) references accounts (tenant_id, id) on delete cascade
    );

    create table remembered_browsers (
      tenant_id uuid not null,
      id uuid not null default gen_random_uuid(),
      account_id text collate "C" not null,
      digest text collate "C" not null,
      user_agent text not null,
      address text not null,
      expires_at timestamptz not null,
      last_used_at timestamptz not null,
      created_at timestamptz not null,
      primary key (tenant_id, id),
      constraint remembered_browsers_digest unique (tenant_id, account_id, digest),
      foreign key (tenant_id, account_id) references accounts (tenant_id, id) on delete cascade
    );
    create index remembered_browsers_expiry on remembered_browsers (expires_at);

    -- Codes sent by e-mail. They may be asked for before there is an account, or for none.
    create table one_time_codes (
      tenant_id uuid not null references tenants (id),
      -- Keyed digest of purpose, subject, and the session or interaction that asked.
      lookup text collate "C" not null,
      purpose text collate "C" not null,
      nonce text not null,
      digest text not null,
      tries smallint not null default 0,
      expires_at timestamptz not null,
      created_at timestamptz not null default now(),
      primary key (tenant_id, lookup)
    );
    create index one_time_codes_expiry on one_time_codes (expires_at);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table one_time_codes, remembered_browsers, recovery_codes, totp_factors;
  `);
}
