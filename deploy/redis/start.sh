#!/bin/sh
# Starts Redis with redis.conf and three users, whose passwords are in files: they are no argument and no
# variable, and what Redis reads of them are digests.
#
#   gatehouse   the server's: keys and channels that begin with its prefix, no command that looks at or
#               changes other things than those (KEYS, FLUSHDB, CONFIG, DEBUG, CLIENT KILL, SHUTDOWN, …)
#   monitor     redis_exporter's: figures; no key, no value that a slow command was given, no setting (a
#               Cluster's masterauth is the operators' password)
#   default     operators': everything
#
#   REDIS_APP_PASSWORD_FILE, REDIS_ADMIN_PASSWORD_FILE, MONITOR_PASSWORD_FILE
#   REDIS_KEY_PREFIX        as the server's: gatehouse: by default
#   REDIS_DATA_DIRECTORY    a volume: /data by default
#   REDIS_RUN_DIRECTORY     where the users are written, in memory: /tmp/redis by default
#   DEVELOPMENT_SECRETS     `yes` lets the known passwords of development in
#
# More settings may follow, as Redis takes them: start.sh --maxmemory 1gb
set -eu
umask 077

die() { printf 'error: %s\n' "$*" >&2; exit 1; }

digest_of() { # digest_of NAME FILE
  [ -r "$2" ] || die "$1 is ${2:-not set}: no file that can be read"
  value=$(cat "$2")
  [ "${#value}" -ge 16 ] || die "$1 holds a password that is shorter than 16 characters"
  case $value in
    development-only-*)
      [ "${DEVELOPMENT_SECRETS:-}" = yes ] ||
        die "$1 holds a known password, which is for development only" ;;
  esac
  printf %s "$value" | sha256sum | cut -d ' ' -f 1
}

app=$(digest_of REDIS_APP_PASSWORD_FILE "${REDIS_APP_PASSWORD_FILE:-}")
admin=$(digest_of REDIS_ADMIN_PASSWORD_FILE "${REDIS_ADMIN_PASSWORD_FILE:-}")
monitor=$(digest_of MONITOR_PASSWORD_FILE "${MONITOR_PASSWORD_FILE:-}")
[ "$app" != "$admin" ] || die 'the server and operators have the same password'
prefix=${REDIS_KEY_PREFIX:-gatehouse:}
run=${REDIS_RUN_DIRECTORY:-/tmp/redis}
mkdir -p "$run"
# In braces is what keys of one tenant have in common, for a Cluster.
cat >"$run/users.acl" <<ACL
user default on #$admin ~* &* +@all
user gatehouse on #$app resetkeys ~$prefix* ~{$prefix* resetchannels &$prefix* -@all +@read +@write +@connection +@transaction +@pubsub +time -@dangerous -@scripting +eval +evalsha +info +cluster|slots +cluster|info
user monitor on #$monitor resetkeys resetchannels -@all +ping +info +client|setname +latency|latest +latency|histogram +slowlog|len +dbsize +cluster|info
ACL
exec redis-server "$(dirname "$0")/redis.conf" --aclfile "$run/users.acl" \
  --dir "${REDIS_DATA_DIRECTORY:-/data}" "$@"
