#!/bin/sh
# Starts pgbouncer with pgbouncer.ini and what differs between deployments, written where only it reads:
#
#   APP_PASSWORD_FILE         password of gatehouse_app, of clients and towards PostgreSQL
#   POSTGRES_HOST             postgres by default
#   POSTGRES_PORT             5432 by default
#   POSTGRES_DB               gatehouse by default; *: whichever a client asks for
#   POSTGRES_CA_FILE          certificate that PostgreSQL's is signed by: then nothing goes without TLS
#   CLIENT_TLS_CERT_FILE, CLIENT_TLS_KEY_FILE   of pgbouncer itself: then clients have to use TLS
#   PGBOUNCER_RUN_DIRECTORY   in memory: /tmp/pgbouncer by default
set -eu
umask 077

die() { printf 'error: %s\n' "$*" >&2; exit 1; }

[ -r "${APP_PASSWORD_FILE:-}" ] ||
  die "APP_PASSWORD_FILE is ${APP_PASSWORD_FILE:-not set}: no file that can be read"
password=$(sed 's/"/""/g' "$APP_PASSWORD_FILE")
[ -n "$password" ] || die "$APP_PASSWORD_FILE is empty"
run=${PGBOUNCER_RUN_DIRECTORY:-/tmp/pgbouncer}
mkdir -p "$run"
printf '"gatehouse_app" "%s"\n' "$password" >"$run/users.txt"
database=${POSTGRES_DB:-gatehouse}
{
  cat "$(dirname "$0")/pgbouncer.ini"
  echo "auth_file = $run/users.txt"
  if [ -n "${PGBOUNCER_PORT:-}" ]; then echo "listen_port = $PGBOUNCER_PORT"; fi
  if [ -n "${POSTGRES_CA_FILE:-}" ]; then
    echo 'server_tls_sslmode = verify-full'
    echo "server_tls_ca_file = $POSTGRES_CA_FILE"
  fi
  if [ -n "${CLIENT_TLS_CERT_FILE:-}" ]; then
    echo 'client_tls_sslmode = require'
    echo "client_tls_cert_file = $CLIENT_TLS_CERT_FILE"
    echo "client_tls_key_file = ${CLIENT_TLS_KEY_FILE:?}"
  fi
  echo '[databases]'
  echo "$database = host=${POSTGRES_HOST:-postgres} port=${POSTGRES_PORT:-5432}"
} >"$run/pgbouncer.ini"
exec pgbouncer "$run/pgbouncer.ini"
