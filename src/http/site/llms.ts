import { markdownPages, readMarkdown } from './markdownPages.ts'

/**
 * The page at `/llms.txt` (llmstxt.org): what this server is and where everything about it is to be read, for language
 * models and whoever else prefers one page of links. `url` is the server's, without a path.
 */
export async function llms({ url, version }: { url: string; version: string }): Promise<string> {
  const pages = await Promise.all(
    (await markdownPages()).map(async (path) => ({ path, ...headOf((await readMarkdown(path)) ?? '') })),
  )
  const links = (wanted: (path: string) => boolean): string[] =>
    pages
      .filter(({ path }) => wanted(path))
      .map(({ path, title, about }) => `- [${title}](${url}/${path})${about && `: ${about}`}`)
  const isDecision = (path: string) => path.startsWith('docs/decisions/')
  const isTour = (path: string) => path.startsWith('docs/tours/')
  return [
    `# Embedline ${version}`,
    '',
    '> A self-hosted server for asynchronous embedding tasks: video, audio, pictures, texts and buckets of documents in,',
    '> vectors out, to be searched. It speaks the TwelveLabs Embed v2 and the Telnyx AI Embeddings contracts, so that',
    '> their official clients work after changing the base URL, and an API of its own for what those lack.',
    '',
    '## Doors',
    '',
    `- TwelveLabs: base URL ${url}/v1.3, key in the header \`x-api-key\`. Tasks for media, embeddings at once, assets.`,
    `- Telnyx: base URL ${url}/v2, key as \`Authorization: Bearer\`. Buckets of documents: embed, search, crawl.`,
    `- OpenAI: base URL ${url}/v2/ai/openai, key as \`Authorization: Bearer\`. Embeddings of texts, models.`,
    `- Embedline's own: base URL ${url}/api, either header. What the others lack; errors are problems of RFC 9457.`,
    '',
    `Every operation with its schemas: [OpenAPI 3.1](${url}/openapi.json), for people at [/docs](${url}/docs).`,
    'No key is needed to read any of these pages, /healthz or /readyz.',
    '',
    '## Tours, to be run as they stand',
    '',
    ...links(isTour),
    '',
    '## Pages',
    '',
    ...links((path) => !isTour(path) && !isDecision(path)),
    '',
    '## Optional',
    '',
    ...pages.filter(({ path }) => isDecision(path)).map(({ path, title }) => `- [${title}](${url}/${path})`),
    '',
  ].join('\n')
}

/** The first heading of a page, and the first sentence after it. */
function headOf(text: string): { title: string; about: string } {
  const title = /^# (.+)$/m.exec(text)?.[1] ?? ''
  const prose = text
    .replace(/^[^]*?^# .+$/m, '')
    .replaceAll(/<!--[^]*?-->|```[^]*?```/g, '')
    .split('\n\n')
    .map((part) => part.trim())
    .find((part) => /^[*`\w]/.test(part))
  const sentence = /^[^]*?(?=[.:](?:\s|$))/.exec(prose ?? '')?.[0] ?? prose ?? ''
  return { title, about: sentence.replaceAll(/\s+/g, ' ').replaceAll(/\[([^\]]+)\]\([^)]*\)/g, '$1') }
}
