#!/usr/bin/env bash
# Restores a backup of backup.sh into a database: all of it, in one transaction, or nothing. Read
# docs/runbooks/restore-a-backup.md first: what ended since the backup comes back with it.
#
#   restore.sh [--replace] [--of ENVIRONMENT] [--younger-than HOURS] [--then FILE.sql] gatehouse-TIME.dump.age
#
# The manifest of the backup lies beside it. It connects as psql does (see backup.sh), as the role
# that is to own what is restored. The database has to be empty; with --replace, what is in its
# schema public is dropped in the same transaction. --then: statements that belong to that transaction,
# after all is there. No server may be running on it.
#
# It says what it is about to restore, and refuses a backup of another environment than --of, or where
# nothing is said, than the database's own comment (move.sh is for that), and with --younger-than one that
# was made earlier.
#
#   BACKUP_IDENTITY     file with the key of age-keygen that opens the backup
#   BACKUP_VERIFY_KEY   file of the public key to backup.sh's BACKUP_SIGNING_KEY: nothing else is restored.
#                       A copy is, and TMPDIR has to have room for it. Unset, the storage is trusted
#
# Exit codes: 0 restored, 1 nothing was changed, 64 called wrongly.
set -euo pipefail
umask 077

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*; nothing was changed"; exit 1; }
misused() { say "error: $*"; exit 64; }
need() { command -v "$1" >/dev/null || misused "$1 is missing (Debian: $2)"; }

usage='usage: restore.sh [--replace] [--of ENVIRONMENT] [--younger-than HOURS] [--then FILE.sql] gatehouse-TIME.dump.age'
replace=
then=
wanted=
hours=
while [[ ${1:-} == --* ]]; do
  case $1 in
  --replace) replace=yes ;;
  --of)
    wanted=${2:-}
    [[ $wanted =~ ^[a-z0-9-]+$ ]] || misused '--of needs the name of an environment'
    shift
    ;;
  --younger-than)
    hours=${2:-}
    [[ $hours =~ ^[1-9][0-9]{0,5}$ ]] || misused "--younger-than: ${hours:-nothing} is no number of hours"
    shift
    ;;
  --then)
    then=${2:-}
    [ -r "$then" ] || misused "--then: ${then:-no file} cannot be read"
    shift
    ;;
  *) misused "$1 means nothing" ;;
  esac
  shift
done
[ $# -eq 1 ] || misused "$usage"
[ -r "$1" ] || misused "$1 cannot be read"
manifest=${1%.dump.age}.manifest
[ -r "$manifest" ] || misused "$manifest is not there: no whole backup"
[ -r "${BACKUP_IDENTITY:-}" ] || misused 'BACKUP_IDENTITY is not a file that can be read'
[ -n "${BACKUP_VERIFY_KEY-unset}" ] ||
  misused 'BACKUP_VERIFY_KEY is set, and empty: the file of the public key, or unset, which trusts the storage'
need psql postgresql-client
need pg_restore postgresql-client
need age age

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
dump=$1
if [ -n "${BACKUP_VERIFY_KEY:-}" ]; then
  # Whoever may write to the storage could change a file between two looks at it: what is looked at is
  # a copy that nobody else writes to, and so is what is restored.
  cp -- "$manifest" "$dump" "$work/" || die "$dump cannot be copied to ${TMPDIR:-/tmp}"
  manifest=$work/$(basename -- "$manifest")
  dump=$work/$(basename -- "$dump")
  "$(dirname "$0")/verify.sh" signature "$manifest" >&2 || die "$manifest is not taken for a backup of ours"
else
  say 'warning: nobody has looked who made this backup: BACKUP_VERIFY_KEY is not set'
fi
said=$(sed -n 's/^sha256 //p' "$manifest")
[ "$(sha256sum <"$dump" | cut -d ' ' -f 1)" = "$said" ] ||
  die "$1 is not what its manifest says: damaged, or another one"

of() { sed -n "s/^$1 //p" "$manifest"; }
environment=$(of environment)
taken=$(of taken_at | sed -nE 's/^([0-9]{8})T([0-9]{2})([0-9]{2})([0-9]{2})[0-9]{3}Z$/\1 \2:\3:\4 UTC/p')
[ -n "$taken" ] || die "$manifest does not say when it was made"
age=$((($(date +%s) - $(date -d "$taken" +%s)) / 3600))
target=$(psql -w -X -q -A -t -c "select datname || ' ' ||
    coalesce(substring(shobj_description(oid, 'pg_database') from '^environment: ([a-z0-9-]+)'), '')
  from pg_database where datname = current_database()") || die 'PostgreSQL does not let us in: see the line above'
database=${target% *}
say "restoring: ${environment:-an environment without a name}, as it was $age hours ago ($taken), into $database on ${PGHOST:-this machine}"
[ -z "$hours" ] || [ "$age" -lt "$hours" ] || die "it was made $age hours ago, and is to be younger than $hours"
if [ -n "$wanted" ]; then
  [ "$environment" = "$wanted" ] || die "it is of ${environment:-an environment without a name}, not of $wanted"
elif [ -n "$environment" ] && [ -n "${target##* }" ] && [ "$environment" != "${target##* }" ]; then
  die "it is of $environment, and database $database is of ${target##* }: that is what move.sh is for"
fi

# What extensions brought is not ours, nor in the way.
objects=$(psql -w -X -q -A -t -c "select count(*) from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')") ||
  die 'PostgreSQL does not let us in: see the line above'
if [ "$objects" -ne 0 ] && [ -z "$replace" ]; then
  die "database ${PGDATABASE:-} is not empty: restore into a new one, or say --replace"
fi
# Of another role's connection only that there is one may be seen; PostgreSQL's own have no role. One that
# has just ended, as ours above, is there for a moment yet: on a busy machine that may be a second.
for _ in 1 2 3 4 5 6 7 8 9 10; do
  others=$(psql -w -X -q -A -t -c "select count(*) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and usesysid is not null
      and coalesce(backend_type, 'client backend') = 'client backend'") ||
    die 'who else is connected cannot be seen: see the line above'
  [ "$others" -ne 0 ] || break
  sleep 0.2
done
[ "$others" -eq 0 ] || die "$others connections are open to database ${PGDATABASE:-}: stop the servers"

owner=$(psql -w -X -q -A -t -c 'select current_user') || die 'PostgreSQL does not say who we are'
open_dump() { age --decrypt --identity "$BACKUP_IDENTITY" "$dump"; }
# What is ours: all in the schema public, and who may do what. Extensions and what else is beside it are
# made by whoever makes the database, who may.
open_dump | { pg_restore --list && cat >/dev/null; } |
  grep -E '^[0-9]+; [0-9]+ [0-9]+ ([A-Z]+( [A-Z]+)* public |ACL - SCHEMA public |DEFAULT ACL - )' >"$work/all" ||
  die 'the backup could not be restored: see the lines above'
grep -vE '^[0-9]+; [0-9]+ [0-9]+ (DEFAULT )?ACL ' "$work/all" >"$work/list" || die 'the backup holds nothing'
grep -E '^[0-9]+; [0-9]+ [0-9]+ (DEFAULT )?ACL ' "$work/all" >"$work/rights" || true
: >"$work/grants"
if [ -s "$work/rights" ]; then
  open_dump | { pg_restore --no-owner --use-list="$work/rights" --file=- && cat >/dev/null; } >"$work/grants" ||
    die 'the backup could not be restored: see the lines above'
fi

# Where a role is given rights to all that is made, what it was denied would come back: a dump says what is
# granted, and takes for granted that nothing was.
deny() {
  local role
  sed -nE 's/^GRANT .* TO ([a-z0-9_]+);$/\1/p' "$work/grants" | sort -u | while read -r role; do
    [ "$role" != "$owner" ] || continue
    printf 'revoke all on all %s in schema public from %s;\n' tables "$role" sequences "$role" routines "$role"
  done
}

# age gives out what it has checked only, and ends with an error where something is wrong: without
# the last line, nothing of what psql was told is committed.
script() {
  echo 'set client_min_messages = warning; begin;'
  if [ -n "$replace" ]; then
    echo 'drop schema public cascade; create schema public authorization pg_database_owner;'
    echo 'grant usage on schema public to public;'
  fi
  open_dump | { pg_restore --no-owner --use-list="$work/list" --file=- && cat >/dev/null; } || return 1
  deny
  cat "$work/grants" || return 1
  # Numbers of transactions mean nothing in another cluster; the replicas' change feed reads by them.
  echo 'update public.tenants set changed_xid = pg_current_xact_id();'
  [ -z "$then" ] || cat "$then" || return 1
  echo 'commit;'
}

script | psql -w -X -q -v ON_ERROR_STOP=1 >/dev/null || die 'the backup could not be restored: see the lines above'
psql -w -X -q -c 'analyze' || say 'warning: run analyze yourself'
say "restored $1"
say "before a server starts: $(dirname "$0")/verify.sh rows ${1%.dump.age}.manifest"
