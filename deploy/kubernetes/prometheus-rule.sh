#!/bin/sh
# Prints the rules of deploy/prometheus as the Prometheus Operator takes them, for the Gatehouse of one namespace:
#
#   deploy/kubernetes/prometheus-rule.sh gatehouse | kubectl apply -f -
#
# Whatever the Operator has Prometheus read has the namespace as a label. The rules look at nothing else, and
# each alert says which namespace it is of.
set -eu
namespace=${1:?the namespace}
for rules in recording alerts; do
  cat <<HEAD
---
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: gatehouse-$rules
  namespace: $namespace
spec:
HEAD
  sed -e 's/^/  /' -e "s/{job=/{namespace=\"$namespace\",job=/g" \
    -e "/^ *severity: /{p;s/severity: .*/namespace: '$namespace'/;}" \
    "$(dirname "$0")/../prometheus/$rules.yml"
done
