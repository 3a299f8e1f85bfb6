-- What move.sh --with-people does to a copy before anybody sees it: people stay, and nothing that was
-- issued to them or waits to be sent does.
--
-- Runs at the end of the transaction that restored it, as the owner of its tables.
set local search_path = public;

-- Real people would get this mail, real applications these calls.
delete from mail_outbox;
delete from logout_notifications;

-- Sessions, codes and refresh tokens of the other environment; links and codes that were sent there.
delete from artifacts;
delete from invitations;
delete from one_time_links;
delete from one_time_codes;
delete from email_changes;
delete from passkey_challenges;
delete from remembered_browsers;
delete from tenant_imports;
