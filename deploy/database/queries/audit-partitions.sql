-- The months of audit events: this one and the next have to be there, the oldest goes 400 days after
-- its end. there = false for a month: no server has run; whoever writes its first event makes it, too.
--
-- The sizes say how much a month's events take.
with months as (
  select to_char(date_trunc('month', now() at time zone 'UTC') + make_interval(months => ahead), 'YYYY_MM') as month,
         true as needed
    from generate_series(0, 1) ahead
), partitions as (
  select substr(c.relname, 14) as month, c.oid, greatest(c.reltuples, 0)::bigint as rows
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
   where i.inhparent = 'public.audit_events'::regclass
)
select coalesce(p.month, m.month) as month, p.oid is not null as there, coalesce(m.needed, false) as needed,
       p.rows, pg_size_pretty(pg_total_relation_size(p.oid)) as size,
       coalesce('audit_events_' || p.month in (select audit_partitions_before(now() - interval '400 days')), false)
         as past_its_time
  from partitions p full join months m on m.month = p.month
 order by 1 desc;
