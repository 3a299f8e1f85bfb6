-- Standbys, slots, and how far behind they are; the first row is this server itself.
--
-- behind: bytes of WAL. replay: how long ago the newest thing that it has applied was written; on an idle
-- server it grows without meaning anything. An inactive slot keeps WAL until the disk is full: drop it
-- (pg_drop_replication_slot) if nobody comes back for it.
select 'this server' as what,
       case when pg_is_in_recovery() then 'standby' else 'primary' end as name,
       case when pg_is_in_recovery() then 'replays' else 'takes writes' end as state,
       case when pg_is_in_recovery()
            then pg_wal_lsn_diff(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) end as behind,
       case when pg_is_in_recovery()
             and pg_last_wal_receive_lsn() is distinct from pg_last_wal_replay_lsn()
            then date_trunc('milliseconds', clock_timestamp() - pg_last_xact_replay_timestamp()) end as replay
union all
select 'standby', coalesce(nullif(r.application_name, ''), host(r.client_addr)), r.state || ', ' || r.sync_state,
       pg_wal_lsn_diff(case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_lsn() end,
                       r.replay_lsn),
       date_trunc('milliseconds', r.replay_lag)
  from pg_stat_replication r
union all
select 'slot', s.slot_name, case when s.active then 'active' else 'INACTIVE' end || coalesce(', ' || s.wal_status, ''),
       pg_wal_lsn_diff(case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_lsn() end,
                       s.restart_lsn),
       null
  from pg_replication_slots s;
