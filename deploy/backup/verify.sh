#!/usr/bin/env bash
# Proves that a restored copy is what was backed up, in four steps. See
# docs/runbooks/restore-a-backup.md.
#
#   verify.sh signature MANIFEST        backup.sh of ours made it, and what it says it is of: restore.sh
#                                       asks this first where BACKUP_VERIFY_KEY is set
#   verify.sh rows MANIFEST             before a server starts: every table has as many rows as the
#                                       snapshot had. Connects as psql does (see backup.sh)
#   verify.sh secrets                   the deployment's secrets open what is sealed: gatehouse doctor,
#                                       in the server's environment
#   verify.sh service MANIFEST ISSUER   once a server runs: it is ready, publishes the keys that signed
#                                       before, and somebody signs in
#
#   BACKUP_VERIFY_KEY   file of the public key to backup.sh's BACKUP_SIGNING_KEY. Set, it is asked for each
#                       manifest; set and empty is refused
#   GATEHOUSE           the command of `secrets`: gatehouse by default, or "npm run -s cli --"
#   TENANT              slug whose issuer ISSUER is: default by default
#   CANARY_CLIENT_ID, CANARY_REDIRECT_URI, CANARY_IDENTIFIER, CANARY_PASSWORD_FILE
#                       an account that is there for this, and a client with a code flow that asks for
#                       PKCE; without them, sign in yourself
#
# Exit codes: 0 so it is, 1 it is not, 64 called wrongly.
set -euo pipefail
umask 077

say() { printf '%s\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }
misused() { printf 'error: %s\n' "$*" >&2; exit 64; }
need() { command -v "$1" >/dev/null || misused "$1 is missing (Debian: $2)"; }

[ -n "${BACKUP_VERIFY_KEY-unset}" ] ||
  misused 'BACKUP_VERIFY_KEY is set, and empty: the file of the public key, or unset'

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

manifest_of() {
  [ -r "${1:-}" ] || misused "${1:-MANIFEST} cannot be read"
  [ "$(head -n 1 "$1")" = 'gatehouse-backup 1' ] || misused "$1 is no manifest of a backup"
  [ -z "${BACKUP_VERIFY_KEY:-}" ] || signature "$1"
}

# Of all that stands before the last line, which is the signature: nothing can be added behind it.
signature() {
  local file
  [ -r "${1:-}" ] || misused "${1:-MANIFEST} cannot be read"
  need openssl openssl
  [[ $(openssl pkey -pubin -in "${BACKUP_VERIFY_KEY:-}" -noout -text 2>&1) == 'ED25519 Public-Key'* ]] ||
    misused 'BACKUP_VERIFY_KEY is no public Ed25519 key (openssl pkey -pubout)'
  sed '$d' "$1" >"$work/signed"
  { sed -n '$s/^signature //p' "$1" | base64 -d >"$work/signature" 2>/dev/null; } || : >"$work/signature"
  [ -s "$work/signature" ] || die "$1 is not signed"
  openssl pkeyutl -verify -rawin -pubin -inkey "$BACKUP_VERIFY_KEY" -in "$work/signed" \
    -sigfile "$work/signature" >/dev/null 2>&1 || die "$1 is not signed by the key of BACKUP_VERIFY_KEY, or was changed"
  # An older one may not be passed off as this one.
  file=$(sed -n 's/^file //p' "$work/signed")
  [ "$(basename "$1")" = "${file%%.*}.manifest" ] || die "$1 is the manifest of $file"
  say "held: $(basename "$1") is signed"
}

rows() {
  manifest_of "${1:-}"
  need psql postgresql-client
  grep '^rows ' "$1" >"$work/said" || misused "$1 says nothing of rows"
  psql -w -X -q -A -t -F ' ' -v ON_ERROR_STOP=1 >"$work/found" <<'SQL' || die 'the tables could not be counted'
begin transaction isolation level repeatable read, read only;
select format('select ''rows'', %L, count(*) from public.%I', relname, relname) from pg_class
 where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
 order by relname
\gexec
SQL
  diff "$work/said" "$work/found" >"$work/differ" || {
    sed -n 's/^< /backed up: /p; s/^> /found:     /p' "$work/differ" >&2
    die 'the copy is not what was backed up; has a server run on it already?'
  }
  say "held: $(wc -l <"$work/said") tables have the rows that were backed up"
}

secrets() {
  # Several words: a command with its arguments.
  read -r -a doctor <<<"${GATEHOUSE:-gatehouse}"
  "${doctor[@]}" doctor || die 'see above; the manifest names the sealing keys that a backup needs'
  say 'held: the secrets of this deployment open what is sealed'
}

service() {
  manifest_of "${1:-}"
  local issuer=${2:-} tenant=${TENANT:-default} kids kid
  [[ $issuer =~ ^https?:// ]] || misused 'usage: verify.sh service MANIFEST ISSUER'
  kids=$(awk -v tenant="$tenant" '$1 == "kid" && $2 == tenant { print $3 }' "$1")
  [ -n "$kids" ] || die "$1 names no key of tenant $tenant: another slug, or nobody had used it"
  need curl curl
  ask() { curl --silent --show-error --max-time 20 --cookie "$work/jar" --cookie-jar "$work/jar" "$@"; }
  ask --fail --output /dev/null "${issuer%%/t/*}/health/ready" || die 'the server is not ready'
  ask --fail "$issuer/jwks" >"$work/jwks" || die "$issuer/jwks does not answer"
  while read -r kid; do
    grep -qF "\"$kid\"" "$work/jwks" || die "key $kid signed when the backup was made, and is not published"
  done <<<"$kids"
  say "held: tenant $tenant publishes the $(wc -l <<<"$kids") keys that it had"
  if [ -z "${CANARY_CLIENT_ID:-}" ]; then
    say 'not tried: a sign-in. Set CANARY_CLIENT_ID and the others, or sign in yourself'
    return
  fi
  [ -r "${CANARY_PASSWORD_FILE:-}" ] || misused 'CANARY_PASSWORD_FILE cannot be read'
  ask --fail --location --get --output "$work/page" --write-out '%{url_effective}' "$issuer/auth" \
    --data-urlencode "client_id=$CANARY_CLIENT_ID" \
    --data-urlencode "redirect_uri=${CANARY_REDIRECT_URI:-}" \
    --data response_type=code --data scope=openid --data prompt=login \
    --data code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM \
    --data code_challenge_method=S256 >"$work/url" || die 'there is no page to sign in on'
  local csrf url
  url=$(cat "$work/url")
  csrf=$(sed -n 's/.*name="csrf" value="\([^"]*\)".*/\1/p' "$work/page" | head -n 1)
  [ -n "$csrf" ] || die "no form to sign in with at $url"
  # A wrong password is a page that says so (422); a right one leads on.
  local status
  status=$(ask --output "$work/answer" --write-out '%{http_code}' "$url/sign-in" \
    --header "Origin: $(sed -E 's|(https?://[^/]*).*|\1|' <<<"$url")" \
    --data-urlencode "csrf=$csrf" --data-urlencode "identifier=${CANARY_IDENTIFIER:-}" \
    --data-urlencode "password@-" < <(tr -d '\r\n' <"$CANARY_PASSWORD_FILE")) || die 'the sign-in was not answered'
  [ "$status" = 303 ] || die "${CANARY_IDENTIFIER:-} was not signed in: status $status"
  say "held: ${CANARY_IDENTIFIER:-} signs in"
}

case ${1:-} in
signature | rows | secrets | service) "$@" ;;
*) misused 'usage: verify.sh signature MANIFEST | rows MANIFEST | secrets | service MANIFEST ISSUER' ;;
esac
