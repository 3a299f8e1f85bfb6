import type { Knex } from 'knex';

/** Invitations: links with which somebody makes an account for the address that was invited. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table invitations (
      tenant_id uuid not null references tenants (id),
      id uuid not null default gen_random_uuid(),
      -- SHA-256 of the link's token.
      digest text collate "C" not null,
      email text not null,
      email_key text collate "C" not null check (email_key <> ''),
      -- application:role, given to the account if they are still there.
      roles text[] not null default '{}',
      expires_at timestamptz not null,
      created_at timestamptz not null default now(),
      primary key (tenant_id, id),
      unique (tenant_id, digest),
      -- Inviting somebody again takes the place of the invitation before.
      constraint invitations_email unique (tenant_id, email_key)
    );
    create index invitations_expiry on invitations (expires_at);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table invitations');
}
