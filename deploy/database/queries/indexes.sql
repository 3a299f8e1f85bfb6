-- What is wrong with indexes, each with what it costs and what to do.
--
-- invalid      was left by a "create index concurrently" that failed: it costs writes and serves nobody
-- duplicate    the same as another, which is named
-- covered      what it finds, another finds, too: that one begins with the same columns
-- unused       never read since the counters began (since); wait a month, look at replicas as well
-- foreign key  deleting or changing the row that it points to reads the whole table
--
-- Indexes of Gatehouse's own are made and dropped by its migrations alone: tell us of those. Drop what
-- you made yourselves, by: drop index concurrently NAME.
with own as (
  select i.indexrelid, i.indrelid, i.indisunique, i.indisvalid and i.indisready as usable,
         c.relname, c.relkind, pg_get_expr(i.indpred, i.indrelid) as predicate,
         pg_get_expr(i.indexprs, i.indrelid) as expressions, am.amname,
         -- Columns with how each is compared and ordered.
         array(select k.num || ':' || i.indclass[k.n - 1] || ':' || i.indcollation[k.n - 1] || ':' || i.indoption[k.n - 1]
                 from unnest(i.indkey[0:i.indnkeyatts - 1]) with ordinality k (num, n) order by k.n) as keys,
         i.indkey[0:i.indnkeyatts - 1]::smallint[] as columns,
         i.indnatts - i.indnkeyatts as included,
         exists (select from pg_constraint con where con.conindid = i.indexrelid) as of_constraint,
         exists (select from pg_inherits h where h.inhrelid = i.indexrelid) as of_partition
    from pg_index i
    join pg_class c on c.oid = i.indexrelid
    join pg_am am on am.oid = c.relam
   where c.relnamespace = 'public'::regnamespace
), findings as (
  select 'invalid' as finding, o.indexrelid::regclass::text as name, o.indrelid::regclass::text as relation,
         o.indexrelid, 'drop index concurrently, and make it again' as remark
    from own o where not o.usable
  union all
  select 'duplicate', o.indexrelid::regclass::text, o.indrelid::regclass::text, o.indexrelid,
         'the same as ' || string_agg(other.relname, ', ' order by other.relname)
    from own o
    join own other on other.indrelid = o.indrelid and other.indexrelid <> o.indexrelid
     and other.keys = o.keys and other.amname = o.amname and other.usable
     and other.predicate is not distinct from o.predicate
     and other.expressions is not distinct from o.expressions
     and other.included = o.included
     -- Of two that are the same, the one that nothing depends on goes, else the later one.
     and (other.of_constraint, other.indisunique, -other.indexrelid::bigint)
         > (o.of_constraint, o.indisunique, -o.indexrelid::bigint)
   where o.usable and not o.of_constraint and not o.of_partition
   group by o.indexrelid, o.indrelid
  union all
  select 'covered', o.indexrelid::regclass::text, o.indrelid::regclass::text, o.indexrelid,
         'begins ' || string_agg(other.relname, ', ' order by other.relname)
    from own o
    join own other on other.indrelid = o.indrelid and other.usable and other.amname = 'btree'
     and cardinality(other.keys) > cardinality(o.keys)
     and other.keys[1:cardinality(o.keys)] = o.keys
     and other.predicate is not distinct from o.predicate
     and o.expressions is null and other.expressions is null
   where o.usable and o.amname = 'btree' and not o.indisunique and o.included = 0
     and not o.of_constraint and not o.of_partition
   group by o.indexrelid, o.indrelid
  union all
  -- An index of a partitioned table is read where any of its parts is.
  select 'unused', root.id::regclass::text, min(o.indrelid)::regclass::text, min(o.indexrelid),
         'never read since ' || coalesce(to_char(max(d.stats_reset), 'YYYY-MM-DD HH24:MI'), 'the server was made')
    from own o
    left join pg_inherits h on h.inhrelid = o.indexrelid
   cross join lateral (select coalesce(h.inhparent, o.indexrelid) as id) root
    join pg_stat_user_indexes s on s.indexrelid = o.indexrelid
    join pg_stat_database d on d.datname = current_database()
   where o.usable and not o.indisunique and not o.of_constraint
   group by root.id
  having sum(s.idx_scan) = 0
  union all
  select 'foreign key', con.conname::text, con.conrelid::regclass::text, null,
         'no index begins with ' || string_agg(a.attname, ', ' order by k.n)
    from pg_constraint con
   cross join lateral unnest(con.conkey) with ordinality k (num, n)
    join pg_attribute a on a.attrelid = con.conrelid and a.attnum = k.num
   where con.contype = 'f' and con.connamespace = 'public'::regnamespace and con.conparentid = 0
     and not exists (
       select from own o
        where o.indrelid = con.conrelid and o.usable and o.predicate is null
          and o.columns[1:cardinality(con.conkey)] @> con.conkey)
   group by con.oid, con.conname, con.conrelid
)
select f.finding, f.name, f.relation,
       pg_size_pretty(pg_relation_size(f.indexrelid)) as size, s.idx_scan as reads, f.remark
  from findings f
  left join pg_stat_user_indexes s on s.indexrelid = f.indexrelid
 order by array_position(array['invalid', 'duplicate', 'foreign key', 'covered', 'unused'], f.finding),
          pg_relation_size(f.indexrelid) desc nulls last, f.name;
