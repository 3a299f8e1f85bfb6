-- What sessions are doing at this moment: working on the processor (no wait), or waiting for what.
--
-- One look says little: repeat it (\watch 1). Many "Lock": see blocking.sql. "IO" and "LWLock:WAL…": the
-- disk. "Client:ClientRead" in a transaction: the application is slow, not the database.
select coalesce(wait_event_type, '(working)') as waits_for, coalesce(wait_event, '') as event, state,
       count(*) as sessions,
       date_trunc('milliseconds', max(clock_timestamp() - query_start)) as longest_statement
  from pg_stat_activity
 where backend_type = 'client backend' and (state <> 'idle' or wait_event_type <> 'Client')
 group by 1, 2, 3
 order by sessions desc, 1, 2;
