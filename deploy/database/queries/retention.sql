-- Rows that are past their time and wait to be removed, by table, counted up to 10,000; for
-- audit_events, months. Servers remove them every minute (docs/storage.md).
--
-- All zero, or nearly, within minutes. If not: docs/runbooks/retention-backlog.md.
select 'artifacts' as relation, count(*) as waiting, max(now() - expires_at) as longest
  from (select expires_at from artifacts where expires_at <= now() order by expires_at limit 10000) e
union all
select 'tombstones', count(*), max(now() - expires_at)
  from (select expires_at from tombstones where expires_at <= now() order by expires_at limit 10000) e
union all
select 'one_time_links', count(*), max(now() - expires_at)
  from (select expires_at from one_time_links where expires_at <= now() order by expires_at limit 10000) e
union all
select 'invitations', count(*), max(now() - expires_at)
  from (select expires_at from invitations where expires_at <= now() order by expires_at limit 10000) e
union all
select 'email_changes', count(*), max(now() - expires_at)
  from (select expires_at from email_changes where expires_at <= now() order by expires_at limit 10000) e
union all
select 'passkey_challenges', count(*), max(now() - expires_at)
  from (select expires_at from passkey_challenges where expires_at <= now() order by expires_at limit 10000) e
union all
select 'one_time_codes', count(*), max(now() - expires_at)
  from (select expires_at from one_time_codes where expires_at <= now() order by expires_at limit 10000) e
union all
select 'totp_factors', count(*), max(now() - expires_at)
  from (select expires_at from totp_factors
         where expires_at is not null and expires_at <= now() order by expires_at limit 10000) e
union all
select 'remembered_browsers', count(*), max(now() - expires_at)
  from (select expires_at from remembered_browsers where expires_at <= now() order by expires_at limit 10000) e
union all
select 'clients', count(*), max(now() - previous_secret_expires_at)
  from (select previous_secret_expires_at from clients
         where previous_secret_expires_at <= now() order by 1 limit 10000) e
union all
select 'mail_outbox', count(*), max(now() - expires_at)
  from (select expires_at from mail_outbox where expires_at <= now() order by expires_at limit 10000) e
union all
select 'logout_notifications', count(*), max(now() - expires_at)
  from (select expires_at from logout_notifications where expires_at <= now() order by expires_at limit 10000) e
union all
select 'audit_events', count(*), null
  from audit_partitions_before(now() - interval '400 days')
 order by waiting desc, relation;
