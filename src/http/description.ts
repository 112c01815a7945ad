import type { Limits } from '../domain/limits.ts'
import { operations as native } from './native/openapi.ts'
import { PREFIX as NATIVE_PREFIX } from './native/routes.ts'
import { PREFIX as OPENAI_PREFIX } from './openai/names.ts'
import { operations as openai } from './openai/openapi.ts'
import type { Operation } from './operations.ts'
import { PREFIX as TELNYX_PREFIX } from './telnyx/names.ts'
import { operations as telnyx } from './telnyx/openapi.ts'
import { operations as twelvelabs } from './twelvelabs/openapi.ts'
import { PREFIX as TWELVELABS_PREFIX } from './twelvelabs/prefix.ts'

const page = (operationId: string, summary: string, type = 'text/markdown') => ({
  operationId,
  summary,
  responses: { 200: { description: 'Done', content: { [type]: {} } } },
})

const PAGES: Readonly<Record<string, object>> = {
  '/': page('showPage', 'A page for people', 'text/html'),
  '/healthz': page('getHealth', 'The process lives', 'application/json'),
  '/readyz': page(
    'getReadiness',
    'New work is taken: the model is loaded and there is room on the disk; 503 with how far it is, or what is wrong, while it is not',
    'application/json',
  ),
  '/metrics': page(
    'getMetrics',
    'What is measured, in the text format of Prometheus; nothing private is in it',
    'text/plain',
  ),
  '/openapi.json': page('getDescription', 'This document', 'application/json'),
  '/docs': page('showReference', 'This document for people', 'text/html'),
  '/docs/{page}': {
    ...page('getDocsPage', 'A page of the documentation; `/llms.txt` lists them'),
    parameters: [{ name: 'page', in: 'path', required: true, schema: { type: 'string' }, example: 'cli.md' }],
  },
  '/llms.txt': page('listPages', 'What this server is, with links to all pages', 'text/plain'),
  '/README.md': page('getReadMe', 'What this is, and how to begin'),
  '/CHANGELOG.md': page('getChanges', 'What changed from version to version'),
  '/CONTRIBUTING.md': page('getContributing', 'How the sources are made'),
}

/** Of what is not the API of a door. */
export const PAGES_TAG = 'Server'

/** What stands above the operations of a tag. Those that are not here speak for themselves. */
const TAGS: Readonly<Record<string, string>> = {
  TwelveLabs: 'The TwelveLabs Embed contract, for its official clients. Key: `x-api-key`.',
  Telnyx:
    'The Telnyx AI Embeddings contract, for its official clients and the OpenAI client. Key: bearer token.',
  OpenAI:
    'The OpenAI contract for embeddings, with files and batches, for its official client. Key: bearer token.',
  [PAGES_TAG]: 'Pages and the health of the server. No key.',
}

const ABOUT = `A self-hosted server for asynchronous embedding tasks. Operations under \`/api\` are its own; the others are
those of the contracts that it speaks. To call them from here, choose *Authorize* and give your key. The documentation
in Markdown: [/llms.txt](/llms.txt).`

const SECURITY = {
  apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
  bearer: { type: 'http', scheme: 'bearer' },
}

/** The OpenAPI 3.1 document of all routes, made of the schemas that requests are parsed with. */
export function describe({ limits, version }: { limits: Limits; version: string }): object {
  const doors: [string, Operation[]][] = [
    [TWELVELABS_PREFIX, twelvelabs(limits)],
    [TELNYX_PREFIX, telnyx(limits)],
    [OPENAI_PREFIX, openai()],
    [NATIVE_PREFIX, native()],
  ]
  const paths: Record<string, Record<string, object>> = {}
  for (const [path, operation] of Object.entries(PAGES))
    paths[path] = { get: { ...operation, tags: [PAGES_TAG], security: [] } }
  for (const [prefix, operations] of doors)
    for (const { method, path, operation } of operations)
      paths[prefix + path] = { ...paths[prefix + path], [method]: operation }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Embedline',
      version,
      description: ABOUT,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    tags: tagsOf(doors),
    paths,
    components: { securitySchemes: SECURITY },
  }
}

const tagsOf = (doors: readonly [string, Operation[]][]): object[] =>
  [
    ...new Set([...doors.flatMap(([, each]) => each.flatMap(({ operation }) => operation.tags)), PAGES_TAG]),
  ].map((name) => ({ name, ...(TAGS[name] !== undefined && { description: TAGS[name] }) }))
