import type { Knex } from 'knex';

/**
 * Audit events: append-only, partitioned by month.
 *
 * There is no default partition: a row in it would forbid the partition of its month for good.
 * Whoever writes a month's first event calls `ensure_audit_partition` before. The two functions
 * run with their owner's rights, so that a server whose role may neither create nor drop tables
 * needs only the right to execute them.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table audit_events (
      -- A UUIDv7 whose time is the column at: (at, id) is the order of writing, and a page's cursor.
      id uuid not null,
      at timestamptz not null,
      tenant_id uuid,
      kind text not null,
      outcome text not null check (outcome in ('success', 'failure')),
      actor_type text not null,
      actor_id text,
      subject_type text,
      subject_id text collate "C",
      client_id text,
      address text,
      request_id text,
      detail jsonb not null default '{}',
      primary key (at, id)
    ) partition by range (at);
    create index audit_events_tenant on audit_events (tenant_id, at desc, id desc);
    create index audit_events_subject on audit_events (tenant_id, subject_id, at desc, id desc);

    -- Creates the partition of the month that holds a moment, if it is not there yet. It is filled
    -- in beside the table and then attached, because attaching lets readers and writers go on.
    create function ensure_audit_partition(moment timestamptz) returns void
    language plpgsql security definer set search_path from current as $$
    declare
      start_at timestamptz := date_trunc('month', moment at time zone 'UTC') at time zone 'UTC';
      end_at timestamptz := (date_trunc('month', moment at time zone 'UTC') + interval '1 month') at time zone 'UTC';
      name text := 'audit_events_' || to_char(moment at time zone 'UTC', 'YYYY_MM');
    begin
      if to_regclass(name) is not null then return; end if;
      -- The lock that attaching takes. Waiting for it, unlike for an advisory lock, also makes this
      -- session hear of the tables that others made meanwhile.
      lock table audit_events in share update exclusive mode;
      if to_regclass(name) is not null then return; end if;
      execute format('create table %I (like audit_events including defaults including constraints)', name);
      execute format(
        'alter table audit_events attach partition %I for values from (%L) to (%L)',
        name, start_at, end_at
      );
    end $$;

    -- The partitions all of whose events are older than a moment.
    create function audit_partitions_before(moment timestamptz) returns setof text
    language sql stable set search_path from current as $$
      select relname::text from pg_inherits join pg_class on pg_class.oid = inhrelid
      where inhparent = 'audit_events'::regclass
        and to_date(substr(relname, 14), 'YYYY_MM') + interval '1 month' <= moment at time zone 'UTC'
    $$;

    -- Drops them, and says how many. Gives up rather than make writers wait for a long reader.
    create function drop_audit_partitions(moment timestamptz) returns integer
    language plpgsql security definer set search_path from current set lock_timeout = '200ms' as $$
    declare
      name text;
      dropped integer := 0;
    begin
      for name in select audit_partitions_before(moment) loop
        execute format('drop table if exists %I', name);
        dropped := dropped + 1;
      end loop;
      return dropped;
    end $$;

    revoke all on function ensure_audit_partition(timestamptz) from public;
    revoke all on function drop_audit_partitions(timestamptz) from public;

    create function refuse_audit_change() returns trigger language plpgsql as $$
    begin
      raise exception 'audit_events is append-only';
    end $$;
    create trigger audit_events_append_only before update or delete on audit_events
      for each row execute function refuse_audit_change();
    create trigger audit_events_keep before truncate on audit_events
      for each statement execute function refuse_audit_change();

    select ensure_audit_partition(now()), ensure_audit_partition(now() + interval '1 month');
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table audit_events;
    drop function ensure_audit_partition(timestamptz);
    drop function drop_audit_partitions(timestamptz);
    drop function audit_partitions_before(timestamptz);
    drop function refuse_audit_change();
  `);
}
