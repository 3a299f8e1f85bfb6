#!/bin/sh
# Prints the rules of deploy/prometheus as the Prometheus Operator takes them:
#
#   deploy/kubernetes/prometheus-rule.sh | kubectl -n gatehouse apply -f -
set -eu
for rules in recording alerts; do
  cat <<HEAD
---
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: gatehouse-$rules
spec:
HEAD
  sed 's/^/  /' "$(dirname "$0")/../prometheus/$rules.yml"
done
