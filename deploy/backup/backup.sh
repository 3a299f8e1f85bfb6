#!/usr/bin/env bash
# Backs up Gatehouse's database while servers run: one consistent snapshot, encrypted before it
# touches the disk. See docs/runbooks/restore-a-backup.md, which also says what else must be kept.
#
# It connects as psql does, by libpq's own variables, so that no password is ever an argument:
# PGHOST, PGPORT, PGUSER, PGDATABASE with PGPASSFILE, or PGSERVICE with PGSERVICEFILE. Directly, not
# through pgbouncer.
#
#   BACKUP_DIR          where backups are kept; 0700 if it is made here
#   BACKUP_RECIPIENTS   file of age recipients (age1…), one a line: who can read the backups.
#                       The machine that makes them needs no key that opens them
#   BACKUP_KEEP_DAYS    30 by default: older ones are removed once there is a new one
#   BACKUP_UPLOAD       program that is called with the two files of a new backup
#   BACKUP_SIGNING_KEY  file of a private Ed25519 key (openssl genpkey -algorithm ed25519) that signs each
#                       manifest, and with its checksum the dump: who restores can tell that it is of here.
#                       Unset, nothing is signed; set and empty is refused
#   BACKUP_METRICS_FILE file that ends with .prom and node_exporter's textfile collector reads: when the
#                       newest backup was made and uploaded, and how large it is
#
# A backup is two files: gatehouse-TIME.dump.age, and gatehouse-TIME.manifest, which appears last and
# says how many rows there are, which keys seal and sign, and the checksum of the other.
#
# Exit codes: 0 done, 1 no backup was made, 3 it was made and not uploaded, 4 it was made and older
# ones could not be removed, 64 called wrongly.
set -euo pipefail
umask 077

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }
misused() { say "error: $*"; exit 64; }
need() { command -v "$1" >/dev/null || misused "$1 is missing (Debian: $2)"; }

[ $# -eq 0 ] || misused 'backup.sh takes no arguments; its settings are at the top of the file'
[ -n "${BACKUP_DIR:-}" ] || misused 'BACKUP_DIR is not set: the directory that keeps the backups'
[ -r "${BACKUP_RECIPIENTS:-}" ] ||
  misused 'BACKUP_RECIPIENTS is not a file that can be read: the public key of age-keygen, age1…'
keep_days=${BACKUP_KEEP_DAYS:-30}
[[ $keep_days =~ ^[1-9][0-9]{0,3}$ ]] || misused "BACKUP_KEEP_DAYS is $keep_days: expected 1 to 9999"
[ -z "${BACKUP_UPLOAD:-}" ] || command -v "$BACKUP_UPLOAD" >/dev/null ||
  misused "BACKUP_UPLOAD is $BACKUP_UPLOAD: no such program"
[[ ${BACKUP_METRICS_FILE:-.prom} == *.prom ]] ||
  misused "BACKUP_METRICS_FILE is $BACKUP_METRICS_FILE: node_exporter reads what ends with .prom"
[ -n "${BACKUP_SIGNING_KEY-unset}" ] ||
  misused 'BACKUP_SIGNING_KEY is set, and empty: the file of the private key, or unset, which signs nothing'
need psql postgresql-client
need pg_dump postgresql-client
need age age
if [ -n "${BACKUP_SIGNING_KEY:-}" ]; then
  need openssl openssl
  [[ $(openssl pkey -in "$BACKUP_SIGNING_KEY" -passin pass: -noout -text 2>&1) == 'ED25519 Private-Key'* ]] ||
    misused 'BACKUP_SIGNING_KEY is no private Ed25519 key without a passphrase'
fi

mkdir -p "$BACKUP_DIR" || die "$BACKUP_DIR cannot be made"
cd "$BACKUP_DIR"
exec {lock}>.lock
flock -n "$lock" || die "another backup into $BACKUP_DIR is under way"

# Who has the lock is alone here: these are of runs that were killed.
rm -rf .under-way.* || say "warning: what a run before has left in $BACKUP_DIR cannot be removed"
work=$(mktemp -d .under-way.XXXXXX)
session=
finish() {
  [ -z "$session" ] || kill "$session" 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT
# A session that ends is noticed where it is asked, with its reason.
trap '' PIPE

psql -w -X -q -A -t -c 'select 1' >/dev/null || die 'PostgreSQL does not let us in: see the line above'

# Everything is read from this transaction's snapshot, which pg_dump takes over.
coproc SESSION { exec psql -w -X -q -A -t -F ' ' -v ON_ERROR_STOP=1 2>"$work/session"; }
session=$SESSION_PID
exec {answers}<&"${SESSION[0]}" {questions}>&"${SESSION[1]}"
ask() { # ask SQL: its rows
  local line
  printf "%s\\nselect '--end';\\n" "$1" >&"$questions" || true
  while IFS= read -r line <&"$answers"; do
    if [ "$line" = --end ]; then return 0; fi
    printf '%s\n' "$line"
  done
  say "$(cat "$work/session")"
  return 1
}

ask "set statement_timeout = 0; set lock_timeout = 0; set idle_in_transaction_session_timeout = 0;
     begin transaction isolation level repeatable read, read only;" || die 'no transaction was begun'
snapshot=$(ask 'select pg_export_snapshot();') || die 'no snapshot was taken'
[ -n "$(ask "select 1 where to_regclass('public.tenants') is not null;")" ] ||
  die "database ${PGDATABASE:-} holds no Gatehouse"
began=$(date +%s)
taken_at=$(ask "select to_char(now() at time zone 'UTC', 'YYYYMMDD\"T\"HH24MISSMS\"Z\"');")
name=gatehouse-$taken_at

{
  echo 'gatehouse-backup 1'
  echo "taken_at $taken_at"
  ask "select 'postgresql', current_setting('server_version_num');"
  # What move.sh goes by: comment on database … is 'environment: production'.
  ask "select 'environment', substring(shobj_description(oid, 'pg_database') from '^environment: ([a-z0-9-]+)')
         from pg_database
        where datname = current_database() and shobj_description(oid, 'pg_database') ~ '^environment: [a-z0-9-]+';"
  ask "select 'migration', name from public.knex_migrations order by name;"
  # Every column that holds seals is called so, whatever release the schema is of.
  ask "select format('select distinct ''sealing_key'', split_part(%I, ''.'', 2) from public.%I where %I is not null',
                     column_name, table_name, column_name)
         from information_schema.columns where table_schema = 'public' and column_name like 'sealed%'
       \\gexec" | sort -u
  ask "select 'kid', t.slug, k.kid from public.signing_keys k join public.tenants t on t.id = k.tenant_id where k.stage = 'active'
        order by t.slug, k.kid;"
  ask "select format('select ''rows'', %L, count(*) from public.%I', relname, relname) from pg_class
        where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
        order by relname
       \\gexec"
} >"$work/manifest" || die 'the tables could not be counted'

# --list reads the beginning of what was dumped; what is left over goes nowhere.
mkfifo "$work/copy"
{ pg_restore --list >"$work/listing" && cat >/dev/null; } <"$work/copy" &
listing=$!
pg_dump --no-password --format=custom --no-owner --snapshot="$snapshot" |
  tee "$work/copy" |
  age --encrypt --recipients-file "$BACKUP_RECIPIENTS" --output "$work/dump" ||
  die 'pg_dump or age failed: see the lines above'
wait "$listing" || die 'what was dumped cannot be read'
ask 'commit;' || die 'the snapshot was lost while it was read'
grep -q 'TABLE DATA public tenants ' "$work/listing" || die 'what was dumped holds no tenants'

{
  echo "file $name.dump.age"
  echo "sha256 $(sha256sum <"$work/dump" | cut -d ' ' -f 1)"
} >>"$work/manifest"
# The last line, of all that stands before it.
if [ -n "${BACKUP_SIGNING_KEY:-}" ]; then
  openssl pkeyutl -sign -rawin -inkey "$BACKUP_SIGNING_KEY" -passin pass: -in "$work/manifest" -out "$work/signature" ||
    die 'the manifest could not be signed: see the line above'
  echo "signature $(base64 -w 0 "$work/signature")" >>"$work/manifest"
fi
sync "$work/dump" "$work/manifest"
# A manifest is there for whole backups alone: it comes last.
mv -n "$work/dump" "$name.dump.age"
mv -n "$work/manifest" "$name.manifest"
sync .
printf '%s\n' "$BACKUP_DIR/$name.dump.age"

if [ -n "${BACKUP_UPLOAD:-}" ]; then
  "$BACKUP_UPLOAD" "$PWD/$name.dump.age" "$PWD/$name.manifest" || {
    say "error: the backup was made, but $BACKUP_UPLOAD ended with $?; older ones are kept"
    exit 3
  }
fi

metrics() {
  cat <<END
# HELP gatehouse_backup_last_success_timestamp_seconds When the newest backup was begun that was made and uploaded.
# TYPE gatehouse_backup_last_success_timestamp_seconds gauge
gatehouse_backup_last_success_timestamp_seconds $began
# HELP gatehouse_backup_size_bytes Size of the newest backup.
# TYPE gatehouse_backup_size_bytes gauge
gatehouse_backup_size_bytes $(stat --format=%s "$name.dump.age")
END
}
# Whole or not at all; it is somebody else who reads it.
if [ -n "${BACKUP_METRICS_FILE:-}" ]; then
  draft=$BACKUP_METRICS_FILE.$$
  { metrics >"$draft" && chmod 0644 "$draft" && mv "$draft" "$BACKUP_METRICS_FILE"; } ||
    say "warning: the backup was made, but $BACKUP_METRICS_FILE does not say so: see the line above"
fi

oldest=gatehouse-$(date -u -d "-$keep_days days" +%Y%m%dT%H%M%S000Z)
stays=
for old in gatehouse-*.manifest gatehouse-*.dump.age; do
  base=${old%%.*}
  if [ "$base" != "$name" ] && [[ $base < $oldest ]]; then rm -f "$old" || stays=yes; fi
done
[ -z "$stays" ] || {
  say 'error: the backup was made, but older ones could not be removed: see the lines above'
  exit 4
}
