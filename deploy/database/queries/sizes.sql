-- How large tables and their indexes are, the largest first.
--
-- What to expect: docs/storage.md. A table that grows while its rows do not is bloated: see bloat.sql.
select c.oid::regclass as relation,
       case c.relkind when 'i' then 'index' else 'table' end as kind,
       coalesce(i.indrelid, c.oid)::regclass as of_table,
       pg_size_pretty(pg_relation_size(c.oid)) as size,
       case when c.relkind <> 'i' then pg_size_pretty(pg_indexes_size(c.oid)) end as indexes,
       case when c.relkind <> 'i' then pg_size_pretty(pg_total_relation_size(c.oid)) end as with_all,
       greatest(c.reltuples, 0)::bigint as rows,
       case c.relkind when 'i' then pg_relation_size(c.oid) else pg_total_relation_size(c.oid) end as bytes
  from pg_class c
  left join pg_index i on i.indexrelid = c.oid
 where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'm', 'i')
 order by bytes desc, 1
 limit 60;
