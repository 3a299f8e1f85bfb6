#!/usr/bin/env bash
# Moves a backup of backup.sh into another environment, such as production's into staging. All that is
# in the database there is replaced. Read docs/runbooks/restore-a-backup.md first.
#
#   move.sh [--with-people] [--yes ENVIRONMENT] gatehouse-TIME.dump.age
#
# Each environment's database says which it is; without that, nothing is moved into it:
#
#   comment on database gatehouse is 'environment: staging';
#
# One whose name begins with prod or live is never overwritten, nor the one that the backup is of. The
# name has to be typed, or given with --yes. Otherwise as restore.sh: it connects as psql does, as the
# role that is to own the tables, and no server may be running.
#
#   --with-people       by default only tenants, applications, clients, roles and groups are moved: no
#                       person, no key, no secret, no event. With this, people come, their addresses and
#                       password hashes, all personal data; what was issued to them does not
#   BACKUP_IDENTITY     file with the key of age-keygen that opens the backup
#   BACKUP_VERIFY_KEY   file of the public key to backup.sh's BACKUP_SIGNING_KEY: nothing else is restored
#
# Exit codes: 0 moved, 1 nothing was changed, 64 called wrongly.
set -euo pipefail
umask 077

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*; nothing was changed"; exit 1; }
misused() { say "error: $*"; exit 64; }
need() { command -v "$1" >/dev/null || misused "$1 is missing (Debian: $2)"; }

usage='usage: move.sh [--with-people] [--yes ENVIRONMENT] gatehouse-TIME.dump.age'
after=move-nobody.sql
typed=
while [[ ${1:-} == --* ]]; do
  case $1 in
  --with-people) after=move-people.sql ;;
  --yes)
    typed=${2:-}
    [ -n "$typed" ] || misused '--yes needs the name of the environment'
    shift
    ;;
  *) misused "$usage" ;;
  esac
  shift
done
[ $# -eq 1 ] || misused "$usage"
[ -r "$1" ] || misused "$1 cannot be read"
manifest=${1%.dump.age}.manifest
[ -r "$manifest" ] || misused "$manifest is not there: no whole backup"
[ -n "${BACKUP_VERIFY_KEY-unset}" ] ||
  misused 'BACKUP_VERIFY_KEY is set, and empty: the file of the public key, or unset, which trusts the storage'
here=$(cd "$(dirname "$0")" && pwd)
need psql postgresql-client
# Before a word of it is believed, and of a copy, which nobody else writes to. restore.sh looks again.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -- "$manifest" "$work/" || die "$manifest cannot be copied to ${TMPDIR:-/tmp}"
manifest=$work/$(basename -- "$manifest")
[ -z "${BACKUP_VERIFY_KEY:-}" ] || "$here/verify.sh" signature "$manifest" >/dev/null ||
  die "$manifest is not taken for a backup of ours"

ask() { psql -w -X -q -A -t -F ' ' -v ON_ERROR_STOP=1 -c "$1"; }
of() { sed -n "s/^$1 //p" "$manifest"; }

name=$(ask "select substring(shobj_description(oid, 'pg_database') from '^environment: ([a-z0-9-]+)')
              from pg_database where datname = current_database()") ||
  die 'PostgreSQL does not let us in: see the line above'
[ -n "$name" ] ||
  die "database ${PGDATABASE:-} does not say which environment it is: comment on database … is 'environment: staging'"
[[ ! $name =~ ^(prod|live) ]] ||
  die "this is $name: it is never overwritten by a move. A disaster is what restore.sh is for"
[ "$name" != "$(of environment)" ] || die "the backup is of $name itself: that is what restore.sh is for"

people=$(of 'rows accounts')
say "into:   $name (database ${PGDATABASE:-} on ${PGHOST:-this machine}): all that is in it is replaced"
say "from:   $(of environment | grep . || echo 'an environment without a name'), as it was at $(of taken_at)"
if [ "$after" = move-people.sql ]; then
  say "people: ${people:-0} accounts with their addresses, password hashes and factors, and what they did."
  say '        PERSONAL DATA: whoever may read this environment may read it from then on. You need a reason'
  say '        for that, the same protection, and to delete it afterwards.'
else
  say "people: none of the ${people:-0} accounts, and no key, secret or event"
fi
if [ -z "$typed" ]; then
  [ -t 0 ] || die 'nobody is there to confirm it: say --yes ENVIRONMENT'
  printf 'Type the name of the environment that is to be replaced: ' >&2
  read -r typed || true
fi
[ "$typed" = "$name" ] || die "it is called $name, not ${typed:-so}"

from=$(of environment)
"$here/restore.sh" --replace ${from:+--of "$from"} --then "$here/$after" "$1" \
  2> >(grep -vE '^(restoring|before a server starts):' >&2) || exit

say ''
say "done here: nothing waits to be sent, nothing is valid that was issued in the other environment"
say "before a server of $name starts, it needs of its own:"
say '  PUBLIC_URL, DATABASE_URL, REDIS_URL (then empty that Redis), KEY_ENCRYPTION_KEYS'
say '  SMTP_URL: none, or one that delivers to nobody outside'
if [ "$after" = move-people.sql ]; then
  say "  behind its own first KEY_ENCRYPTION_KEYS those that sealed this: $(of sealing_key | tr '\n' ' ')"
  say '  then, with gatehouse: keys reseal, and take the others out; for every tenant'
  say '  keys rotate --tenant SLUG --compromised all, or it signs with the keys of the other environment'
else
  say '  its own seed files, applied: they give clients their secrets, and upstream providers'
fi
hosts=$(ask "select '  ' || slug || ': ' || custom_issuer from tenants where custom_issuer is not null order by slug")
if [ -n "$hosts" ]; then
  say 'tenants that answer at a host of the other environment: change issuer in their seed files'
  say "$hosts"
fi
clients=$(ask "select distinct '  ' || substring(uri from '^[a-z][a-z0-9+.-]*://[^/?#]*|^[^:]*:')
  from clients cross join lateral (
    select jsonb_array_elements_text(coalesce(metadata->'redirect_uris', '[]')
                                  || coalesce(metadata->'post_logout_redirect_uris', '[]'))
    union all select metadata->>'backchannel_logout_uri') u (uri)
  where uri is not null order by 1 limit 50")
if [ -n "$clients" ]; then
  say 'where clients send people to, and hear of ended sessions: change what must not be, in seed files'
  say "$clients"
fi
