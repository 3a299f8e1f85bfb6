-- Dead rows by table, when vacuum and analyze were there last, and how many dead rows bring autovacuum.
--
-- due above 100: autovacuum ought to come at once. It stays so: all its workers are busy
-- (pg_stat_progress_vacuum, autovacuum_max_workers), or something holds it back (old-snapshots.sql).
-- Never analyzed: its plans are guesses; analyze it.
with tables as (
  select s.relid::regclass as relation, s.n_live_tup, s.n_dead_tup, s.n_mod_since_analyze,
         greatest(s.last_vacuum, s.last_autovacuum) as vacuumed,
         greatest(s.last_analyze, s.last_autoanalyze) as analyzed,
         s.vacuum_count + s.autovacuum_count as vacuums,
         greatest(c.reltuples, 0) as rows,
         o.threshold, o.factor
    from pg_stat_user_tables s
    join pg_class c on c.oid = s.relid
   cross join lateral (
     select coalesce(max(option_value) filter (where option_name = 'autovacuum_vacuum_threshold'),
                     current_setting('autovacuum_vacuum_threshold'))::numeric as threshold,
            coalesce(max(option_value) filter (where option_name = 'autovacuum_vacuum_scale_factor'),
                     current_setting('autovacuum_vacuum_scale_factor'))::numeric as factor
       from pg_options_to_table(c.reloptions)) o
   where s.schemaname = 'public'
)
select relation, n_live_tup as live, n_dead_tup as dead,
       round(threshold + factor * rows::numeric) as dead_for_vacuum,
       round(100 * n_dead_tup / nullif(threshold + factor * rows::numeric, 0)) as due,
       date_trunc('seconds', vacuumed) as vacuumed, vacuums,
       date_trunc('seconds', analyzed) as analyzed, n_mod_since_analyze as changed_since
  from tables
 order by due desc nulls last, dead desc, 1;
