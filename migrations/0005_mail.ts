import type { Knex } from 'knex';

/**
 * The mail outbox: a row for each message, from its insert by a request until retention removes it.
 *
 * A message names its account without a foreign key: the last one tells a person that the account
 * is deleted. What it says is sealed, and gone once it is sent or given up.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table mail_outbox (
      tenant_id uuid not null references tenants (id),
      -- A UUIDv7: the order of the primary key is the order of writing.
      id uuid not null,
      kind text collate "C" not null,
      account_id text collate "C",
      language text collate "C" not null,
      -- Empty for a decoy.
      recipient text not null,
      status text collate "C" not null
        check (status in ('queued', 'sent', 'bounced', 'failed', 'decoy')),
      attempts integer not null default 0,
      -- When it is due; while somebody sends it, when they are taken for dead.
      next_attempt_at timestamptz,
      -- Somebody is sending it until then.
      claimed_until timestamptz,
      give_up_at timestamptz not null,
      error text collate "C",
      sealed_content text,
      created_at timestamptz not null,
      sent_at timestamptz,
      -- When retention removes the row.
      expires_at timestamptz not null,
      primary key (tenant_id, id),
      check ((status = 'queued') = (next_attempt_at is not null)),
      check (claimed_until is null or status = 'queued'),
      check (case status when 'queued' then sealed_content is not null
                         when 'decoy' then true
                         else sealed_content is null end)
    );
    create index mail_outbox_due on mail_outbox (next_attempt_at) where next_attempt_at is not null;
    create index mail_outbox_expiry on mail_outbox (expires_at);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table mail_outbox;');
}
