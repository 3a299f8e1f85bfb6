-- The role that looks, and may do nothing else: it sees what PostgreSQL says of itself, and of our
-- tables the columns that say when a row is over and whether it waits. No name, address or digest.
--
-- Run by a superuser in Gatehouse's database, after `gatehouse migrate`, and again after each upgrade:
--
--   psql -X -v ON_ERROR_STOP=1 -f monitor.sql
--   \password gatehouse_monitor
begin;

do $$
begin
  if not exists (select from pg_roles where rolname = 'gatehouse_monitor') then
    create role gatehouse_monitor login connection limit 5;
  end if;
  execute format('grant connect on database %I to gatehouse_monitor', current_database());
end $$;
grant pg_monitor to gatehouse_monitor;
alter role gatehouse_monitor set default_transaction_read_only = on;
alter role gatehouse_monitor set statement_timeout = '60s';
alter role gatehouse_monitor set lock_timeout = '1s';

-- Apart from the tables: a backup of those can be restored where nobody may make extensions. The rows of
-- pg_stat_statements need shared_preload_libraries (settings.conf); it can be made before.
create schema if not exists extensions;
grant usage on schema extensions to gatehouse_monitor;
alter role gatehouse_monitor set search_path = public, extensions;
create extension if not exists pg_stat_statements with schema extensions;
create extension if not exists pgstattuple with schema extensions;

grant usage on schema public to gatehouse_monitor;
grant select (expires_at) on
  artifacts, tombstones, one_time_links, invitations, email_changes, passkey_challenges, one_time_codes,
  remembered_browsers, totp_factors, mail_outbox, logout_notifications to gatehouse_monitor;
grant select (previous_secret_expires_at) on clients to gatehouse_monitor;
grant select (status, attempts, error, next_attempt_at, created_at) on mail_outbox to gatehouse_monitor;
grant select (status, attempts, problem, next_attempt_at, created_at) on logout_notifications
  to gatehouse_monitor;
grant select (name) on knex_migrations to gatehouse_monitor;
grant execute on function audit_partitions_before(timestamptz) to gatehouse_monitor;

commit;
