-- How old the oldest transaction is that tables remember; a database that reaches two thousand million
-- stops taking writes.
--
-- percent: of autovacuum_freeze_max_age. At 100 autovacuum freezes by itself, whatever its settings, and
-- that is all right. Above 150 it does not get through: see old-snapshots.sql, then vacuum (freeze, verbose).
with ages as (
  select 'database' as what, d.datname::text as name, age(d.datfrozenxid) as transactions,
         mxid_age(d.datminmxid) as multixacts
    from pg_database d
  union all
  select 'table', c.oid::regclass::text, age(c.relfrozenxid), mxid_age(c.relminmxid)
    from pg_class c
   where c.relkind in ('r', 'm', 't') and c.relnamespace = 'public'::regnamespace
)
select what, name, transactions, multixacts,
       round(100 * greatest(transactions / current_setting('autovacuum_freeze_max_age')::numeric,
                            multixacts / current_setting('autovacuum_multixact_freeze_max_age')::numeric), 1) as percent
  from ages
 order by what, percent desc, name
 limit 30;
