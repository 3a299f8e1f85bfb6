-- What move.sh does to a copy before anybody sees it: nobody is in it, and nothing that is sealed or
-- signs. What stays: tenants with their settings, applications, clients, roles, groups.
--
-- Runs at the end of the transaction that restored it, as the owner of its tables.
set local search_path = public;

-- Whatever would be sent, and whatever somebody holds the other half of.
delete from mail_outbox;
delete from logout_notifications;
delete from artifacts;
delete from tombstones;
delete from invitations;
delete from one_time_codes;
delete from passkey_challenges;

-- People, and with each their credentials, factors, roles, consents and links.
delete from accounts;

-- Sealed under keys that the other environment does not have. Servers make new ones.
delete from signing_keys;
delete from key_sets;
delete from deployment_secrets;
delete from upstream_providers;
delete from tenant_origins;
delete from tenant_imports;

-- What people did: whole months, for single events cannot be deleted, and by hand, for
-- drop_audit_partitions keeps what is younger than 400 days.
do $$
declare
  month regclass;
begin
  for month in select inhrelid::regclass from pg_inherits where inhparent = 'audit_events'::regclass loop
    execute format('drop table %s', month);
  end loop;
end $$;
select ensure_audit_partition(now()), ensure_audit_partition(now() + interval '1 month');
