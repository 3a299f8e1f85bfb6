import type { Knex } from 'knex';

/**
 * Which months of the audit log are dropped and made, by the database's own clock: those that ended
 * over 400 days ago, and those that an event can be of. Both functions run with their owner's rights,
 * and whoever has taken a server over names any moment to them. Nor do they see a temporary table of
 * the caller's in the place of one that is meant: PostgreSQL looks among those first, even for its own
 * catalog, unless pg_temp is named last.
 *
 * Only what functions do is another, so the release before this one works on the result.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- What they take for the time. The owner's to replace where time is simulated; nobody else's.
    create function audit_clock() returns timestamptz language sql stable as $$ select now() $$;
    revoke all on function audit_clock() from public;

    create or replace function ensure_audit_partition(moment timestamptz) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
    declare
      start_at timestamptz := date_trunc('month', moment at time zone 'UTC') at time zone 'UTC';
      end_at timestamptz := (date_trunc('month', moment at time zone 'UTC') + interval '1 month') at time zone 'UTC';
      name text := 'audit_events_' || to_char(moment at time zone 'UTC', 'YYYY_MM');
    begin
      if to_regclass(name) is not null then return; end if;
      -- Before there was an event, and further ahead than a clock can be wrong: each month costs every
      -- reader of the table a little.
      if moment < '2020-01-01 00:00Z' or moment > audit_clock() + interval '2 years' then
        raise exception 'no event of the audit log is of %', moment
          using errcode = 'datetime_field_overflow';
      end if;
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

    -- Drops what is older than a moment, and over 400 days old, and says how many. Gives up rather
    -- than make writers wait for a long reader.
    create or replace function drop_audit_partitions(moment timestamptz) returns integer
    language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '200ms' as $$
    declare
      name text;
      dropped integer := 0;
    begin
      for name in
        select audit_partitions_before(least(moment, audit_clock() - interval '400 days'))
      loop
        execute format('drop table if exists %I', name);
        dropped := dropped + 1;
      end loop;
      return dropped;
    end $$;

    alter function audit_partitions_before(timestamptz) set search_path = public, pg_temp;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    create or replace function ensure_audit_partition(moment timestamptz) returns void
    language plpgsql security definer set search_path from current as $$
    declare
      start_at timestamptz := date_trunc('month', moment at time zone 'UTC') at time zone 'UTC';
      end_at timestamptz := (date_trunc('month', moment at time zone 'UTC') + interval '1 month') at time zone 'UTC';
      name text := 'audit_events_' || to_char(moment at time zone 'UTC', 'YYYY_MM');
    begin
      if to_regclass(name) is not null then return; end if;
      lock table audit_events in share update exclusive mode;
      if to_regclass(name) is not null then return; end if;
      execute format('create table %I (like audit_events including defaults including constraints)', name);
      execute format(
        'alter table audit_events attach partition %I for values from (%L) to (%L)',
        name, start_at, end_at
      );
    end $$;

    create or replace function drop_audit_partitions(moment timestamptz) returns integer
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

    alter function audit_partitions_before(timestamptz) set search_path from current;
    drop function audit_clock();
  `);
}
