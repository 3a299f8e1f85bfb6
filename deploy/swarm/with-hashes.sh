#!/usr/bin/env bash
# Runs a command with what the stacks of this directory name files by. What a config or a secret of a Swarm says
# cannot be changed: a file that says something else is another config, and its service is replaced for it, no
# other. So each name has in it a hash of all files of its kind, such as NGINX_HASH: those beside which the stacks
# name it.
#
#   deploy/swarm/with-hashes.sh docker stack deploy -c deploy/swarm/stack.yml gatehouse
#
#   SEEDS   a seed file, as for stack.yml: SEEDS_HASH is of that
set -euo pipefail
[ $# -gt 0 ] || { printf 'usage: with-hashes.sh COMMAND…\n' >&2; exit 64; }
directory=$(dirname "$0")

# hash_of FILE…: of their names and of what is in them, in whatever order they come
hash_of() {
  (cd "$directory" >/dev/null && sha256sum -- "$@") | sort | sha256sum | head -c 12
}

declare -A files=()
while read -r name file; do
  files[$name]+="${files[$name]:+ }$file"
done < <(sed -nE 's/^  [a-z0-9_]+: \{ file: (\.\.[^,]+), .*\$\{([A-Z]+_HASH):.*/\2 \1/p' "$directory"/{stack,monitoring}.yml)
for name in "${!files[@]}"; do
  read -ra list <<<"${files[$name]}"
  hash=$(hash_of "${list[@]}")
  export "$name=$hash"
done
hash=$(hash_of "${SEEDS:-../compose/seeds/default.yaml}")
export SEEDS_HASH="$hash"
exec "$@"
