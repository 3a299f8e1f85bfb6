import type { Knex } from 'knex';

/**
 * Passkeys (WebAuthn credentials) of accounts, and the challenges that wait for an answer.
 *
 * Nothing here signs anybody in: a passkey's secret never leaves its authenticator, and a challenge
 * is stored as a digest. Credential ids, public keys and user handles are base64url.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- What an authenticator knows an account by: random, so that it says nothing, and the same for
    -- all its passkeys, so that an authenticator replaces its passkey instead of piling them up.
    create table passkey_users (
      tenant_id uuid not null,
      account_id text collate "C" not null,
      handle text collate "C" not null,
      primary key (tenant_id, account_id),
      unique (tenant_id, handle),
      foreign key (tenant_id, account_id) references accounts (tenant_id, id) on delete cascade
    );

    create table passkeys (
      tenant_id uuid not null,
      -- At most 1,023 bytes (Web Authentication, section 6.5.1).
      credential_id text collate "C" not null check (length(credential_id) between 1 and 1364),
      account_id text collate "C" not null,
      -- A COSE_Key (RFC 9052, section 7).
      public_key text not null,
      counter bigint not null check (counter >= 0),
      transports text[] not null default '{}',
      aaguid uuid not null,
      backup_eligible boolean not null,
      backed_up boolean not null check (backup_eligible or not backed_up),
      -- Given by the person, if they gave one.
      name text check (name <> ''),
      created_at timestamptz not null,
      last_used_at timestamptz,
      primary key (tenant_id, credential_id),
      foreign key (tenant_id, account_id)
        references passkey_users (tenant_id, account_id) on delete cascade
    );
    create index passkeys_account on passkeys (tenant_id, account_id, created_at);

    -- One challenge for each thing that waits for one (a digest, too): a new one takes the place of
    -- the one before, using it deletes it.
    create table passkey_challenges (
      tenant_id uuid not null references tenants (id),
      binding text collate "C" not null,
      digest text collate "C" not null,
      expires_at timestamptz not null,
      primary key (tenant_id, binding)
    );
    create index passkey_challenges_expiry on passkey_challenges (expires_at);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table passkey_challenges, passkeys, passkey_users');
}
