# A pod by hand, of what the pods of a CronJob or of a Deployment are, that waits for `kubectl exec` for two hours
# at most (docs/deploy.md, "Restore in containers"):
#
#   kubectl get deployment/gatehouse --output=json | jq -f deploy/kubernetes/by-hand.jq | kubectl apply -f -
#
# Its name is that of the other, with -by-hand. Nobody's requests go to it: of the server it is what applies
# seeds, which reaches PostgreSQL and Redis. Of the backup it has the image's own scripts, all of them. What
# is written to its /tmp is in memory.
(.spec.jobTemplate.spec.template // .spec.template) as $template
| {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "\(.metadata.name)-by-hand",
      labels: ($template.metadata.labels
        | if .["app.kubernetes.io/component"] == "server" then .["app.kubernetes.io/component"] = "seed" else . end)
    },
    spec: ($template.spec
      | del(.initContainers, .topologySpreadConstraints)
      | .restartPolicy = "Never"
      | .activeDeadlineSeconds = 7200
      | .terminationGracePeriodSeconds = 1
      | .containers |= [.[0]
          | del(.ports, .startupProbe, .livenessProbe, .readinessProbe, .lifecycle, .args)
          | .command = ["sleep", "7200"]
          | .volumeMounts |= map(select(.name != "scripts"))]
      | .volumes |= map(select(.name != "scripts")
          | if .name == "tmp" then .emptyDir.medium = "Memory" else . end))
  }
