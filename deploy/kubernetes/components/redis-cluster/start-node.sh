#!/bin/sh
# Starts one server of the Cluster, as START (deploy/redis/start.sh) starts Redis.
#
#   SELF                        address that the others and clients find it at
#   REDIS_ADMIN_PASSWORD_FILE   servers of the Cluster know each other by it, too
#   START                       /etc/redis/start.sh by default
#   REDIS_DATA_DIRECTORY        /data by default
#   EMPTY_PAUSE                 seconds that one with an empty disk waits, 20 by default
#
# More settings may follow, as Redis takes them.
set -eu
umask 077

# Sooner than the others hold the one before for dead, its replica would copy the emptiness.
[ -e "${REDIS_DATA_DIRECTORY:-/data}/nodes.conf" ] || sleep "${EMPTY_PAUSE:-20}"

own=$(mktemp)
printf 'masteruser default\nmasterauth %s\n' "$(cat "$REDIS_ADMIN_PASSWORD_FILE")" >"$own"
# Where nobody serves a part of the keys, the others are served all the same.
exec sh "${START:-/etc/redis/start.sh}" --include "$own" \
  --cluster-enabled yes --cluster-config-file nodes.conf --cluster-node-timeout 5000 \
  --cluster-require-full-coverage no --cluster-announce-ip "$SELF" "$@"
