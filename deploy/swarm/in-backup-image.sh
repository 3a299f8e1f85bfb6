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
#   BACKUP_IDENTITY, BACKUP_VERIFY_KEY
#                       files for restore.sh and verify.sh, which see them for this run
set -euo pipefail

readonly SERVICE=gatehouse_postgres
deploy=$(cd "$(dirname "$0")/.." && pwd)
database=$(docker ps --quiet --filter "label=com.docker.swarm.service.name=$SERVICE")
[ -n "$database" ] || {
  printf 'error: %s\n' "no container of $SERVICE runs here: run this on the node that has its disk" >&2
  exit 1
}

files=()
for name in BACKUP_IDENTITY BACKUP_VERIFY_KEY; do
  [ -z "${!name+set}" ] || files+=(--env "$name" --volume "${!name}:${!name}:ro")
done
# A copy of what is restored may be larger than what is in memory.
[ -z "${BACKUP_IDENTITY:-}" ] || files+=(--env TMPDIR=/backups)

[ $# -gt 0 ] || set -- bash /scripts/backup.sh
exec docker run --rm --interactive --network "container:$database" --user 10001:10001 --read-only --tmpfs /tmp \
  --cap-drop ALL --security-opt no-new-privileges \
  --volume "$deploy/backup:/scripts:ro" --volume "$deploy/health.sh:/deploy/health.sh:ro" \
  --volume "$deploy/database:/deploy/database:ro" \
  --volume "${BACKUP_SETTINGS:-/etc/gatehouse}:/etc/gatehouse:ro" \
  --volume "${BACKUP_DIR:-/var/backups/gatehouse}:/backups" \
  --env PGSERVICEFILE=/etc/gatehouse/pg_service.conf --env PGSERVICE=gatehouse \
  --env BACKUP_DIR=/backups --env BACKUP_RECIPIENTS=/etc/gatehouse/recipients.txt \
  --env BACKUP_SIGNING_KEY=/etc/gatehouse/signing.pem --env BACKUP_METRICS_FILE=/backups/gatehouse.prom \
  "${files[@]}" "${BACKUP_IMAGE:-gatehouse-backup:0.1.0}" "$@"
