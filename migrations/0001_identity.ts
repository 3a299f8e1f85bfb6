import type { Knex } from 'knex';

/**
 * Tenants and what they own: applications, clients, roles, groups, accounts, credentials, grants.
 *
 * `tenant_id` leads every primary key and every foreign key is composite on it, so the database
 * itself refuses a row that points across tenants. Identifiers are compared and ordered as bytes
 * (collation "C"): the same order on every deployment, and no index that a new version of the
 * operating system's locale data could make wrong.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table tenants (
      id uuid primary key default gen_random_uuid(),
      slug text collate "C" not null unique check (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])\\?$'),
      name text not null,
      custom_issuer text unique,
      custom_host text collate "C" unique,
      settings jsonb not null default '{}',
      version bigint not null default 1,
      -- The transaction that last changed the row; the change feed reads by it.
      changed_xid xid8 not null default pg_current_xact_id(),
      disabled_at timestamptz,
      managed_by text,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      check ((custom_issuer is null) = (custom_host is null))
    );
    create index tenants_changed on tenants (changed_xid);
    insert into tenants (slug, name) values ('default', 'Gatehouse');

    create table applications (
      tenant_id uuid not null references tenants (id),
      id uuid not null default gen_random_uuid(),
      key text collate "C" not null check (key ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])\\?$'),
      name text not null,
      first_party boolean not null default false,
      audience text collate "C",
      require_assignment boolean not null default false,
      permissions_in_token boolean not null default true,
      managed_by text,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      primary key (tenant_id, id),
      unique (tenant_id, key),
      unique (tenant_id, audience)
    );

    create table roles (
      tenant_id uuid not null,
      id uuid not null default gen_random_uuid(),
      application_id uuid not null,
      key text collate "C" not null,
      name text,
      permissions text[] not null default '{}',
      managed_by text,
      primary key (tenant_id, id),
      unique (tenant_id, application_id, key),
      foreign key (tenant_id, application_id) references applications (tenant_id, id) on delete cascade
    );

    create table clients (
      tenant_id uuid not null,
      client_id text collate "C" not null check (length(client_id) between 1 and 255),
      application_id uuid not null,
      -- RFC 7591 metadata without client_secret.
      metadata jsonb not null,
      -- HMAC-SHA-256 digests, base64url: the current secret and the one before it.
      secret_digest text,
      previous_secret_digest text,
      previous_secret_expires_at timestamptz,
      disabled_at timestamptz,
      managed_by text,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      primary key (tenant_id, client_id),
      foreign key (tenant_id, application_id) references applications (tenant_id, id) on delete cascade
    );
    create index clients_application on clients (tenant_id, application_id);
    create index clients_previous_secret on clients (previous_secret_expires_at)
      where previous_secret_digest is not null;

    create table client_roles (
      tenant_id uuid not null,
      client_id text collate "C" not null,
      role_id uuid not null,
      primary key (tenant_id, client_id, role_id),
      foreign key (tenant_id, client_id) references clients (tenant_id, client_id) on delete cascade,
      foreign key (tenant_id, role_id) references roles (tenant_id, id) on delete cascade
    );
    create index client_roles_role on client_roles (tenant_id, role_id);

    create table accounts (
      tenant_id uuid not null references tenants (id),
      id text collate "C" not null check (id ~ '^[\\x21-\\x7e]{1,255}$'),
      username text not null,
      -- Normalised (see accounts/normalize-identifier.ts): what uniqueness and sign-in go by.
      username_key text collate "C" not null check (username_key <> ''),
      email text,
      email_key text collate "C" check (email_key <> ''),
      email_verified boolean not null default false,
      claims jsonb not null default '{}',
      disabled_at timestamptz,
      managed_by text,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      primary key (tenant_id, id),
      unique (tenant_id, username_key),
      unique (tenant_id, email_key),
      check ((email is null) = (email_key is null))
    );

    create table passwords (
      tenant_id uuid not null,
      account_id text collate "C" not null,
      hash text not null,
      changed_at timestamptz not null default now(),
      primary key (tenant_id, account_id),
      foreign key (tenant_id, account_id) references accounts (tenant_id, id) on delete cascade
    );

    -- Single-use links by the digest of their secret. An account has one link of a purpose: a new
    -- one takes the place of the one before, using it deletes it.
    create table one_time_links (
      tenant_id uuid not null,
      digest text collate "C" not null,
      purpose text collate "C" not null,
      account_id text collate "C" not null,
      expires_at timestamptz not null,
      created_at timestamptz not null default now(),
      primary key (tenant_id, digest),
      constraint one_time_links_account unique (tenant_id, account_id, purpose),
      foreign key (tenant_id, account_id) references accounts (tenant_id, id) on delete cascade
    );
    create index one_time_links_expiry on one_time_links (expires_at);

    create table groups (
      tenant_id uuid not null references tenants (id),
      id uuid not null default gen_random_uuid(),
      key text collate "C" not null,
      name text,
      managed_by text,
      primary key (tenant_id, id),
      unique (tenant_id, key)
    );

    create table group_members (
      tenant_id uuid not null,
      group_id uuid not null,
      account_id text collate "C" not null,
      primary key (tenant_id, account_id, group_id),
      foreign key (tenant_id, group_id) references groups (tenant_id, id) on delete cascade,
      foreign key (tenant_id, account_id) references accounts (tenant_id, id) on delete cascade
    );
    create index group_members_group on group_members (tenant_id, group_id);

    create table group_roles (
      tenant_id uuid not null,
      group_id uuid not null,
      role_id uuid not null,
      primary key (tenant_id, group_id, role_id),
      foreign key (tenant_id, group_id) references groups (tenant_id, id) on delete cascade,
      foreign key (tenant_id, role_id) references roles (tenant_id, id) on delete cascade
    );
    create index group_roles_role on group_roles (tenant_id, role_id);

    create table account_roles (
      tenant_id uuid not null,
      account_id text collate "C" not null,
      role_id uuid not null,
      primary key (tenant_id, account_id, role_id),
      foreign key (tenant_id, account_id) references accounts (tenant_id, id) on delete cascade,
      foreign key (tenant_id, role_id) references roles (tenant_id, id) on delete cascade
    );
    create index account_roles_role on account_roles (tenant_id, role_id);

    -- What an account allowed a client, remembered beyond sessions.
    create table recorded_grants (
      tenant_id uuid not null,
      account_id text collate "C" not null,
      client_id text collate "C" not null,
      scopes text[] not null default '{}',
      claims text[] not null default '{}',
      resource_scopes jsonb not null default '{}',
      granted_at timestamptz not null default now(),
      primary key (tenant_id, account_id, client_id),
      foreign key (tenant_id, account_id) references accounts (tenant_id, id) on delete cascade,
      foreign key (tenant_id, client_id) references clients (tenant_id, client_id) on delete cascade
    );
    create index recorded_grants_client on recorded_grants (tenant_id, client_id);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table recorded_grants, account_roles, group_roles, group_members, groups, one_time_links,
      passwords, accounts, client_roles, clients, roles, applications, tenants;
  `);
}
