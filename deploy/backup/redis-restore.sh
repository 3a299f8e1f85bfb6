#!/usr/bin/env bash
# Lays a snapshot of redis-snapshot.sh where a Redis that is stopped finds it at its start. Read
# docs/runbooks/restore-a-backup.md first: a session that ended since is back.
#
#   redis-restore.sh redis-TIME.rdb.age DIRECTORY
#
# DIRECTORY is `dir` of the server's configuration. It may hold no state: what is there is newer, or of
# somebody else. The manifest of the snapshot lies beside it.
#
#   BACKUP_IDENTITY     file with the key of age-keygen that opens the snapshot
#   BACKUP_VERIFY_KEY   file of the public key to backup.sh's BACKUP_SIGNING_KEY: nothing else is restored
#
# A server with `appendonly yes` looks at its append-only file alone, and finds none here. So start it
# once with `--appendonly no`, then `redis-cli config set appendonly yes` (it writes that file), then as
# ever.
#
# Exit codes: 0 it is there, 1 nothing was changed, 64 called wrongly.
set -euo pipefail
umask 077

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*; nothing was changed"; exit 1; }
misused() { say "error: $*"; exit 64; }
need() { command -v "$1" >/dev/null || misused "$1 is missing (Debian: $2)"; }

[ $# -eq 2 ] || misused 'usage: redis-restore.sh redis-TIME.rdb.age DIRECTORY'
[ -r "$1" ] || misused "$1 cannot be read"
manifest=${1%.rdb.age}.manifest
[ -r "$manifest" ] || misused "$manifest is not there: no whole snapshot"
[ -d "$2" ] || misused "$2 is no directory"
[ -r "${BACKUP_IDENTITY:-}" ] || misused 'BACKUP_IDENTITY is not a file that can be read'
[ -n "${BACKUP_VERIFY_KEY-unset}" ] ||
  misused 'BACKUP_VERIFY_KEY is set, and empty: the file of the public key, or unset, which trusts the storage'
need age age

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
snapshot=$1
if [ -n "${BACKUP_VERIFY_KEY:-}" ]; then
  # As restore.sh: a copy that nobody else writes to.
  cp -- "$manifest" "$snapshot" "$work/" || die "$snapshot cannot be copied to ${TMPDIR:-/tmp}"
  manifest=$work/$(basename -- "$manifest")
  snapshot=$work/$(basename -- "$snapshot")
  "$(dirname "$0")/verify.sh" signature "$manifest" >&2 || die "$manifest is not taken for a snapshot of ours"
else
  say 'warning: nobody has looked who made this snapshot: BACKUP_VERIFY_KEY is not set'
fi
[ "$(sha256sum <"$snapshot" | cut -d ' ' -f 1)" = "$(sed -n 's/^sha256 //p' "$manifest")" ] ||
  die "$1 is not what its manifest says: damaged, or another one"
for state in dump.rdb appendonlydir appendonly.aof; do
  [ ! -e "$2/$state" ] || die "$2 holds $state already"
done

draft=$(mktemp "$2/.restore.XXXXXX")
trap 'rm -rf "$draft" "$work"' EXIT
age --decrypt --identity "$BACKUP_IDENTITY" --output - "$snapshot" >"$draft" || die 'it cannot be opened: see the line above'
# Without the mark that a server may have sent after it.
truncate -s "$(sed -n 's/^bytes //p' "$manifest")" "$draft" || die 'the manifest does not say how much it is'
# The server's own user has to read it.
chown --reference="$2" "$draft" || die "it cannot be given to whom $2 belongs to"
sync "$draft"
mv -n "$draft" "$2/dump.rdb"
say "restored $1, $(sed -n 's/^keys //p' "$manifest") keys"
say 'start Redis with appendonly no, then: redis-cli config set appendonly yes'
