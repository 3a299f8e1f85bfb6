-- Sets a broken database aside, as gatehouse_broken, to which nobody connects, and makes an empty one in its
-- place, as the files of init make it: for a restore (docs/deploy.md, "Restore in containers"). By the
-- superuser, in the container of PostgreSQL, where those files are:
--
--   psql -X -v ON_ERROR_STOP=1 postgres <set-aside.sql
alter database gatehouse allow_connections false;
select count(pg_terminate_backend(pid)) as "connections ended" from pg_stat_activity where datname = 'gatehouse';
alter database gatehouse rename to gatehouse_broken;
create database gatehouse;
\connect gatehouse
\i /docker-entrypoint-initdb.d/20-database.sql
\i /docker-entrypoint-initdb.d/30-extensions.sql
