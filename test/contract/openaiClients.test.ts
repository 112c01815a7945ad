import { OpenAIEmbeddings } from '@langchain/openai'
import { OpenAIEmbedding } from '@llamaindex/openai'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openServer, type OpenedServer } from '../support/withServer.ts'

// Classes that others have written over the official client; the base URL and the key are all that is changed.

let server: OpenedServer

beforeAll(async () => {
  server = await openServer()
})

afterAll(() => server.close())

const TEXTS = [
  'Refunds are paid within ten days.',
  'Parcels leave the warehouse on the same day.',
  'The office opens at nine.',
]
const QUERY = 'When are refunds paid?'

const cosine = (one: readonly number[], other: readonly number[]) =>
  one.reduce((sum, value, at) => sum + value * (other[at] ?? 0), 0)

const nearest = (query: readonly number[], documents: readonly (readonly number[])[]) =>
  documents
    .map((vector, index) => ({ index, near: cosine(query, vector) }))
    .toSorted((one, other) => other.near - one.near)[0]?.index

test('LangChain embeds documents and queries, also with fewer dimensions', async () => {
  const configuration = { baseURL: `${server.url}/v1` }
  const embeddings = new OpenAIEmbeddings({ apiKey: server.key, configuration, batchSize: 2, maxRetries: 0 })
  const documents = await embeddings.embedDocuments(TEXTS)
  expect(documents.map(({ length }) => length)).toEqual([512, 512, 512])
  expect(nearest(await embeddings.embedQuery(QUERY), documents)).toBe(0)
  const short = new OpenAIEmbeddings({ apiKey: server.key, configuration, dimensions: 64, maxRetries: 0 })
  const vector = await short.embedQuery(QUERY)
  expect([vector.length, Math.hypot(...vector).toFixed(4)]).toEqual([64, '1.0000'])
})

test('LlamaIndex embeds texts and queries, also with fewer dimensions', async () => {
  const baseURL = `${server.url}/v1`
  const embeddings = new OpenAIEmbedding({ apiKey: server.key, baseURL, maxRetries: 0 })
  const documents = await embeddings.getTextEmbeddingsBatch(TEXTS)
  expect(documents.map(({ length }) => length)).toEqual([512, 512, 512])
  const query = await embeddings.getQueryEmbedding({ type: 'text', text: QUERY })
  expect(nearest(query ?? [], documents)).toBe(0)
  const short = new OpenAIEmbedding({ apiKey: server.key, baseURL, dimensions: 64, maxRetries: 0 })
  expect(await short.getTextEmbedding(QUERY)).toHaveLength(64)
})
