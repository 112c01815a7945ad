import { escapeHtml } from './escapeHtml.ts'
import { referenceFiles } from './referenceFiles.ts'
import { ICON } from './style.ts'

/** The page at `/docs`: the reference of all doors, drawn of `/openapi.json` by scripts of this server alone. */
export async function referencePage(version: string): Promise<string> {
  const { folder } = await referenceFiles()
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Embedline ${escapeHtml(version)}: API reference</title>
<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(ICON)}">
<link rel="stylesheet" href="${folder}/swagger-ui.css">
<link rel="stylesheet" href="${folder}/frame.css">
<script defer src="${folder}/swagger-ui-bundle.js"></script>
<script defer src="${folder}/start.js"></script>
</head>
<body>
<header class="bar">${ICON}<strong>Embedline ${escapeHtml(version)}</strong>
  <a href="/">This server</a> <a href="/README.md">Read me</a> <a href="/llms.txt">All pages</a>
  <a href="/openapi.json">OpenAPI description</a></header>
<main id="reference"><p>The reference is drawn by a script. Without it: <a href="/openapi.json">the description</a>,
  <a href="/llms.txt">the pages in Markdown</a>.</p></main>
</body>
</html>
`
}
