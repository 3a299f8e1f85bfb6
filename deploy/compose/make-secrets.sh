#!/usr/bin/env bash
# Makes the secrets of a deployment with Docker Compose, at random, and never a second time: what is
# there stays. A file that is empty, such as that of a SMTP_URL which nobody said, can be filled later;
# one that was put there by hand, or by another user, is given to its reader.
#
#   make-secrets.sh env [FILE]   an environment file for a machine of your own (.env)
#   make-secrets.sh files        what docker-compose.prod.yml mounts: each a file of the one user whose
#                                process reads it, mode 0400; so it has to be run as root
#
#   SECRETS         directory of the files, deploy/compose/secrets by default, as for the compose files
#   DATABASE_HOST   where the server finds PostgreSQL: postgres:5432, or pgbouncer:6432 with that profile
#   SERVER_NAME     files: for the certificate that nginx begins with, also in the place of the one that
#                   `env` has made for localhost; put yours into its place (certificate.pem, key.pem)
#   SMTP_URL        files: the mail server, if there is one
#   ALERT_WEBHOOK_URL   files: who is told of alerts (deploy/alertmanager)
#   TLS_DAYS        files: how long the certificates of PostgreSQL and pgbouncer are good for, 825 by
#                   default; to make new ones, remove tls_* and run it again
set -euo pipefail
umask 077
cd "$(dirname "$0")/../.."

say() { printf '%s\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }
command -v openssl >/dev/null || die 'openssl is missing (Debian: openssl)'

# Users of the images: PostgreSQL's and Redis's, Gatehouse's, pgbouncer's …
readonly DATABASE_USER=999 GATEHOUSE_USER=10001 PGBOUNCER_USER=70
# … and those of monitoring: Prometheus's own, redis_exporter's, Grafana's.
readonly PROMETHEUS_USER=65534 REDIS_EXPORTER_USER=59000 GRAFANA_USER=472
readonly HOST=${DATABASE_HOST:-postgres:5432}
SECRETS=${SECRETS:-deploy/compose/secrets}

# 24 bytes that stand in a URL as they are.
random_password() { openssl rand -hex 24; }

environment_file() {
  local file=$1
  [ ! -e "$file" ] || die "$file is there already; it stays as it is"
  {
    sed -E '/^[A-Z_]+_PASSWORD=$|^KEY_ENCRYPTION_KEYS=$/d' deploy/compose/compose.env.example
    local name
    for name in POSTGRES_PASSWORD MIGRATOR_PASSWORD APP_PASSWORD REDIS_APP_PASSWORD REDIS_ADMIN_PASSWORD \
      MONITOR_PASSWORD GRAFANA_ADMIN_PASSWORD; do
      say "$name=$(random_password)"
    done
    say "KEY_ENCRYPTION_KEYS=$(openssl rand -base64 32)"
    # Compose expands what is left in braces.
    cat <<ENV
DATABASE_URL=postgres://gatehouse_app:\${APP_PASSWORD}@$HOST/gatehouse
MIGRATOR_DATABASE_URL=postgres://gatehouse_migrator:\${MIGRATOR_PASSWORD}@postgres:5432/gatehouse
REDIS_URL=redis://gatehouse:\${REDIS_APP_PASSWORD}@redis:6379
ENV
  } >"$file"
  say "made $file"
  mkdir -p "$SECRETS"
  cd "$SECRETS"
  self_signed localhost "$(id -u)"
}

# give FILE OWNER: it is its reader's alone, whoever made it. What a link leads to is not ours to give.
give() {
  if [ -L "$1" ]; then return; fi
  chmod 0400 "$1"
  [ "$2" = "$(stat -c %u "$1")" ] || chown "$2:$2" "$1"
}

# keep FILE OWNER: what comes in, unless the file is there and says something
keep() {
  if [ -s "$1" ]; then cat >/dev/null; give "$1" "$2"; return; fi
  cat >"$1.new"
  give "$1.new" "$2"
  mv "$1.new" "$1"
  say "made $PWD/$1"
}

# Whether the certificate is what `env` made for a machine of one's own.
of_localhost() {
  [ "$(openssl x509 -in certificate.pem -noout -subject -nameopt RFC2253 2>/dev/null)" = subject=CN=localhost ]
}

# self_signed HOST OWNER: what nginx begins with, until there is one that browsers trust
self_signed() {
  if [ -e certificate.pem ] || [ -e key.pem ]; then
    if [ "$1" = localhost ] || ! of_localhost; then return; fi
    rm -f certificate.pem key.pem
  fi
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.new \
    -subj "/CN=$1" -addext "subjectAltName=DNS:$1" -days 90 -out certificate.new 2>/dev/null
  keep certificate.pem "$2" <certificate.new
  keep key.pem "$2" <key.new
  rm -f certificate.new key.new
}

# The same secret for another reader: Compose mounts files as they are, with their owner.
copy() { keep "$2" "$3" <"$1"; }

certificate() { # certificate NAME OWNER, signed by ca.key here
  local name=$1 owner=$2
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.new \
    -subj "/CN=$name" -out request.new 2>/dev/null
  openssl x509 -req -in request.new -CA ca.new -CAkey ca-key.new -CAcreateserial -days "$days" \
    -extfile <(printf 'subjectAltName=DNS:%s\nextendedKeyUsage=serverAuth\n' "$name") \
    -out certificate.new 2>/dev/null
  keep "tls_$name.crt" "$owner" <certificate.new
  keep "tls_$name.key" "$owner" <key.new
}

service() { # service USER PASSWORD
  printf '[gatehouse]\nhost=postgres\ndbname=gatehouse\nuser=%s\npassword=%s\n' "$1" "$2"
  printf 'sslmode=verify-full\nsslrootcert=/run/secrets/database_ca\n'
}

secret_files() {
  [ "$(id -u)" = 0 ] || die 'each file belongs to the user of its reader: run this as root'
  mkdir -p "$SECRETS"
  cd "$SECRETS"
  local days=${TLS_DAYS:-825}

  random_password | keep postgres_password $DATABASE_USER
  random_password | keep migrator_password $DATABASE_USER
  random_password | keep app_password $DATABASE_USER
  random_password | keep redis_app_password $DATABASE_USER
  random_password | keep redis_admin_password $DATABASE_USER
  random_password | keep monitor_password $DATABASE_USER
  copy app_password pgbouncer_app_password $PGBOUNCER_USER
  copy monitor_password postgres_exporter_password $PROMETHEUS_USER
  copy monitor_password redis_exporter_password $REDIS_EXPORTER_USER
  copy monitor_password health_password $GATEHOUSE_USER
  random_password | keep grafana_admin_password $GRAFANA_USER
  printf '%s' "${ALERT_WEBHOOK_URL:-}" | keep alert_webhook_url $PROMETHEUS_USER

  openssl rand -base64 32 | keep key_encryption_keys $GATEHOUSE_USER
  printf '%s' "${SMTP_URL:-}" | keep smtp_url $GATEHOUSE_USER
  local tls='sslmode=verify-full&sslrootcert=/run/secrets/database_ca'
  printf 'postgres://gatehouse_app:%s@%s/gatehouse?%s\n' "$(<app_password)" "$HOST" "$tls" |
    keep database_url $GATEHOUSE_USER
  printf 'postgres://gatehouse_migrator:%s@postgres:5432/gatehouse?%s\n' "$(<migrator_password)" "$tls" |
    keep migrator_database_url $GATEHOUSE_USER
  # How libpq says the same, for backups, and for health.sh.
  service gatehouse_migrator "$(<migrator_password)" | keep pg_service.conf $GATEHOUSE_USER
  service gatehouse_monitor "$(<monitor_password)" | keep monitor_service.conf $GATEHOUSE_USER
  printf 'redis://gatehouse:%s@redis:6379\n' "$(<redis_app_password)" | keep redis_url $GATEHOUSE_USER

  # Signed by an authority of their own whose key is gone afterwards: nobody signs another.
  if [ ! -e tls_postgres.key ] || [ ! -e tls_pgbouncer.key ] || [ ! -e tls_ca.crt ]; then
    rm -f tls_*
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca-key.new \
      -subj '/CN=Gatehouse database' -days "$days" -out ca.new 2>/dev/null
    certificate postgres $DATABASE_USER
    certificate pgbouncer $PGBOUNCER_USER
    keep tls_ca.crt 0 <ca.new
    # It is no secret, and several users read it.
    chmod 0444 tls_ca.crt
    rm -f ./*.new ./*.srl
  fi
  self_signed "${SERVER_NAME:-localhost}" 0
  local file
  for file in certificate.pem key.pem; do
    [ ! -e "$file" ] || give "$file" 0
  done
  say "the secrets are in $PWD: keep a copy of key_encryption_keys apart from all backups"
}

case ${1:-} in
  env) environment_file "${2:-.env}" ;;
  files) secret_files ;;
  *) printf 'usage: make-secrets.sh env [FILE] | files\n' >&2; exit 64 ;;
esac
