{{/* How many items wait for workers of a pool, or are held by one. The kinds of each group as `embedline worker --only` has them. */}}
{{- define "embedline.queueDepth" -}}
{{- $kinds := dict
  "media" (list "inspect" "plan" "slice" "part")
  "text" (list "document" "lines")
  "fetch" (list "fetch" "assemble" "crawl")
  "control" (list "list" "finish" "conclude" "retry" "check" "gather")
-}}
select count(*) from item where (state = 'running' or (state = 'queued' and pause_id = 0 and due_ms <= extract(epoch from now()) * 1000))
{{- if .only }} and kind in (
{{- $wanted := list }}{{ range .only }}{{ range index $kinds . }}{{ $wanted = append $wanted (printf "'%s'" .) }}{{ end }}{{ end }}{{ join ", " $wanted }})
{{- end }}
{{- end }}
