import { EmbedlineError } from '../../domain/errors.ts'
import type { Batch } from '../../domain/task.ts'
import { createBatch as takeBatch } from '../../tasks/batches/createBatch.ts'
import {
  cancelBatch as stopBatch,
  getBatch,
  listBatches as readBatches,
} from '../../tasks/batches/getBatch.ts'
import { answerKeyed } from '../keyedCreate.ts'
import { idempotencyKey } from '../keyedRequest.ts'
import { batchId, fileId } from './ids.ts'
import { parse, readJson } from './parse.ts'
import { presentBatch, presentList } from './present.ts'
import { bodyOf, inPath } from '../call.ts'
import type { Handler } from './route.ts'

/** `POST /batches`: once this is answered the batch is committed. What is wrong with its file is said by its status. */
export const createBatch: Handler = async (call) => {
  const { parts, schemas, account, request } = call
  const key = idempotencyKey(request)
  const bytes = await bodyOf(call)
  const create = (keyed: Pick<Parameters<typeof takeBatch>[2], 'idempotency'>): Promise<Batch> => {
    const body = parse(schemas.createBatch, readJson(bytes))
    return takeBatch(parts, account, {
      inputFileId: fileId(body.input_file_id),
      ...(body.metadata && { metadata: body.metadata }),
      ...(body.output_expires_after && { filesKeptMs: body.output_expires_after.seconds * 1000 }),
      ...keyed,
    })
  }
  return (await answerKeyed(call, { key, bytes, create, present: presentBatch })).body
}

/** `GET /batches`: newest first. */
export const listBatches: Handler = async ({ parts, schemas, account, request }) => {
  const { limit, after } = parse(schemas.listBatches, request.query)
  const page = { limit: limit + 1, ...(after !== undefined && { after: batchId(after) }) }
  return presentList(await readBatches(parts, account.id, page), limit, presentBatch)
}

/** `GET /batches/{id}`. */
export const retrieveBatch: Handler = async ({ parts, account, request }) => {
  const id = inPath(request, 'id')
  return presentBatch((await getBatch(parts, account.id, batchId(id))) ?? noBatch(id))
}

/** `POST /batches/{id}/cancel`: what is done stays. */
export const cancelBatch: Handler = async ({ parts, account, request }) => {
  const id = inPath(request, 'id')
  return presentBatch((await stopBatch(parts, account.id, batchId(id))) ?? noBatch(id))
}

const noBatch = (id: string): never => {
  throw new EmbedlineError('not_found', `No batch found with id '${id}'.`, { field: 'id' })
}
