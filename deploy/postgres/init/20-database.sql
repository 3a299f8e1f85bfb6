-- The database is the owner's, and so is its schema public (pg_database_owner); nobody else has a right
-- that is not said here.
alter database :"DBNAME" owner to gatehouse_owner;

-- Neither a look nor a temporary table: what a function of the owner's names is never somebody else's.
revoke all on database :"DBNAME" from public;
revoke all on database postgres from public;
revoke all on database template1 from public;
grant connect on database :"DBNAME" to gatehouse_migrator, gatehouse_app, gatehouse_monitor;

-- Large objects are anybody's to make; here nobody makes any.
revoke execute on function lo_create(oid), lo_creat(integer), lo_from_bytea(oid, bytea) from public;

-- The owner by name, too, for a copy of this database that belongs to somebody else.
revoke all on schema public from public;
grant all on schema public to gatehouse_owner;
grant usage on schema public to gatehouse_app;

-- What migrations make from now on. Nothing is truncated, referenced, or given a trigger by the
-- application; what it may not do to a table of its own rows, the table's migration says.
alter default privileges for role gatehouse_owner
  grant select, insert, update, delete on tables to gatehouse_app;
alter default privileges for role gatehouse_owner
  revoke execute on functions from public;
alter default privileges for role gatehouse_owner
  grant execute on functions to gatehouse_app;
alter default privileges for role gatehouse_owner
  revoke usage on types from public;
alter default privileges for role gatehouse_owner
  grant usage on types to gatehouse_app;
