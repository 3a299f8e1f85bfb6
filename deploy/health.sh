#!/usr/bin/env bash
# One look at a whole deployment: a line for each thing that has to be in order. Changes nothing.
#
#   health.sh [--json] [--quick]
#
# What is not set is not looked at, and said to be so. Run it from a machine that reaches all of it, by
# hand or by a timer; --quick leaves the checksum of the newest backup out.
#
#   HEALTH_REPLICAS     addresses of the replicas, such as "http://10.0.0.11:9464 http://10.0.0.12:9464"; of a
#                       name that stands for several, such as http://app:9464 in Compose, each is asked
#   HEALTH_ISSUER       an issuer, such as https://login.example.com: discovery, keys, certificate
#   HEALTH_CA           file of who signed its certificate, where the system does not know them
#   PGHOST, PGDATABASE  and what else psql connects by, as the role of database/monitor.sql (PGPASSFILE)
#   HEALTH_STANDBYS     how many follow this PostgreSQL, 0 by default
#   REDIS_HOST          with REDIS_PORT, REDISCLI_AUTH or REDIS_PASSWORD_FILE, REDIS_USER, REDIS_CA, as for
#                       backup/redis-snapshot.sh
#   BACKUP_DIR          the newest backup is younger than BACKUP_MAX_HOURS (26), and with BACKUP_VERIFY_KEY
#                       signed (backup/verify.sh)
#   HEALTH_PATHS        file systems with enough room: "/" and BACKUP_DIR by default
#   GATEHOUSE           command that says whether migrations are pending ("gatehouse", in the server's
#                       environment). Without it, HEALTH_MIGRATION: the newest that the release has
#
# Limits, in percent or in what they are called: HEALTH_CONNECTIONS_WARN 70 and _FAIL 90, HEALTH_MEMORY_WARN 75
# and _FAIL 90, HEALTH_DISK_WARN 80 and _FAIL 90, HEALTH_LAG_SECONDS_WARN 30 and _FAIL 300,
# HEALTH_LAG_MIB_WARN 128 and _FAIL 1024, HEALTH_CERTIFICATE_DAYS_WARN 21 and _FAIL 7,
# HEALTH_LATE_SECONDS_WARN 600 and _FAIL 3600 (mail), HEALTH_WAITING_WARN 1000 and _FAIL 10000 (rows past
# their time).
#
# Exit codes: 0 all is well, 1 something is to be looked at (warn), 2 something FAILs, 64 called wrongly.
set -euo pipefail

misused() { printf 'error: %s\n' "$*" >&2; exit 64; }
need() { command -v "$1" >/dev/null || misused "$1 is missing (Debian: $2)"; }

json=
quick=
for argument; do
  case $argument in
  --json) json=yes ;;
  --quick) quick=yes ;;
  *) misused 'usage: health.sh [--json] [--quick]' ;;
  esac
done
need jq jq
need curl curl

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
: >"$work/lines"
: >"$work/why"
# Of lines with tabs between: status, check, what was seen.
note() { printf '%s\t%s\t%s\n' "$1" "$2" "$(tr '\n\t' '  ' <<<"$3" | sed 's/ *$//')" >>"$work/lines"; }
limit() { local name=HEALTH_$1; printf '%s' "${!name:-$2}"; }
# missed CHECK: it could not be done
missed() { note FAIL "$1" "could not be looked at: $(why)"; }
# judge CHECK VALUE WARN FAIL TEXT: the more, the worse
judge() {
  if [ "$2" -ge "$4" ]; then note FAIL "$1" "$5"; elif [ "$2" -ge "$3" ]; then note warn "$1" "$5"; else note ok "$1" "$5"; fi
}
fetch() { curl --silent --show-error --max-time 10 ${HEALTH_CA:+--cacert "$HEALTH_CA"} "$@" 2>"$work/why"; }
why() { grep -m 1 . "$work/why" || echo 'no reason was given'; }

# each URL: by the addresses that its name has, where it has several
each() {
  local host=${1#http://} all=
  host=${host%%[:/]*}
  if [[ $1 == http://* ]]; then all=$(getent ahostsv4 "$host" | awk '$2 == "STREAM" { print $1 }' | sort -u) || all=; fi
  if [ "$(wc -l <<<"$all")" -lt 2 ]; then printf '%s\n' "$1"; else awk -v rest="${1#"http://$host"}" '{ print "http://" $1 rest }' <<<"$all"; fi
}

replicas() {
  local name url status
  [ -n "${HEALTH_REPLICAS:-}" ] || { note none replicas 'HEALTH_REPLICAS is not set'; return; }
  for url in $(for name in $HEALTH_REPLICAS; do each "$name"; done); do
    status=$(fetch --output "$work/ready" --write-out '%{http_code}' "${url%/}/health/ready") || status=000
    case $status in
    200) note ok "replica $url" ready ;;
    000) note FAIL "replica $url" "does not answer: $(why)" ;;
    *) note FAIL "replica $url" "not ready ($status): $(jq -r 'if .stopping then "stopping" else [.checks // {} | to_entries[] | select(.value != "ok") | "\(.key) \(.value)"] | join(", ") end' "$work/ready" 2>/dev/null || true)" ;;
    esac
  done
}

issuer() {
  local url=${HEALTH_ISSUER:-} jwks said
  [ -n "$url" ] || { note none discovery 'HEALTH_ISSUER is not set'; return; }
  if ! fetch --fail --output "$work/discovery" "$url/.well-known/openid-configuration"; then
    note FAIL discovery "$url does not answer: $(why)"
  elif said=$(jq -er .issuer "$work/discovery" 2>/dev/null) && [ "$said" = "$url" ]; then
    note ok discovery "$said"
    jwks=$(jq -r .jwks_uri "$work/discovery")
    if ! fetch --fail --output "$work/jwks" "$jwks"; then
      note FAIL keys "$jwks does not answer: $(why)"
    elif said=$(jq -er '[.keys[] | select(.kid and .kty and (.d | not))] | length | select(. > 0)' "$work/jwks" 2>/dev/null) &&
      [ "$said" = "$(jq '.keys | length' "$work/jwks")" ]; then
      note ok keys "$said published"
    else
      note FAIL keys "$jwks publishes no keys, or something that is none"
    fi
  else
    note FAIL discovery "$url says that it is ${said:-nothing}"
  fi
  certificate "$url"
}

certificate() {
  local address until days
  [[ $1 == https://* ]] || { note none certificate "$1 has none"; return; }
  address=${1#https://}
  address=${address%%/*}
  need openssl openssl
  until=$(timeout 10 openssl s_client -connect "$address$([[ $address =~ :[0-9]+$ ]] || echo :443)" \
    -servername "${address%:*}" </dev/null 2>/dev/null | openssl x509 -noout -enddate 2>/dev/null | cut -d= -f2) || until=
  [ -n "$until" ] || { note FAIL certificate "$address shows none"; return; }
  days=$((($(date -d "$until" +%s) - $(date +%s)) / 86400))
  if [ "$(date -d "$until" +%s)" -le "$(date +%s)" ]; then
    note FAIL certificate "expired on $until"
  elif [ "$days" -lt "$(limit CERTIFICATE_DAYS_FAIL 7)" ]; then
    note FAIL certificate "expires in $days days"
  elif [ "$days" -lt "$(limit CERTIFICATE_DAYS_WARN 21)" ]; then
    note warn certificate "expires in $days days"
  else
    note ok certificate "for $days more days"
  fi
}

# One row, of words.
ask() { psql -w -X -q -A -t -F ' ' -v ON_ERROR_STOP=1 -c "$1" 2>"$work/why"; }

database() {
  local used usable waiting where late due months
  if [ -z "${PGHOST:-}${PGSERVICE:-}" ]; then note none database 'PGHOST is not set'; return; fi
  need psql postgresql-client
  if ! ask 'select 1' >/dev/null; then
    note FAIL database "$(why)"
    return
  fi
  note ok database "PostgreSQL $(ask 'show server_version' | cut -d ' ' -f 1)"
  if read -r used usable < <(ask "select count(*) filter (where backend_type = 'client backend'),
      current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
      from pg_stat_activity"); then
    judge connections $((used * 100 / usable)) "$(limit CONNECTIONS_WARN 70)" "$(limit CONNECTIONS_FAIL 90)" \
      "$used of $usable that there may be"
  else
    note FAIL connections "$(why)"
  fi
  replication || missed replication
  migrations
  if read -r due late < <(ask "select count(*), coalesce(ceil(extract(epoch from now() - min(next_attempt_at))), 0)::bigint
      from mail_outbox where next_attempt_at <= now()"); then
    judge mail "$late" "$(limit LATE_SECONDS_WARN 600)" "$(limit LATE_SECONDS_FAIL 3600)" "$due due, the first for $late s"
  else
    note FAIL mail "$(why)"
  fi
  if read -r waiting where < <(ask "$(retention)"); then
    judge retention "$waiting" "$(limit WAITING_WARN 1000)" "$(limit WAITING_FAIL 10000)" \
      "$waiting rows past their time${where:+, most in $where}"
  else
    note FAIL retention "$(why)"
  fi
  if months=$(ask "select count(*) from generate_series(0, 1) ahead where to_regclass('public.audit_events_'
      || to_char(date_trunc('month', now() at time zone 'UTC') + make_interval(months => ahead), 'YYYY_MM')) is null"); then
    judge audit "$months" 1 2 "$([ "$months" -eq 0 ] && echo 'this month and the next are there' || echo "$months of this month and the next are missing: no server has run")"
  else
    note FAIL audit "$(why)"
  fi
}

replication() {
  local standbys lag behind inactive
  # A standby that is stuck reports no new delay: how much it lacks tells.
  if [ "$(ask 'select pg_is_in_recovery()')" = t ]; then
    read -r lag behind < <(ask "select case when lacks = 0 then 0
        else coalesce(ceil(extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp())), 0) end::bigint,
        coalesce(lacks / 1048576, 0)::bigint
      from (select pg_wal_lsn_diff(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) as lacks) l") || return
    lag_of replication "$lag" "$behind" "a standby, $lag s and $behind MiB behind"
    return
  fi
  read -r standbys lag behind inactive < <(ask "select count(*),
      coalesce(ceil(extract(epoch from max(replay_lag))), 0)::bigint,
      coalesce(max(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)) / 1048576, 0)::bigint,
      (select count(*) from pg_replication_slots where not active) from pg_stat_replication") || return
  if [ "$standbys" -lt "${HEALTH_STANDBYS:-0}" ]; then
    note FAIL replication "$standbys of $HEALTH_STANDBYS standbys"
  elif [ "$inactive" -gt 0 ]; then
    note warn replication "$inactive slots that nobody uses keep WAL until the disk is full"
  elif [ "$standbys" -eq 0 ]; then
    note none replication 'no standby, and none expected (HEALTH_STANDBYS)'
  else
    lag_of replication "$lag" "$behind" "$standbys standbys, the last one $lag s and $behind MiB behind"
  fi
}

# lag_of CHECK SECONDS MEBIBYTES TEXT
lag_of() {
  if [ "$2" -ge "$(limit LAG_SECONDS_FAIL 300)" ] || [ "$3" -ge "$(limit LAG_MIB_FAIL 1024)" ]; then
    note FAIL "$1" "$4"
  elif [ "$2" -ge "$(limit LAG_SECONDS_WARN 30)" ] || [ "$3" -ge "$(limit LAG_MIB_WARN 128)" ]; then
    note warn "$1" "$4"
  else
    note ok "$1" "$4"
  fi
}

# Rows past their time, and the table with most of them: as database/queries/retention.sql.
retention() {
  local table union=
  for table in artifacts tombstones one_time_links invitations email_changes passkey_challenges one_time_codes \
    totp_factors remembered_browsers mail_outbox logout_notifications; do
    union+="select '$table' as t, count(*) as n from (select 1 from $table where expires_at <= now() limit 10000) e union all "
  done
  union+="select 'clients', count(*) from (select 1 from clients where previous_secret_expires_at <= now() limit 10000) e"
  printf '%s' "select sum(n), case when sum(n) > 0 then (array_agg(t order by n desc))[1] end from ($union) x where n > 0 or t = 'artifacts'"
}

migrations() {
  local command pending status newest
  if [ -n "${GATEHOUSE:-}" ]; then
    read -r -a command <<<"$GATEHOUSE"
    status=0
    pending=$("${command[@]}" migrate --status 2>"$work/why") || status=$?
    case $status in
    0) note ok migrations 'up to date' ;;
    2) note FAIL migrations "$(head -n 1 <<<"$pending")" ;;
    *) note FAIL migrations "$(why)" ;;
    esac
  elif newest=$(ask 'select max(name) from knex_migrations'); then
    if [ -z "${HEALTH_MIGRATION:-}" ]; then
      note none migrations "newest is $newest; neither GATEHOUSE nor HEALTH_MIGRATION is set"
    elif [[ $newest < $HEALTH_MIGRATION ]]; then
      note FAIL migrations "newest is $newest, the release has $HEALTH_MIGRATION"
    else
      note ok migrations "$newest"
    fi
  else
    note FAIL migrations "$(why)"
  fi
}

redis() {
  local client used most policy percent
  [ -n "${REDIS_HOST:-}" ] || { note none redis 'REDIS_HOST is not set'; return; }
  [ -n "${REDIS_CA-unset}" ] || {
    note FAIL redis 'REDIS_CA is set, and empty: the file of the authority, or unset, which connects without TLS'
    return
  }
  need redis-cli redis-tools
  if [ -n "${REDIS_PASSWORD_FILE:-}" ]; then
    REDISCLI_AUTH=$(tr -d '\r\n' <"$REDIS_PASSWORD_FILE")
    export REDISCLI_AUTH
  fi
  client=(timeout 10 redis-cli --no-auth-warning -h "$REDIS_HOST" -p "${REDIS_PORT:-6379}")
  [ -z "${REDIS_USER:-}" ] || client+=(--user "$REDIS_USER")
  [ -z "${REDIS_CA:-}" ] || client+=(--tls --cacert "$REDIS_CA")
  "${client[@]}" info 2>&1 | tr -d '\r' >"$work/redis" || true
  info() { sed -n "s/^$1://p" "$work/redis"; }
  if [ -z "$(info redis_version)" ]; then note FAIL redis "$(head -n 1 "$work/redis")"; return; fi
  if [ "$(info loading)" = 1 ]; then note FAIL redis 'loads its data'; else note ok redis "Redis $(info redis_version)"; fi
  used=$(info used_memory)
  most=$(info maxmemory)
  if [ "$most" -eq 0 ]; then
    note warn 'redis memory' "$(info used_memory_human), without a limit (maxmemory)"
  else
    percent=$((used * 100 / most))
    judge 'redis memory' "$percent" "$(limit MEMORY_WARN 75)" "$(limit MEMORY_FAIL 90)" "$percent % of $(info maxmemory_human)"
  fi
  policy=$(info maxmemory_policy)
  if [ "$policy" = noeviction ]; then note ok 'redis eviction' "$policy"; else note FAIL 'redis eviction' "$policy: sessions in use are dropped"; fi
  if [ "$(info aof_last_write_status)" != ok ] || [ "$(info rdb_last_bgsave_status)" != ok ]; then
    note FAIL 'redis persistence' "the last write failed (append-only file: $(info aof_last_write_status), snapshot: $(info rdb_last_bgsave_status))"
  elif [ "$(info aof_enabled)" = 1 ]; then
    note ok 'redis persistence' 'append-only file'
  else
    note warn 'redis persistence' 'no append-only file: a restart signs people out'
  fi
}

backup() {
  local newest hours taken file
  [ -n "${BACKUP_DIR:-}" ] || { note none backup 'BACKUP_DIR is not set'; return; }
  newest=$(find "$BACKUP_DIR" -maxdepth 1 -name 'gatehouse-*.manifest' 2>/dev/null | sort | tail -n 1) || newest=
  [ -n "$newest" ] || { note FAIL backup "there is none in $BACKUP_DIR"; return; }
  file=$BACKUP_DIR/$(sed -n 's/^file //p' "$newest")
  if [ ! -s "$file" ] || ! grep -q '^sha256 ' "$newest"; then
    note FAIL backup "$newest is not whole"
  elif [ -n "${BACKUP_VERIFY_KEY+set}" ] && ! "$(dirname "$0")/backup/verify.sh" signature "$newest" >/dev/null 2>"$work/why"; then
    note FAIL backup "$(why)"
  elif [ -z "$quick" ] && [ "$(sha256sum <"$file" | cut -d ' ' -f 1)" != "$(sed -n 's/^sha256 //p' "$newest")" ]; then
    note FAIL backup "$file is not what its manifest says"
  else
    taken=$(sed -nE 's/^taken_at ([0-9]{8})T([0-9]{2})([0-9]{2})([0-9]{2})[0-9]*Z$/\1 \2:\3:\4 UTC/p' "$newest")
    hours=$((($(date +%s) - $(date -d "$taken" +%s)) / 3600))
    judge backup "$hours" "${BACKUP_MAX_HOURS:-26}" $((${BACKUP_MAX_HOURS:-26} * 2)) "the newest is $hours hours old"
  fi
}

disk() {
  local path used
  for path in ${HEALTH_PATHS:-/ ${BACKUP_DIR:-}}; do
    if used=$(df --output=pcent,ipcent "$path" 2>"$work/why" | tail -n 1 | tr -d '%-'); then
      # Blocks or inodes, whichever is nearer its end.
      # shellcheck disable=SC2086 # two words
      used=$(printf '%s\n' $used | sort -n | tail -n 1)
      judge "disk $path" "$used" "$(limit DISK_WARN 80)" "$(limit DISK_FAIL 90)" "$used % used"
    else
      note FAIL "disk $path" "$(why)"
    fi
  done
}

replicas || missed replicas
issuer || missed issuer
database || missed database
redis || missed redis
backup || missed backup
disk || missed disk

worst=ok
if grep -q '^warn' "$work/lines"; then worst=warn; fi
if grep -q '^FAIL' "$work/lines"; then worst=fail; fi
if [ -n "$json" ]; then
  jq -R -s --arg status "$worst" '{status: $status, checks: [split("\n")[] | select(. != "") | split("\t")
    | {check: .[1], status: (.[0] | ascii_downcase), message: .[2]}]}' "$work/lines"
else
  awk -F '\t' '{ printf "%-4s  %-18s  %s\n", $1, $2, $3 }' "$work/lines"
fi
case $worst in
ok) exit 0 ;;
warn) exit 1 ;;
*) exit 2 ;;
esac
