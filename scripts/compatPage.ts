import type { Section } from '../test/contract/telnyx/rule.ts'
import { REASONS } from '../src/http/telnyx/reasons.ts'
import { markdownTable } from './markdownTable.ts'

const HEAD = `# Telnyx AI Embeddings: what is the same and what is not

<!-- Made by npm run docs of the table in test/contract/telnyx, which the conformance tests run on. -->

Base URL: \`http://<host>:8787/v2\` (variable \`TELNYX_BASE_URL\` of the official clients), key as \`Authorization: Bearer\`.
Every line below is a test, through plain HTTP, the \`telnyx\` client or the \`openai\` client.

- **exact**: as the contract's pages say, or a choice where they are silent.
- **extended**: as they say, and more.
- **differs**: not as they say, for a reason.

Not offered: clusters (\`/v2/ai/clusters\`). Not yet: the reconciling of a bucket without a call: after files have
changed, create a task again; it embeds only what changed.
`

/** The page on one contract in Markdown. */
export const compatPage = (sections: readonly Section[]): string =>
  [HEAD, ...sections.map(sectionOf), reasons()].join('\n')

function sectionOf({ title, method, rules }: Section): string {
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
