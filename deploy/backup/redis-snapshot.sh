#!/usr/bin/env bash
# Takes a snapshot of Redis while servers run, encrypted before it touches the disk. What it is good
# for, and that it is no backup of what must last: docs/runbooks/restore-a-backup.md.
#
# Redis sends its whole state to us as it does to a replica; nothing is written on its own disk.
#
#   REDIS_HOST, REDIS_PORT   127.0.0.1 and 6379 by default; of a Cluster, one master at a time, each into
#                            a directory of its own
#   REDISCLI_AUTH            the password, or REDIS_PASSWORD_FILE, a file of it; never an argument
#   REDIS_USER               a user who may run SYNC, REPLCONF, INFO, DBSIZE and PING; default: the one of
#                            the password
#   REDIS_CA                 file of who signed the server's certificate: connects by TLS. Set and empty is
#                            refused
#   BACKUP_DIR, BACKUP_RECIPIENTS, BACKUP_KEEP_DAYS, BACKUP_UPLOAD, BACKUP_SIGNING_KEY   as for backup.sh
#
# A snapshot is two files: redis-TIME.rdb.age, and redis-TIME.manifest, which appears last.
#
# Exit codes: 0 done, 1 no snapshot was made, 3 it was made and not uploaded, 4 it was made and older
# ones could not be removed, 64 called wrongly.
set -euo pipefail
umask 077

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }
misused() { say "error: $*"; exit 64; }
need() { command -v "$1" >/dev/null || misused "$1 is missing (Debian: $2)"; }

[ $# -eq 0 ] || misused 'redis-snapshot.sh takes no arguments; its settings are at the top of the file'
[ -n "${BACKUP_DIR:-}" ] || misused 'BACKUP_DIR is not set: the directory that keeps the snapshots'
[ -r "${BACKUP_RECIPIENTS:-}" ] ||
  misused 'BACKUP_RECIPIENTS is not a file that can be read: the public key of age-keygen, age1…'
keep_days=${BACKUP_KEEP_DAYS:-30}
[[ $keep_days =~ ^[1-9][0-9]{0,3}$ ]] || misused "BACKUP_KEEP_DAYS is $keep_days: expected 1 to 9999"
[ -z "${BACKUP_UPLOAD:-}" ] || command -v "$BACKUP_UPLOAD" >/dev/null ||
  misused "BACKUP_UPLOAD is $BACKUP_UPLOAD: no such program"
[ -n "${BACKUP_SIGNING_KEY-unset}" ] ||
  misused 'BACKUP_SIGNING_KEY is set, and empty: the file of the private key, or unset, which signs nothing'
[ -n "${REDIS_CA-unset}" ] ||
  misused 'REDIS_CA is set, and empty: the file of the authority, or unset, which connects without TLS'
need redis-cli redis-tools
need age age
if [ -n "${BACKUP_SIGNING_KEY:-}" ]; then
  need openssl openssl
  [[ $(openssl pkey -in "$BACKUP_SIGNING_KEY" -passin pass: -noout -text 2>&1) == 'ED25519 Private-Key'* ]] ||
    misused 'BACKUP_SIGNING_KEY is no private Ed25519 key without a passphrase'
fi
if [ -n "${REDIS_PASSWORD_FILE:-}" ]; then
  [ -r "$REDIS_PASSWORD_FILE" ] || misused 'REDIS_PASSWORD_FILE cannot be read'
  REDISCLI_AUTH=$(tr -d '\r\n' <"$REDIS_PASSWORD_FILE")
  export REDISCLI_AUTH
fi
client=(redis-cli --no-auth-warning -h "${REDIS_HOST:-127.0.0.1}" -p "${REDIS_PORT:-6379}")
[ -z "${REDIS_USER:-}" ] || client+=(--user "$REDIS_USER")
[ -z "${REDIS_CA:-}" ] || client+=(--tls --cacert "$REDIS_CA")

mkdir -p "$BACKUP_DIR" || die "$BACKUP_DIR cannot be made"
cd "$BACKUP_DIR"
exec {lock}>.redis-lock
flock -n "$lock" || die "another snapshot into $BACKUP_DIR is under way"
rm -rf .redis-under-way.* || say "warning: what a run before has left in $BACKUP_DIR cannot be removed"
work=$(mktemp -d .redis-under-way.XXXXXX)
trap 'rm -rf "$work"' EXIT

# redis-cli ends with 0 where the server refuses; what it prints is the answer.
answer=$("${client[@]}" ping 2>&1 | grep -m 1 .) || true
[ "$answer" = PONG ] || die "Redis does not let us in: $answer"
taken_at=$(date -u +%Y%m%dT%H%M%S%3NZ)
name=redis-$taken_at
{
  echo 'gatehouse-redis-snapshot 1'
  echo "taken_at $taken_at"
  "${client[@]}" info server | tr -d '\r' | sed -n 's/^redis_version:/redis /p'
  # Counted before: keys come and go while it is taken.
  echo "keys $("${client[@]}" dbsize)"
} >"$work/manifest"

mkfifo "$work/copy"
{ head -c 5 >"$work/begins" && tail -c 49 >"$work/ends"; } <"$work/copy" &
look=$!
"${client[@]}" --rdb - 2>"$work/said" | tee "$work/copy" |
  age --encrypt --recipients-file "$BACKUP_RECIPIENTS" --output "$work/dump" ||
  die "redis-cli or age failed: $(tail -n 1 "$work/said")"
wait "$look" || die 'what was sent cannot be read'
# A server that sends from memory does not know how much it will be, and ends with a mark of 40 bytes
# that redis-cli leaves in. Before it is the end of the snapshot itself: ff, and a checksum of 8.
bytes=$(sed -nE 's/.*success after ([0-9]+) bytes.*/\1/p; s/.*writing ([0-9]+) bytes.*/\1/p' "$work/said" | head -n 1)
ends=$(od -An -v -tx1 "$work/ends" | tr -d ' \n')
if grep -q 'EOF marker' "$work/said"; then ends=${ends:0:2}; else ends=${ends: -18:2}; fi
[ "$(cat "$work/begins") $ends ${bytes:+known}" = 'REDIS ff known' ] ||
  die "what Redis sent is no whole snapshot: $(tail -n 1 "$work/said")"
echo "bytes $bytes" >>"$work/manifest"

{
  echo "file $name.rdb.age"
  echo "sha256 $(sha256sum <"$work/dump" | cut -d ' ' -f 1)"
} >>"$work/manifest"
# The last line, of all that stands before it.
if [ -n "${BACKUP_SIGNING_KEY:-}" ]; then
  openssl pkeyutl -sign -rawin -inkey "$BACKUP_SIGNING_KEY" -passin pass: -in "$work/manifest" -out "$work/signature" ||
    die 'the manifest could not be signed: see the line above'
  echo "signature $(base64 -w 0 "$work/signature")" >>"$work/manifest"
fi
sync "$work/dump" "$work/manifest"
mv -n "$work/dump" "$name.rdb.age"
mv -n "$work/manifest" "$name.manifest"
sync .
printf '%s\n' "$BACKUP_DIR/$name.rdb.age"

if [ -n "${BACKUP_UPLOAD:-}" ]; then
  "$BACKUP_UPLOAD" "$PWD/$name.rdb.age" "$PWD/$name.manifest" || {
    say "error: the snapshot was made, but $BACKUP_UPLOAD ended with $?; older ones are kept"
    exit 3
  }
fi

oldest=redis-$(date -u -d "-$keep_days days" +%Y%m%dT%H%M%S000Z)
stays=
for old in redis-*.manifest redis-*.rdb.age; do
  base=${old%%.*}
  if [ "$base" != "$name" ] && [[ $base < $oldest ]]; then rm -f "$old" || stays=yes; fi
done
[ -z "$stays" ] || {
  say 'error: the snapshot was made, but older ones could not be removed: see the lines above'
  exit 4
}
