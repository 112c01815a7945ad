import type { SiteFacts } from './facts.ts'

export interface PageFacts extends SiteFacts {
  /** Of this server as its visitor sees it, without a path. */
  url: string
}

/** The page at `/`: one document that loads nothing. */
export const page = (facts: PageFacts): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Embedline ${escape(facts.version)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
  <h1>Embedline</h1>
  <p>Video, audio, images, text and buckets of documents in, vectors out. Running, version ${escape(facts.version)}.</p>
</header>
<main>
  <dl>
    <dt>Model</dt><dd>${escape(facts.modelLine)}</dd>
    <dt>Key</dt><dd>${keyPlace(facts.keyFile)}</dd>
    <dt>Base URLs</dt><dd><code>${escape(facts.url)}/v1.3</code> for the TwelveLabs SDK,
      <code>${escape(facts.url)}/v2</code> for the Telnyx SDK,
      <code>${escape(facts.url)}/v2/ai/openai</code> for the OpenAI SDK</dd>
  </dl>
  ${steps(facts)
    .map(({ title, lines }) => `<section><h2>${title}</h2><pre>${escape(lines.join('\n'))}</pre></section>`)
    .join('\n  ')}
</main>
<footer>
  <a href="/openapi.json">OpenAPI</a> <a href="/healthz">health</a> <a href="/readyz">readiness</a>
</footer>
</body>
</html>
`

const keyPlace = (keyFile: string | undefined): string =>
  keyFile === undefined ? 'one of those that the operator listed' : `in <code>${escape(keyFile)}</code>`

function steps({ url, keyFile }: PageFacts): { title: string; lines: string[] }[] {
  const call = 'curl -H "x-api-key: $KEY"'
  const json = `${call} -H 'content-type: application/json'`
  return [
    {
      title: 'Embed a sentence',
      lines: [
        keyFile === undefined ? 'KEY=…' : `KEY=$(cat ${quoted(keyFile)})`,
        `${json} ${url}/v1.3/embed-v2 \\`,
        `  -d '{"input_type":"text","text":{"input_text":"a dog on the beach"}}'`,
      ],
    },
    {
      title: 'Embed a video',
      lines: [
        `${call} ${url}/v1.3/assets -F method=direct -F file=@video.mp4`,
        `${json} ${url}/v1.3/embed-v2/tasks \\`,
        `  -d '{"input_type":"video","video":{"media_source":{"asset_id":"ASSET"}}}'`,
        `${call} ${url}/v1.3/embed-v2/tasks/TASK`,
      ],
    },
    {
      title: 'Embed a bucket of documents and search it',
      lines: [
        `${call} -T handbook.pdf ${url}/api/buckets/docs/objects/handbook.pdf`,
        `${json} ${url}/v2/ai/embeddings -d '{"bucket_name":"docs"}'`,
        `${call} ${url}/v2/ai/embeddings/TASK`,
        `${json} ${url}/v2/ai/embeddings/similarity-search \\`,
        `  -d '{"bucket_name":"docs","query":"how are refunds paid?"}'`,
      ],
    },
    {
      title: 'Or with an official client (npm install twelvelabs-js)',
      lines: [
        `// TWELVELABS_BASE_URL=${url}/v1.3 node tasks.mjs`,
        `import { TwelveLabs } from 'twelvelabs-js'`,
        `const client = new TwelveLabs({ apiKey: '…' })`,
        `for await (const task of await client.embed.v2.tasks.list()) console.log(task.id, task.status)`,
      ],
    },
    {
      title: 'Or that of the other contract (npm install telnyx)',
      lines: [
        `// TELNYX_BASE_URL=${url}/v2 TELNYX_API_KEY=… node buckets.mjs`,
        `import Telnyx from 'telnyx'`,
        `const { data } = await new Telnyx().ai.embeddings.create({ bucket_name: 'docs' })`,
      ],
    },
  ]
}

const ENTITY: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

const escape = (text: string): string => text.replaceAll(/[&<>"]/g, (character) => ENTITY[character] ?? '')

/** As one word of a shell. */
const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --accent: #0b7285 }
@media (prefers-color-scheme: dark) { :root { --accent: #66d9e8 } }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 3rem 1.25rem; max-width: 52rem; font: 16px/1.55 system-ui, sans-serif }
h1 { margin: 0; font-size: 2.2rem; letter-spacing: -.03em; color: var(--accent) }
h2 { margin: 2rem 0 .5rem; font-size: 1rem }
header p { margin: .25rem 0 2rem; opacity: .8 }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .6rem 1.25rem; margin: 0; padding: 1rem 1.25rem;
  border: 1px solid var(--line); border-radius: .6rem }
dt { font-weight: 600 }
dd { margin: 0; overflow-wrap: anywhere }
code, pre { font: .875rem/1.6 ui-monospace, SFMono-Regular, Menlo, monospace }
pre { margin: 0; padding: .9rem 1.1rem; overflow-x: auto; background: var(--soft); border: 1px solid var(--line);
  border-radius: .6rem }
footer { margin-top: 2.5rem; padding-top: 1rem; border-top: 1px solid var(--line) }
a { margin-right: 1.25rem; color: var(--accent) }
`
