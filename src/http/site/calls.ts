import { shellWord } from '../../lib/shellWord.ts'
import type { PageFacts } from './facts.ts'

interface Call {
  title: string
  /** To be pasted as they are, one call after the other. */
  lines: string[]
}

/** First calls to this server, short enough for a page. */
export const calls = ({ url, keyFile }: PageFacts): Call[] => [
  {
    title: 'Where it is and who you are',
    lines: [
      `URL=${shellWord(`${url}/v1.3`)}`,
      `DOCS=${shellWord(`${url}/v2/ai/embeddings`)}`,
      keyFile === undefined ? 'KEY=…' : `KEY=$(cat ${shellWord(keyFile)})`,
    ],
  },
  {
    title: 'Embed a sentence',
    lines: [
      `curl $URL/embed-v2 -H "x-api-key: $KEY" \\`,
      `  -H 'content-type: application/json' \\`,
      `  -d '{"input_type":"text","text":{"input_text":"a dog on the beach"}}'`,
    ],
  },
  {
    title: 'Embed a video: upload it, create a task, get the vectors when it is ready',
    lines: [
      `ASSET=$(curl -s $URL/assets -H "x-api-key: $KEY" \\`,
      `  -F method=direct -F file=@video.mp4 | cut -d'"' -f4)`,
      `TASK=$(curl -s $URL/embed-v2/tasks -H "x-api-key: $KEY" \\`,
      `  -H 'content-type: application/json' \\`,
      `  -d '{"input_type":"video","video":{"media_source":{"asset_id":"'$ASSET'"}}}' |`,
      `  cut -d'"' -f4)`,
      `curl $URL/embed-v2/tasks/$TASK -H "x-api-key: $KEY"`,
    ],
  },
  {
    title: 'Embed a bucket of documents and search it',
    lines: [
      `curl -T handbook.pdf ${shellWord(`${url}/api/buckets/docs/objects/handbook.pdf`)} \\`,
      `  -H "x-api-key: $KEY"`,
      `curl $DOCS -H "authorization: Bearer $KEY" \\`,
      `  -H 'content-type: application/json' -d '{"bucket_name":"docs"}'`,
      `curl $DOCS/similarity-search -H "authorization: Bearer $KEY" \\`,
      `  -H 'content-type: application/json' \\`,
      `  -d '{"bucket_name":"docs","query":"how are refunds paid?"}'`,
    ],
  },
  {
    title: 'Or with the official client: <code>npm install twelvelabs-js</code>',
    lines: [
      `// TWELVE_LABS_API_KEY=$KEY TWELVELABS_BASE_URL=$URL node tasks.mjs`,
      `import { TwelveLabs } from 'twelvelabs-js'`,
      ``,
      `const client = new TwelveLabs({})`,
      `const tasks = await client.embed.v2.tasks.list()`,
      `for await (const { id, status } of tasks) console.log(id, status)`,
    ],
  },
]
