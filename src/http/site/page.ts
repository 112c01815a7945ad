import { calls } from './calls.ts'
import { escapeHtml } from './escapeHtml.ts'
import type { PageFacts } from './facts.ts'
import { ICON, STYLE } from './style.ts'

/** The page at `/`: one document that loads nothing. */
export const page = (facts: PageFacts): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Embedline ${escapeHtml(facts.version)}</title>
<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(ICON)}">
<style>${STYLE}</style>
</head>
<body>
<header>
  ${ICON}
  <h1>Embedline</h1>
  <span class="state">running, version ${escapeHtml(facts.version)}</span>
  <p>Video, audio, images, text and buckets of documents in, vectors out.</p>
</header>
<main>
  <dl>
    <dt>Model</dt><dd>${model(facts.modelLine)}</dd>
    <dt>Key</dt><dd>${keyPlace(facts.keyFile)}</dd>
    <dt>Base URLs</dt><dd><code>${escapeHtml(facts.url)}/v1.3</code> for the TwelveLabs SDK,
      <code>${escapeHtml(facts.url)}/v2</code> for the Telnyx SDK,
      <code>${escapeHtml(facts.url)}/v2/ai/openai</code> for the OpenAI SDK</dd>
  </dl>
  ${calls(facts)
    .map(
      ({ title, lines }) => `<section><h2>${title}</h2><pre>${escapeHtml(lines.join('\n'))}</pre></section>`,
    )
    .join('\n  ')}
</main>
<footer>
  <a href="/docs">API reference</a> <a href="/README.md">Read me</a> <a href="/llms.txt">All pages</a>
  <a href="/openapi.json">OpenAPI description</a> <a href="/healthz">Health</a> <a href="/readyz">Readiness</a>
</footer>
</body>
</html>
`

/** The name of the model apart from what it cannot do. */
function model(line: string): string {
  const [, name = line, caveat = ''] = /^([^\s:]+): (.*)$/s.exec(line) ?? []
  return `<code>${escapeHtml(name)}</code>${caveat && `<p>${escapeHtml(caveat)}</p>`}`
}

const keyPlace = (keyFile: string | undefined): string =>
  keyFile === undefined ? 'one of those that the operator listed' : `in <code>${escapeHtml(keyFile)}</code>`
