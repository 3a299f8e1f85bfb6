-- How our tables are vacuumed and filled, where PostgreSQL's defaults fit badly. Run once, as the role
-- that owns the tables, while servers run; again after restoring from anything but a backup of backup.sh.
-- Changes no row: a fill factor counts for pages from then on. To undo: alter table … reset (…).
--
--   psql -X -v ON_ERROR_STOP=1 -f storage-parameters.sql
begin;
set local lock_timeout = '2s';
set local search_path = public;

-- One row for each person and factor, changed in place at every sign-in, and no index on what changes.
-- With room in its page such a change leaves the indexes alone (pg_stat_user_tables.n_tup_hot_upd).
alter table totp_factors set (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05);
alter table passkeys set (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05);
alter table remembered_browsers set (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05);

-- Queues in a table of a month: each message is changed twice, and every version of it is as large as what
-- it says. By default, of 100,000 messages 10,000 would have to be sent before vacuum gives their room
-- back. Looking for what is due stays cheap meanwhile: it read 4 pages of the index, and 16 after 4,000.
alter table mail_outbox set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);
alter table logout_notifications set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);

-- What ended is remembered until it would have expired, then deleted by the hundred.
alter table tombstones set (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.1);

-- Large and calm: a fifth of a million accounts is too long to wait, for statistics as well.
alter table accounts set (autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02);
alter table passwords set (autovacuum_vacuum_scale_factor = 0.05);

-- artifacts has its own from the migration that made it.
commit;
