-- What waits to be sent: mail, and what clients are to be told of ended sessions.
--
-- due: to be tried now. Servers try within seconds, so late stays small; when it grows, no server sends
-- (SMTP_URL, the log) or the other side refuses: problem says why the last try failed. It names nobody;
-- `gatehouse mail list` does.
select 'mail_outbox' as relation, status, coalesce(error, '') as problem, count(*) as rows,
       count(*) filter (where next_attempt_at <= now()) as due,
       date_trunc('seconds', max(now() - next_attempt_at) filter (where next_attempt_at <= now())) as late,
       max(attempts) as most_attempts, date_trunc('seconds', min(created_at)) as oldest
  from mail_outbox
 group by 2, 3
union all
select 'logout_notifications', status, coalesce(problem, ''), count(*),
       count(*) filter (where next_attempt_at <= now()),
       date_trunc('seconds', max(now() - next_attempt_at) filter (where next_attempt_at <= now())),
       max(attempts), date_trunc('seconds', min(created_at))
  from logout_notifications
 group by 2, 3
 order by due desc, relation, status;
