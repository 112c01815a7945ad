import { REASONS } from '../src/http/telnyx/reasons.ts'
import type { RuleLine, SectionOf } from '../test/contract/rule.ts'
import { SECTIONS as OPENAI } from '../test/contract/openai/sections.ts'
import { SECTIONS as TELNYX } from '../test/contract/telnyx/sections.ts'
import { SECTIONS as TWELVELABS } from '../test/contract/twelvelabs/sections.ts'
import { markdownTable } from './markdownTable.ts'

interface CompatPage {
  /** Below the root of the repository. */
  path: string
  text: string
}

const STATES = `- **exact**: as the contract's pages say, or a choice where they are silent.
- **extended**: as they say, and more.
- **differs**: not as they say, for a reason.`

const TELNYX_HEAD = `# Telnyx AI Embeddings: what is the same and what is not

<!-- Made by npm run docs of the table in test/contract/telnyx, which the conformance tests run on. -->

Base URL: \`http://<host>:8787/v2\` (variable \`TELNYX_BASE_URL\` of the official clients), key as \`Authorization: Bearer\`.
Every line below is a test, through plain HTTP, the \`telnyx\` client or the \`openai\` client.

${STATES}

Not offered: clusters (\`/v2/ai/clusters\`). Not yet: the reconciling of a bucket without a call: after files have
changed, create a task again; it embeds only what changed.
`

const TWELVELABS_HEAD = `# TwelveLabs Embed: what is the same and what is not

<!-- Made by npm run docs of the table in test/contract/twelvelabs, which the conformance tests run on. -->

Base URL: \`http://<host>:8787/v1.3\` (variable \`TWELVELABS_BASE_URL\` of the official clients), key as \`x-api-key\`.
Every line below is a test, through plain HTTP or the \`twelvelabs-js\` client. The bounds are those of
\`EMBEDLINE_LIMITS=ours\` unless a line says otherwise.

${STATES}

Not offered, because these pages have no embedding in them: indexes, search, analysis, entities, knowledge stores,
imports and data connectors.
`

const OPENAI_HEAD = `# OpenAI embeddings: what is the same and what is not

<!-- Made by npm run docs of the table in test/contract/openai, which the conformance tests run on. -->

Base URL: \`http://<host>:8787/v1\` (variable \`OPENAI_BASE_URL\` of the official clients), key as \`Authorization: Bearer\`.
Every line below is a test, through plain HTTP or the \`openai\` client. The embedding classes of LangChain JS
(\`@langchain/openai\`) and LlamaIndex TS (\`@llamaindex/openai\`) work after changing the base URL, which is tested too.

${STATES}

Not offered, because there is no embedding in it: everything but embeddings, models, files and batches.
`

/** The pages on the contracts, each made of the table that its tests run on. */
export const compatPages = (): CompatPage[] => [
  { path: 'docs/compat/telnyx.md', text: [TELNYX_HEAD, ...TELNYX.map(sectionOf), reasons()].join('\n') },
  { path: 'docs/compat/openai.md', text: [OPENAI_HEAD, ...OPENAI.map(sectionOf)].join('\n') },
  { path: 'docs/compat/twelvelabs.md', text: [TWELVELABS_HEAD, ...TWELVELABS.map(sectionOf)].join('\n') },
]

function sectionOf({ title, method, rules }: SectionOf<RuleLine>): string {
  const rows = rules.map(({ field = '', rule, state = 'exact', why = '' }) =>
    [field === '' ? '' : fieldNames(field), rule, state, why].map(escaped),
  )
  const client = method === undefined ? [] : [`In the client: \`${method}\`.`, '']
  return [`## ${title}`, '', ...client, markdownTable([['field', 'rule', 'state', 'why'], ...rows])].join(
    '\n',
  )
}

function reasons(): string {
  const rows = [...REASONS].map(([reason, meaning]) => [`\`${reason}\``, meaning])
  return ['## Words of `error_reason`', '', markdownTable([['word', 'what it says'], ...rows])].join('\n')
}

const fieldNames = (field: string): string =>
  field
    .split(', ')
    .map((name) => `\`${name}\``)
    .join(', ')

const escaped = (cell: string): string => cell.replaceAll('|', '\\|')
