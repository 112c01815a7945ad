import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { testData } from '../../support/testData.ts'

const TASKS_PAGE = 'seeds/001_9abe348fdab9f419.txt'

/** A schema of this folder, the page of the contract that it is made of, and the component that it is. */
const SOURCES = [
  { file: 'task.json', page: 'seeds/002_2fe46f3bfb32fd84.txt', component: 'EmbeddingTaskResponse' },
  { file: 'taskPage.json', page: 'seeds/004_f6669a0c3c61bdd2.txt', component: 'embed_v2_tasks_list_Response_200' },
  { file: 'bucketTask.json', page: 'seeds/000_f0284dc0ed84793a.txt', component: 'TaskStatusResponse' },
  { file: 'bucketTaskList.json', page: TASKS_PAGE, component: 'BackgroundTasksQueryResponseData' },
  { file: 'invalidRequest.json', page: TASKS_PAGE, component: 'HTTPValidationError' },
]

/** Values that the contract's newer pages have beside those of the pages here. */
const NEWER: Readonly<Record<string, readonly string[]>> = {
  EmbeddingDataEmbeddingOption: ['fused', 'text'],
  EmbeddingDataEmbeddingScope: ['page', 'chunk'],
  EmbeddingAudioMetadataEmbeddingScopesItems: ['local'],
  EmbeddingVideoMetadataEmbeddingScopesItems: ['local'],
}

type Json = Readonly<Record<string, unknown>>

/** The JSON Schemas of the contract's answers, by the name of their file. */
export function makeSchemas(): { file: string; schema: Json }[] {
  return SOURCES.map(({ file, page, component }) => {
    const { components } = parse(openApiOf(readFileSync(testData(page), 'utf8'))) as { components: { schemas: Json } }
    const $defs = Object.fromEntries(
      Object.entries(components.schemas).map(([name, schema]) => [name, plain(schema, NEWER[name] ?? [])]),
    )
    return { file, schema: { $ref: `#/$defs/${component}`, $defs } }
  })
}

/** The document stands in a fenced block of the page. */
function openApiOf(page: string): string {
  const [, , yaml] = /^(`{3,4})yaml[^\n]*\n(openapi:.*?)^\1/ms.exec(page) ?? []
  if (yaml === undefined) throw new Error('the page has no OpenAPI document')
  return yaml
}

/** Plain JSON Schema: `{value: x}` in an enum means `x`, as in one of the contracts, and references point into this file. */
function plain(schema: unknown, newer: readonly string[]): unknown {
  if (Array.isArray(schema)) return schema.map((each) => plain(each, newer))
  if (typeof schema !== 'object' || schema === null) return schema
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => {
      if (key === '$ref') return [key, String(value).replace('#/components/schemas/', '#/$defs/')]
      if (key === 'enum') return [key, [...(value as (string | { value: string })[]).map(valueOf), ...newer]]
      return [key, plain(value, newer)]
    }),
  )
}

const valueOf = (each: string | { value: string }): string => (typeof each === 'string' ? each : each.value)

export const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url))

export const textOf = (schema: Json): string => `${JSON.stringify(schema, null, 2)}\n`

// `node test/contract/schemas/make.ts` writes them again.
if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const { file, schema } of makeSchemas()) writeFileSync(pathOf(file), textOf(schema))
