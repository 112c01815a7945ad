import { openResult } from '../../../tasks/openResult.ts'
import { streamBody } from '../../streamBody.ts'
import { readQuery } from '../readRequest.ts'
import type { Handler } from '../route.ts'
import { rowsOf } from './rows.ts'
import { EmbeddingsQuery, PAGE_EMBEDDINGS } from './schemas.ts'
import { writeJson, writeLines } from './write.ts'

const NDJSON = 'application/x-ndjson'

/** `GET /tasks/{id}/embeddings`: what a task has embedded so far, streamed as JSON or NDJSON. */
export const listEmbeddings: Handler = async ({ parts, account, request, reply }) => {
  const query = readQuery(request, EmbeddingsQuery)
  const { id } = request.params as { id: string }
  const result = await openResult(parts, account.id, id)
  reply.header('x-embedline-model', `${result.model.id}@${result.model.revision}`)
  const surroundings = { request, reply, logger: parts.logger }
  const body = { vary: 'accept', taskId: id }
  if (takesLines(request.headers.accept)) {
    const rows = rowsOf(parts, result, query)
    return streamBody(surroundings, { ...body, type: NDJSON, bytes: () => writeLines(rows) })
  }
  const { limit = PAGE_EMBEDDINGS } = query
  // One more than is told says whether there are more.
  const rows = rowsOf(parts, result, { ...query, limit: limit + 1 })
  const head = { task_id: id, state: result.state, model: result.model }
  return streamBody(surroundings, {
    ...body,
    type: 'application/json; charset=utf-8',
    bytes: () => writeJson(rows, head, limit),
  })
}

const takesLines = (accept = ''): boolean =>
  accept.split(',').some((range) => range.split(';')[0]?.trim().toLowerCase() === NDJSON)
