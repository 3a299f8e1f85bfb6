-- Who is connected, and how much room is left. The last row is all together.
--
-- room: what is left for ordinary roles. Below a fifth of max_connections: lower DATABASE_POOL_MAX or
-- put pgbouncer in between. longest: in the state that it is in; "idle in transaction" for more than
-- seconds keeps locks and holds vacuum back.
with limits as (
  select current_setting('max_connections')::integer
         - current_setting('superuser_reserved_connections')::integer
         - coalesce(current_setting('reserved_connections', true)::integer, 0) as usable
)
select coalesce(a.usename, case when grouping(a.usename) = 1 then '(all)' end) as role,
       a.datname as database, a.application_name as application, a.state,
       count(*) as connections,
       date_trunc('seconds', max(clock_timestamp() - a.state_change)) as longest,
       case when grouping(a.usename) = 1 then min(l.usable) - count(*) end as room
  from pg_stat_activity a cross join limits l
 where a.backend_type = 'client backend'
 group by grouping sets ((a.usename, a.datname, a.application_name, a.state), ())
 order by grouping(a.usename), count(*) desc;
