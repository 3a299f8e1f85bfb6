import type { Knex } from 'knex';

/** Changes of an account's e-mail address that wait for the mailboxes concerned. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table email_changes (
      tenant_id uuid not null,
      account_id text collate "C" not null,
      -- The address that the account is to have.
      email text not null,
      email_key text collate "C" not null check (email_key <> ''),
      -- The address that it has; with another one meanwhile, the change is void.
      previous_email text,
      previous_email_key text collate "C",
      -- SHA-256 of the token with which whoever reads that address approves; null: nobody has to.
      approval_digest text collate "C",
      -- When the mailbox of the new address was proved.
      proved_at timestamptz,
      approved_at timestamptz,
      expires_at timestamptz not null,
      created_at timestamptz not null default now(),
      -- A new change takes the place of the one before.
      primary key (tenant_id, account_id),
      unique (tenant_id, approval_digest),
      foreign key (tenant_id, account_id) references accounts (tenant_id, id) on delete cascade
    );
    create index email_changes_expiry on email_changes (expires_at);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table email_changes');
}
