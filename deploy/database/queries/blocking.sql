-- Who waits for a lock, and who has it. No rows: nobody waits.
--
-- A blocker that is itself in no row as blocked is where the queue begins. If it is "idle in
-- transaction", its owner forgot it: select pg_terminate_backend(PID). Without a role: a prepared
-- transaction (pg_prepared_xacts).
select blocked.pid as blocked_pid, blocked.usename as blocked_role,
       date_trunc('milliseconds', clock_timestamp() - coalesce(wanted.waitstart, blocked.query_start)) as waits,
       wanted.locktype as lock, wanted.mode, wanted.relation::regclass as relation,
       left(regexp_replace(blocked.query, '\s+', ' ', 'g'), 120) as blocked_statement,
       by.pid as blocking_pid, blocker.usename as blocking_role, blocker.state as blocking_state,
       date_trunc('milliseconds', clock_timestamp() - blocker.xact_start) as blocking_transaction,
       left(regexp_replace(blocker.query, '\s+', ' ', 'g'), 120) as blocking_statement
  from pg_stat_activity blocked
 cross join lateral unnest(pg_blocking_pids(blocked.pid)) by (pid)
  left join pg_stat_activity blocker on blocker.pid = by.pid
  left join pg_locks wanted on wanted.pid = blocked.pid and not wanted.granted
 where blocked.wait_event_type = 'Lock'
 order by waits desc;
