import { compile } from 'json-schema-to-typescript'
import { format, resolveConfig } from 'prettier'
import { limitsNamed } from '../src/domain/limits.ts'
import { describe, PAGES_TAG } from '../src/http/description.ts'

/** Where the types of the client lie, below the root of the repository. */
export const CLIENT_OPERATIONS = 'src/client/operations.ts'

type Schema = Record<string, unknown>

interface Described {
  operationId: string
  tags: string[]
  summary: string
  parameters?: {
    name: string
    in: 'path' | 'query' | 'header'
    required?: boolean
    description?: string
    schema: Schema
  }[]
  requestBody?: { content: Record<string, { schema: Schema }> }
  responses: Record<string, { content?: Record<string, { schema?: Schema }> }>
}

const HEAD = `// Made by npm run docs of the description of all routes, the same as at /openapi.json.\n`

const JSON_TYPE = 'application/json'

/** What a field of bytes takes; an answer of bytes is handed out as it comes. */
const BYTES = 'Blob | Uint8Array<ArrayBuffer> | string'
const STREAM = 'Response'

/** The operations of all doors as TypeScript: what each takes and answers, and how it is called. */
export async function clientOperations(): Promise<string> {
  const { paths } = describe({ limits: limitsNamed('ours'), version: '' }) as {
    paths: Record<string, Record<string, Described>>
  }
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      // Pages are for browsers.
      .filter(([, { tags }]) => !tags.includes(PAGES_TAG))
      .map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  )
  const types = await compile(
    closed(Object.fromEntries(all.map(({ operation }) => [operation.operationId, typeOf(operation)]))),
    'Operations',
    // Answers may have more than what is named here; to read it is a mistake all the same.
    { additionalProperties: false, bannerComment: '', format: false, ignoreMinAndMaxItems: true },
  )
  const calls = all.map(({ method, path, operation }) => {
    const body = Object.keys(operation.requestBody?.content ?? {})[0]
    return `${operation.operationId}: ${JSON.stringify([method, path, ...(body === undefined ? [] : [body])])}`
  })
  const text = `${HEAD}\n${types}\n/** Method, path and, where one is taken, the type of the body. */\nexport const OPERATIONS = {${calls.join(',')}} as const satisfies Record<keyof Operations, readonly [string, string, string?]>\n`
  return format(text, {
    ...(await resolveConfig(new URL(`../${CLIENT_OPERATIONS}`, import.meta.url))),
    parser: 'typescript',
  })
}

function typeOf({ summary, parameters = [], requestBody, responses }: Described): Schema {
  const parts: Record<string, Schema> = {}
  for (const [name, place] of [
    ['path', 'path'],
    ['query', 'query'],
    ['headers', 'header'],
  ] as const) {
    const own = parameters.filter((each) => each.in === place)
    if (own.length === 0) continue
    const properties = own.map(({ name: key, schema, description }) => [
      key,
      { ...schema, ...(description && { description }) },
    ])
    const required = own.filter((each) => each.required).map((each) => each.name)
    parts[name] = closed(Object.fromEntries(properties), required)
  }
  const [body] = Object.values(requestBody?.content ?? {})
  if (body) parts['body'] = withBytes(body.schema)
  parts['answer'] = answerOf(responses)
  // What may be left out as a whole when nothing in it is needed.
  const needed = Object.keys(parts).filter(
    (name) =>
      !['query', 'headers'].includes(name) || ((parts[name]?.['required'] ?? []) as string[]).length > 0,
  )
  return { ...closed(parts, needed), description: summary }
}

function answerOf(responses: Described['responses']): Schema {
  const [status = ''] = Object.keys(responses)
    .filter((each) => each.startsWith('2'))
    .toSorted()
  const content = Object.entries(responses[status]?.content ?? {})[0]
  if (content === undefined) return { tsType: 'undefined' }
  const [type, { schema }] = content
  if (type !== JSON_TYPE) return { tsType: STREAM }
  return schema ?? { tsType: 'unknown' }
}

const closed = (
  properties: Record<string, unknown>,
  required: readonly string[] = Object.keys(properties),
): Schema => ({
  type: 'object',
  properties,
  required: [...required],
  additionalProperties: false,
})

/** Fields of bytes, which JSON Schema has no type for, as what JavaScript sends. */
function withBytes(schema: unknown): Schema {
  if (typeof schema !== 'object' || schema === null) return schema as never
  if (Array.isArray(schema)) return schema.map(withBytes) as never
  if ('format' in schema && schema.format === 'binary') return { tsType: BYTES }
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, withBytes(value)]))
}
