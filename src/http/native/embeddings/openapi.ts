import type { DescribedRoute } from '../../operations.ts'
import { AcceptHeaders, EmbeddingsAnswer, EmbeddingsQuery } from './schemas.ts'

export const DESCRIBED: readonly DescribedRoute[] = [
  {
    method: 'get',
    path: '/tasks/{id}/embeddings',
    id: 'getEmbeddings',
    summary: 'What a task has embedded so far, or the chunks of its bucket as they are searched now',
    query: EmbeddingsQuery,
    headers: AcceptHeaders,
    answer: { status: 200, schema: EmbeddingsAnswer, otherTypes: ['application/x-ndjson'] },
  },
]
