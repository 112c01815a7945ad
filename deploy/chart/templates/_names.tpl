{{- define "embedline.name" -}}
{{- if contains "embedline" .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{ else }}{{ printf "%s-embedline" .Release.Name | trunc 40 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "embedline.labels" -}}
app.kubernetes.io/name: embedline
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "embedline.selector" -}}
app.kubernetes.io/name: embedline
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "embedline.serviceAccount" -}}
{{- if .Values.serviceAccount.create }}{{ .Values.serviceAccount.name | default (include "embedline.name" .) }}{{ else }}{{ .Values.serviceAccount.name | default "default" }}{{ end }}
{{- end }}

{{- define "embedline.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "embedline.databaseSecret" -}}
{{ .Values.database.existingSecret | default (printf "%s-database" (include "embedline.name" .)) }}
{{- end }}

{{- define "embedline.keysSecret" -}}
{{ .Values.keys.existingSecret | default (printf "%s-keys" (include "embedline.name" .)) }}
{{- end }}

{{- define "embedline.storageSecret" -}}
{{- if .Values.storage.existingSecret }}{{ .Values.storage.existingSecret }}{{ else if .Values.storage.accessKeyId }}{{ include "embedline.name" . }}-storage{{ end }}
{{- end }}
