-- What keeps vacuum from removing dead rows, the oldest first: it removes nothing that any of these
-- could still see. An hour is too long for all but a backup.
select 'transaction' as what, a.pid::text as name, a.usename as role, a.state,
       greatest(age(a.backend_xmin), age(a.backend_xid)) as transactions,
       date_trunc('seconds', clock_timestamp() - a.xact_start) as since,
       left(regexp_replace(a.query, '\s+', ' ', 'g'), 120) as statement
  from pg_stat_activity a
 where (a.backend_xmin is not null or a.backend_xid is not null) and a.pid <> pg_backend_pid()
union all
select 'prepared transaction', p.gid, p.owner, 'prepared', age(p.transaction),
       date_trunc('seconds', clock_timestamp() - p.prepared), null
  from pg_prepared_xacts p
union all
select 'replication slot', s.slot_name, null, case when s.active then 'active' else 'inactive' end,
       greatest(age(s.xmin), age(s.catalog_xmin)), null, null
  from pg_replication_slots s
 where s.xmin is not null or s.catalog_xmin is not null
union all
select 'standby with feedback', r.application_name, r.usename, r.state, age(r.backend_xmin), null, null
  from pg_stat_replication r
 where r.backend_xmin is not null
 order by transactions desc nulls last;
