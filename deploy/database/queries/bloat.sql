-- How much of tables and indexes is room that nobody uses, of those above a megabyte.
--
-- Tables: by the visibility map, cheap. Indexes: each is READ WHOLE, so run this when little is going on.
-- A third of a table is normal where rows come and go; it is used again. More than half, for weeks:
-- vacuum does not keep up (vacuum.sql, old-snapshots.sql). To give it back while servers run:
-- reindex index concurrently NAME; for a table, pg_repack, or vacuum full in a maintenance window.
select c.oid::regclass as relation, 'table' as kind,
       pg_size_pretty(t.table_len) as size,
       round(t.dead_tuple_percent::numeric, 1) as dead_percent,
       round(t.approx_free_percent::numeric, 1) as free_percent,
       pg_size_pretty(round(t.dead_tuple_len + t.approx_free_space)::bigint) as unused,
       round(t.dead_tuple_len + t.approx_free_space)::bigint as unused_bytes
  from pg_class c
 cross join lateral pgstattuple_approx(c.oid) t
 where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and pg_relation_size(c.oid) > 1024 * 1024
union all
-- A leaf is filled to nine tenths when it is made.
select c.oid::regclass, 'index', pg_size_pretty(s.index_size), null,
       round(greatest(0, 100 - s.avg_leaf_density / 0.9)::numeric, 1),
       pg_size_pretty(round(s.index_size * greatest(0, 1 - s.avg_leaf_density / 90))::bigint),
       round(s.index_size * greatest(0, 1 - s.avg_leaf_density / 90))::bigint
  from pg_class c
  join pg_index i on i.indexrelid = c.oid and i.indisvalid
  join pg_am a on a.oid = c.relam and a.amname = 'btree'
 cross join lateral pgstatindex(c.oid) s
 where c.relnamespace = 'public'::regnamespace and c.relkind = 'i' and pg_relation_size(c.oid) > 1024 * 1024
 order by unused_bytes desc;
