#!/bin/sh
# What the official image's does of what the compose files and the stack make use of: it knows the DNS
# servers of the container, and fills templates in with the environment.
set -eu

if [ -n "${NGINX_ENTRYPOINT_LOCAL_RESOLVERS:-}" ]; then
  NGINX_LOCAL_RESOLVERS=$(awk 'BEGIN{ORS=" "} $1=="nameserver" {print $2}' /etc/resolv.conf)
  export NGINX_LOCAL_RESOLVERS
fi
output=${NGINX_ENVSUBST_OUTPUT_DIR:-/etc/nginx/conf.d}
if [ -w "$output" ]; then
  names=$(env | sed -n 's/^\([A-Za-z_][A-Za-z_0-9]*\)=.*/${\1}/p' | tr '\n' ' ')
  for template in /etc/nginx/templates/*.template; do
    [ -e "$template" ] || continue
    name=$(basename "$template" .template)
    echo "$0: $template to $output/$name"
    envsubst "$names" <"$template" >"$output/$name"
  done
else
  echo "$0: ERROR: $output is not writable"
fi
exec "$@"
