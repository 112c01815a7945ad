{{/* What all pods have in common: pass `root`. */}}
{{- define "embedline.podSpec" -}}
serviceAccountName: {{ include "embedline.serviceAccount" .root }}
automountServiceAccountToken: false
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "embedline.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}

{{- define "embedline.environment" -}}
- name: EMBEDLINE_DATABASE_URL
  valueFrom:
    secretKeyRef: { name: {{ include "embedline.databaseSecret" . }}, key: url }
- name: EMBEDLINE_STORAGE_URL
  value: {{ required "storage.url is needed: s3://bucket/prefix" .Values.storage.url | quote }}
- name: EMBEDLINE_BUCKETS_URL
  value: {{ .Values.buckets.url | quote }}
- name: EMBEDLINE_S3_REGION
  value: {{ .Values.storage.region | quote }}
{{- with .Values.storage.endpoint }}
- name: EMBEDLINE_S3_ENDPOINT
  value: {{ . | quote }}
{{- end }}
{{- with include "embedline.storageSecret" . }}
{{- range $name := list "AWS_ACCESS_KEY_ID" "AWS_SECRET_ACCESS_KEY" }}
- name: {{ $name }}
  valueFrom:
    secretKeyRef: { name: {{ include "embedline.storageSecret" $ }}, key: {{ $name }} }
{{- end }}
{{- end }}
{{- range $name, $value := .Values.settings }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}
