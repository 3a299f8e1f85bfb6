-- The statements that cost most, since the counters were reset (pg_stat_statements_info).
--
-- share: of all time spent in statements: begin with what is large, be it slow or merely often. A
-- mean_ms far below max_ms with a large deviation_ms waits for something: locks, the disk. hit: how much
-- came from the buffer cache. in_function: part of a statement that has a row of its own. Constants are shown as $1; parameters are never kept.
--
-- Needs shared_preload_libraries = 'pg_stat_statements' (settings.conf). To begin anew, as a superuser:
-- select pg_stat_statements_reset();
select round((100 * s.total_exec_time / nullif(sum(s.total_exec_time) filter (where s.toplevel) over (), 0))::numeric, 1) as share,
       not s.toplevel as in_function, s.calls,
       round(s.total_exec_time::numeric / 1000, 2) as total_s,
       round(s.mean_exec_time::numeric, 2) as mean_ms,
       round(s.max_exec_time::numeric, 2) as max_ms,
       round(s.stddev_exec_time::numeric, 2) as deviation_ms,
       round(s.rows::numeric / nullif(s.calls, 0), 1) as rows_per_call,
       round(100.0 * s.shared_blks_hit / nullif(s.shared_blks_hit + s.shared_blks_read, 0), 1) as hit,
       s.temp_blks_written as temp_blocks,
       s.userid::regrole as role,
       left(regexp_replace(s.query, '\s+', ' ', 'g'), 200) as statement
  from pg_stat_statements s
 where s.dbid = (select oid from pg_database where datname = current_database())
 order by s.total_exec_time desc
 limit 25;
