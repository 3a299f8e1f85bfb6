#!/usr/bin/env bash
# Runs a command of the image of backups beside a Swarm's PostgreSQL, which nothing else reaches: in the
# network of its container, so on its node. Without a command it backs up. As root:
#
#   in-backup-image.sh [COMMAND…]
#
# The command finds deploy/backup of this checkout at /scripts, deploy/health.sh and deploy/database at /deploy, and
# backups at /backups.
#
#   BACKUP_IMAGE        gatehouse-backup:0.1.0 by default
#   BACKUP_SETTINGS     directory of pg_service.conf, recipients.txt and signing.pem: /etc/gatehouse
#   BACKUP_DIR          where backups are kept: /var/backups/gatehouse
#   BACKUP_UPLOAD       program in BACKUP_IMAGE that is given the two files of a new backup, once that is made, on a
#                       network with a way out, which that of PostgreSQL has not
#   BACKUP_UPLOAD_SECRETS   directory that it alone finds, at /run/upload
#   BACKUP_IDENTITY, BACKUP_VERIFY_KEY
#                       files for restore.sh and verify.sh, which see them for this run
#
# Exit codes: of the command; of a backup those of backup.sh.
set -euo pipefail

readonly SERVICE=gatehouse_postgres
say() { printf '%s\n' "$*" >&2; }
deploy=$(cd "$(dirname "$0")/.." && pwd)
image=${BACKUP_IMAGE:-gatehouse-backup:0.1.0}
backups=${BACKUP_DIR:-/var/backups/gatehouse}
database=$(docker ps --quiet --filter "label=com.docker.swarm.service.name=$SERVICE")
[ -n "$database" ] || {
  say "error: no container of $SERVICE runs here: run this on the node that has its disk"
  exit 1
}

files=()
for name in BACKUP_IDENTITY BACKUP_VERIFY_KEY; do
  [ -z "${!name+set}" ] || files+=(--env "$name" --volume "${!name}:${!name}:ro")
done
# A copy of what is restored may be larger than what is in memory.
[ -z "${BACKUP_IDENTITY:-}" ] || files+=(--env TMPDIR=/backups)

run() {
  docker run --rm --interactive --user 10001:10001 --read-only --tmpfs /tmp \
    --cap-drop ALL --security-opt no-new-privileges --volume "$backups:/backups" "$@"
}
# Metrics are below /backups.
beside_database() { # beside_database METRICS COMMAND…
  local metrics=$1
  shift
  run --network "container:$database" \
    --volume "$deploy/backup:/scripts:ro" --volume "$deploy/health.sh:/deploy/health.sh:ro" \
    --volume "$deploy/database:/deploy/database:ro" \
    --volume "${BACKUP_SETTINGS:-/etc/gatehouse}:/etc/gatehouse:ro" \
    --env PGSERVICEFILE=/etc/gatehouse/pg_service.conf --env PGSERVICE=gatehouse \
    --env BACKUP_DIR=/backups --env BACKUP_RECIPIENTS=/etc/gatehouse/recipients.txt \
    --env BACKUP_SIGNING_KEY=/etc/gatehouse/signing.pem --env "BACKUP_METRICS_FILE=/backups/$metrics" \
    "${files[@]}" "$image" "$@"
}

if [ $# -gt 0 ] || [ -z "${BACKUP_UPLOAD:-}" ]; then
  beside_database gatehouse.prom "${@:-/scripts/backup.sh}"
  exit
fi

# Prometheus hears of it once it is elsewhere, too.
made=$backups/.made
install -d -m 700 -o 10001 -g 10001 "$made"
status=0
dump=$(beside_database .made/gatehouse.prom /scripts/backup.sh) || status=$?
[ -n "$dump" ] || exit "$status"
printf '%s\n' "$dump"
secrets=()
[ -z "${BACKUP_UPLOAD_SECRETS:-}" ] || secrets=(--volume "$BACKUP_UPLOAD_SECRETS:/run/upload:ro")
run "${secrets[@]}" "$image" "$BACKUP_UPLOAD" "$dump" "${dump%.dump.age}.manifest" || {
  say "error: the backup was made, but $BACKUP_UPLOAD ended with $?"
  exit 3
}
mv "$made/gatehouse.prom" "$backups/gatehouse.prom"
exit "$status"
