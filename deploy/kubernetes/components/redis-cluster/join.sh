#!/bin/sh
# Makes a Cluster of the servers in PEERS, and keeps it together. It runs beside every server, for as long
# as that runs.
#
#   PEERS   names or addresses of all the servers; the first one makes the Cluster
#   SELF    address of the server beside it
#   PORT    of all of them, 6379 by default
#   REDIS_ADMIN_PASSWORD_FILE   file with the password of the user `default`
#   PAUSE   seconds between two looks, 10 by default
#
# A server remembers the others by their addresses. When all of them come back with new ones, nobody
# would find anybody: so whoever is not known at its address is met again. A server that comes with an
# empty disk becomes the replica of one that has the fewest.
set -eu

port=${PORT:-6379}
REDISCLI_AUTH=$(cat "$REDIS_ADMIN_PASSWORD_FILE")
export REDISCLI_AUTH

ask() { # ask ADDRESS COMMAND…
  address=$1
  shift
  timeout 5 redis-cli -h "$address" -p "$port" "$@" 2>/dev/null | tr -d '\r'
}
here() { ask "$SELF" cluster "$@"; }
fact() { here info | sed -n "s/^cluster_$1://p"; }
addresses() {
  for peer in $PEERS; do getent ahostsv4 "$peer" | awk 'NR == 1 { print $1 }'; done
}

make_cluster() {
  set --
  for peer in $(addresses); do
    [ "$(ask "$peer" ping)" = PONG ] || return 0
    set -- "$@" "$peer:$port"
  done
  [ $# -eq "$(echo "$PEERS" | wc -w)" ] || return 0
  # Refused where one of them belongs to a Cluster already.
  redis-cli --cluster create "$@" --cluster-replicas 1 --cluster-yes || true
}

meet_others() {
  known=$(here nodes)
  for peer in $(addresses); do
    echo "$known" | grep -v -e fail -e handshake -e noaddr | grep -qF " $peer:$port@" ||
      here meet "$peer" "$port" >/dev/null
  done
}

# Fields of a line: id, address, flags, id of the master, three more, state of the link, slots.
follow_somebody() {
  known=$(here nodes)
  echo "$known" | awk '$3 ~ /myself,master/ && NF == 8 { idle = 1 } END { exit !idle }' || return 0
  master=$(echo "$known" | awk '
    $3 ~ /fail/ { next }
    $3 ~ /master/ && NF > 8 { serves[$1] = 1 }
    $3 ~ /slave/ { followers[$4]++ }
    END { for (id in serves) print followers[id] + 0, id }' | sort -n | awk 'NR == 1 { print $2 }')
  [ -z "$master" ] || here replicate "$master" >/dev/null
}

while sleep "${PAUSE:-10}"; do
  case $(fact slots_assigned) in
    '') ;;
    0) [ "$(addresses | head -n 1)" != "$SELF" ] || make_cluster ;;
    *)
      meet_others
      follow_somebody
      ;;
  esac
done
