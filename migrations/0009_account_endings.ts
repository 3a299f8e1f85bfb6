import type { Knex } from 'knex';

/**
 * Back-channel logout: a row for each client that is to hear of a session's end, from the end
 * until retention removes it. And what finds the events of one account, whoever acted.
 *
 * A notification names its account without a foreign key: the last one says that the account is
 * deleted.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table logout_notifications (
      tenant_id uuid not null,
      id uuid not null default gen_random_uuid(),
      client_id text collate "C" not null,
      account_id text collate "C" not null,
      -- What the client knows the session by; it names the session's part in one client.
      sid text collate "C" not null,
      status text collate "C" not null default 'queued'
        check (status in ('queued', 'delivered', 'failed')),
      attempts integer not null default 0,
      -- When it is due; while somebody delivers it, when they are taken for dead.
      next_attempt_at timestamptz,
      problem text collate "C",
      created_at timestamptz not null,
      give_up_at timestamptz not null,
      -- When retention removes the row.
      expires_at timestamptz not null,
      primary key (tenant_id, id),
      -- Ending is repeated after an outage, and by whoever ends the same session at the same time.
      constraint logout_notifications_sid unique (tenant_id, client_id, sid),
      foreign key (tenant_id, client_id) references clients (tenant_id, client_id) on delete cascade,
      check ((status = 'queued') = (next_attempt_at is not null))
    );
    create index logout_notifications_due on logout_notifications (next_attempt_at)
      where next_attempt_at is not null;
    create index logout_notifications_expiry on logout_notifications (expires_at);

    -- Messages about one account. Not partial: a decoy, which has none, must cost the same.
    create index mail_outbox_account on mail_outbox (tenant_id, account_id, id);

    -- What somebody did, and what was done to their account. Tokens are issued by the thousand, and
    -- are no news to anybody: without them these stay small, and cost the token endpoint nothing.
    create index audit_events_by_account on audit_events (tenant_id, actor_id, at desc, id desc)
      where actor_type = 'account' and kind not in ('token.issued', 'token.refused');
    create index audit_events_on_account on audit_events (tenant_id, subject_id, at desc, id desc)
      where subject_type = 'account' and kind not in ('token.issued', 'token.refused');
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop index mail_outbox_account, audit_events_by_account, audit_events_on_account;
    drop table logout_notifications;
  `);
}
