-- Gatehouse itself needs no extension. This one says which statements take the time; it is apart from
-- the tables, so that a backup of them can be restored where it is missing.
create schema extensions;
revoke all on schema extensions from public;
grant usage on schema extensions to gatehouse_owner, gatehouse_migrator, gatehouse_monitor;
alter role gatehouse_monitor set search_path = public, extensions;
create extension if not exists pg_stat_statements with schema extensions;
-- Texts of statements and activity of all roles, without a row of a table.
grant pg_read_all_stats to gatehouse_migrator, gatehouse_owner;
