{{- define "gatehouse.name" -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{/* What everything of this release is called by. */}}
{{- define "gatehouse.labels" -}}
app.kubernetes.io/name: gatehouse
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end -}}

{{/* The pods of one part: (list $ "server"). */}}
{{- define "gatehouse.selector" -}}
app.kubernetes.io/name: gatehouse
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{- define "gatehouse.image" -}}
{{ .Values.image.repository }}
{{- with .Values.image.digest }}@{{ . }}{{ else }}:{{ .Values.image.tag | default .Chart.AppVersion }}{{ end }}
{{- end -}}

{{- define "gatehouse.secret" -}}
{{ .Values.secrets.existing | default (include "gatehouse.name" .) }}
{{- end -}}

{{/* How many replicas there may be, with the one that a rollout adds. */}}
{{- define "gatehouse.mostReplicas" -}}
{{ add1 (ternary .Values.autoscaling.maxReplicas .Values.replicas .Values.autoscaling.enabled) }}
{{- end -}}

{{/* Whether an exporter looks at it: (list $ "postgresql") or "redis". It knows where what is bundled is. */}}
{{- define "gatehouse.watched" -}}
{{- $ := index . 0 -}}
{{- if and $.Values.monitoring.enabled (or (index $.Values (index . 1) "bundled") (index $.Values.monitoring (index . 1))) }}yes{{ end -}}
{{- end -}}

{{/* What every pod has: (list $ 10001), the user of its image. */}}
{{- define "gatehouse.pod" -}}
{{- $ := index . 0 -}}
serviceAccountName: {{ include "gatehouse.name" $ }}
automountServiceAccountToken: false
# Variables are what the settings say, and nothing of Services that happen to be there.
enableServiceLinks: false
{{- with $.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: {{ index . 1 }}
  runAsGroup: {{ index . 1 }}
  fsGroup: {{ index . 1 }}
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
{{- with $.Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $.Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "gatehouse.locked" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
{{- end -}}

{{/* A container of our image that runs a command line: settings, secrets, /tmp. */}}
{{- define "gatehouse.container" -}}
image: {{ include "gatehouse.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
envFrom:
  - configMapRef:
      name: {{ include "gatehouse.name" . }}
{{ include "gatehouse.locked" . }}
{{- end -}}

{{- define "gatehouse.mounts" -}}
- name: secrets
  mountPath: /run/secrets
  readOnly: true
- name: tmp
  mountPath: /tmp
{{- end -}}

{{/* A replica and `seed` wait for the job that migrates, instead of failing until it is done. */}}
{{- define "gatehouse.waitForSchema" -}}
- name: wait-for-schema
  command: [sh, -c, 'until gatehouse migrate --status; do [ $? -eq 2 ] || exit; sleep 5; done']
  {{- include "gatehouse.container" . | nindent 2 }}
  resources:
    requests: { cpu: 50m, memory: 128Mi }
    limits: { memory: 256Mi }
  volumeMounts:
    {{- include "gatehouse.mounts" . | nindent 4 }}
{{- end -}}

{{/* /run/secrets of a pod: (list $ (dict "file" "key of the Secret" …)), and the name of another Secret whose
     keys are files there too. */}}
{{- define "gatehouse.secretFiles" -}}
{{- $ := index . 0 -}}
- name: secrets
  projected:
    defaultMode: 0440
    sources:
      - secret:
          name: {{ include "gatehouse.secret" $ }}
          items:
            {{- range $path, $key := index . 1 }}
            - { key: {{ $key }}, path: {{ $path }} }
            {{- end }}
      {{- if gt (len .) 2 }}
      {{- with index . 2 }}
      - secret:
          name: {{ . }}
      {{- end }}
      {{- end }}
      {{- if $.Values.authorities }}
      - configMap:
          name: {{ include "gatehouse.name" $ }}-authorities
      {{- end }}
{{- end -}}

{{- define "gatehouse.appSecrets" -}}
{{- $files := dict "database_url" "database_url" "redis_url" "redis_url" "key_encryption_keys" "key_encryption_keys" -}}
{{- if .Values.mail.enabled }}{{ $_ := set $files "smtp_url" "smtp_url" }}{{ end -}}
{{- range .Values.secrets.files }}{{ $_ := set $files . . }}{{ end -}}
{{ include "gatehouse.secretFiles" (list . $files) }}
{{- end -}}

{{- define "gatehouse.tmp" -}}
- name: tmp
  emptyDir:
    sizeLimit: 64Mi
{{- end -}}

{{/* A disk: (dict "size" … "class" …). */}}
{{- define "gatehouse.disk" -}}
accessModes: [ReadWriteOnce]
{{- with .class }}
storageClassName: {{ . }}
{{- end }}
resources:
  requests:
    storage: {{ .size }}
{{- end -}}

{{/* Whatever is public: all but what the server itself would refuse. */}}
{{- define "gatehouse.public" -}}
- ipBlock:
    cidr: 0.0.0.0/0
    except:
      [
        0.0.0.0/8, 10.0.0.0/8, 100.64.0.0/10, 127.0.0.0/8, 169.254.0.0/16, 172.16.0.0/12, 192.0.0.0/24,
        192.0.2.0/24, 192.31.196.0/24, 192.52.193.0/24, 192.88.99.0/24, 192.168.0.0/16, 192.175.48.0/24,
        198.18.0.0/15, 198.51.100.0/24, 203.0.113.0/24, 224.0.0.0/4, 240.0.0.0/4,
      ]
- ipBlock:
    cidr: '::/0'
    except:
      [
        '::/96', '64:ff9b::/96', '64:ff9b:1::/48', '100::/63', '2001::/23', '2001:db8::/32',
        '2002::/16', '2620:4f:8000::/48', '3fff::/20', '5f00::/16', 'fc00::/7', 'fe80::/9', 'ff00::/8',
      ]
{{- end -}}
