#!/usr/bin/env bash
# The roles of a Gatehouse database, of least privilege each. The image of PostgreSQL runs the files of
# this directory once, in order, as the superuser, on an empty data directory; with a PostgreSQL that is
# there already, run them the same way: POSTGRES_USER and POSTGRES_DB say as whom and where.
#
#   gatehouse_owner      owns the database and all in it; nobody logs in as it
#   gatehouse_migrator   `gatehouse migrate`, backups, restores: logs in and is the owner from then on
#   gatehouse_app        the server and every other command: reads and writes rows, executes functions
#   gatehouse_monitor    statistics, no row of a table
#
#   MIGRATOR_PASSWORD, APP_PASSWORD, MONITOR_PASSWORD
#                         or each as NAME_FILE, the path of a file that holds it
#   DEVELOPMENT_SECRETS   `yes` lets the known passwords of development in

# In a shell of its own: mounted without the right to execute it, the image reads it into its own.
(
set -euo pipefail

die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# password NAME: sets NAME, from the file that NAME_FILE names where there is one
password() {
  local name=$1 file="${1}_FILE"
  if [ -n "${!file:-}" ]; then
    [ -r "${!file}" ] || die "$file is ${!file}, which cannot be read"
    printf -v "$name" %s "$(<"${!file}")"
  fi
  local value=${!name:-}
  [ -n "$value" ] || die "neither $name nor $file says a password"
  [ "${#value}" -ge 16 ] || die "$name is shorter than 16 characters"
  if [[ $value == development-only-* ]] && [ "${DEVELOPMENT_SECRETS:-}" != yes ]; then
    die "$name is a known password, which is for development only"
  fi
  export "${name?}"
}

password MIGRATOR_PASSWORD
password APP_PASSWORD
password MONITOR_PASSWORD
[ "$MIGRATOR_PASSWORD" != "$APP_PASSWORD" ] || die 'MIGRATOR_PASSWORD and APP_PASSWORD are the same'

psql -w -X -q -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
-- What follows names passwords: into no log, and into no statistics of statements.
set log_statement = 'none';
set log_min_duration_statement = -1;
set log_min_error_statement = 'panic';
set pg_stat_statements.track = 'none';
set password_encryption = 'scram-sha-256';
\getenv migrator_password MIGRATOR_PASSWORD
\getenv app_password APP_PASSWORD
\getenv monitor_password MONITOR_PASSWORD

create role gatehouse_owner nologin;
create role gatehouse_migrator login password :'migrator_password' in role gatehouse_owner;
-- Fewer than max_connections: whatever replicas do, migrations and operators get in.
create role gatehouse_app login password :'app_password' connection limit 180;
create role gatehouse_monitor login password :'monitor_password' in role pg_monitor connection limit 5;

-- All that a migration makes is the owner's, whoever runs it, and in this schema.
alter role gatehouse_migrator set role = 'gatehouse_owner';
alter role gatehouse_migrator set search_path = public;

alter role gatehouse_app set search_path = public;
-- As the server asks for by itself; through pgbouncer it cannot (DATABASE_STATEMENT_TIMEOUT_MS).
alter role gatehouse_app set statement_timeout = '10s';
alter role gatehouse_app set idle_in_transaction_session_timeout = '60s';
SQL
)
