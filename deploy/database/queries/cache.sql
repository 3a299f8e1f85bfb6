-- How much of what was read came from PostgreSQL's buffers, by table; the last row is all together.
--
-- All together below 99 % once it has run for a day: shared_buffers is small for what is used, or a
-- statement reads whole tables (seq_rows; see slow-statements.sql). One table below: it is large and
-- seldom used. What is not in these buffers may still be in the operating system's.
select coalesce(io.relid::regclass::text, '(all)') as relation,
       round(100.0 * sum(io.heap_blks_hit) / nullif(sum(io.heap_blks_hit + io.heap_blks_read), 0), 2) as table_hit,
       round(100.0 * sum(io.idx_blks_hit) / nullif(sum(io.idx_blks_hit + io.idx_blks_read), 0), 2) as index_hit,
       sum(coalesce(io.heap_blks_read, 0) + coalesce(io.idx_blks_read, 0)) as blocks_read,
       sum(t.seq_scan) as whole_reads, sum(t.seq_tup_read) as seq_rows, sum(t.idx_scan) as index_reads
  from pg_statio_user_tables io
  join pg_stat_user_tables t on t.relid = io.relid
 where io.schemaname = 'public'
 group by grouping sets ((io.relid), ())
 order by grouping(io.relid), blocks_read desc, relation;
