import type { Knex } from 'knex';

/** Audit events: append-only, partitioned by month; a default partition catches clock errors. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table audit_events (
      id uuid not null default gen_random_uuid(),
      at timestamptz not null default now(),
      tenant_id uuid,
      kind text not null,
      outcome text not null check (outcome in ('success', 'failure')),
      actor_type text not null,
      actor_id text,
      subject_type text,
      subject_id text,
      client_id text,
      address text,
      request_id text,
      detail jsonb not null default '{}',
      primary key (at, id)
    ) partition by range (at);
    create index audit_events_tenant on audit_events (tenant_id, at desc);
    create index audit_events_subject on audit_events (tenant_id, subject_id, at desc);
    create table audit_events_default partition of audit_events default;

    -- Creates the partition of the month that holds a moment, if it is not there yet.
    create function ensure_audit_partition(moment timestamptz) returns void
    language plpgsql as $$
    declare
      start_at timestamptz := date_trunc('month', moment at time zone 'UTC') at time zone 'UTC';
      end_at timestamptz := (date_trunc('month', moment at time zone 'UTC') + interval '1 month') at time zone 'UTC';
      name text := 'audit_events_' || to_char(moment at time zone 'UTC', 'YYYY_MM');
    begin
      if to_regclass(name) is null then
        execute format(
          'create table if not exists %I partition of audit_events for values from (%L) to (%L)',
          name, start_at, end_at
        );
      end if;
    end $$;

    create function refuse_audit_change() returns trigger language plpgsql as $$
    begin
      raise exception 'audit_events is append-only';
    end $$;
    create trigger audit_events_append_only before update or delete on audit_events
      for each row execute function refuse_audit_change();

    select ensure_audit_partition(now()), ensure_audit_partition(now() + interval '1 month');
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table audit_events;
    drop function ensure_audit_partition(timestamptz);
    drop function refuse_audit_change();
  `);
}
