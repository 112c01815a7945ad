{{/* How many items wait for workers of a pool, or are held by one. The kinds of each group as `embedline worker --only` has them. */}}
{{- define "embedline.queueDepth" -}}
{{- $kinds := dict
  "media" (list "inspect" "plan" "slice" "part" "finish")
  "text" (list "document" "lines")
-}}
select count(*) from item where (state = 'running' or (state = 'queued' and pause_id = 0 and due_ms <= extract(epoch from now()) * 1000))
{{- if .only }} and kind in (
{{- $wanted := list }}{{ range .only }}{{ range index $kinds . }}{{ $wanted = append $wanted (printf "'%s'" .) }}{{ end }}{{ end }}{{ join ", " $wanted }})
{{- end }}
{{- end }}
