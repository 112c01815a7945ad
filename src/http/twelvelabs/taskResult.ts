import { setImmediate } from 'node:timers/promises'
import type { EncodedEmbedding } from '../../domain/embedding.ts'
import type { ModelFacts } from '../../domain/model.ts'
import type { Task } from '../../domain/task.ts'
import { isMediaRequest } from '../../domain/taskRequest.ts'
import { presentTaskHead, presentTaskTail } from './present.ts'

type Pages = AsyncIterable<readonly EncodedEmbedding[]>

/** The answer for a task that has no vectors to show. */
export const taskWithoutResult = (task: Task, facts: ModelFacts | undefined) => ({
  ...presentTaskHead(task),
  data: null,
  ...presentTaskTail(task, facts),
})

/** The same answer with its vectors, as bytes of JSON in pieces of a page each. */
export async function* taskWithResult(
  task: Task,
  facts: ModelFacts | undefined,
  pages: Pages,
): AsyncGenerator<Buffer, void, void> {
  yield Buffer.from(`${JSON.stringify(presentTaskHead(task)).slice(0, -1)},"data":[`)
  let separator = ''
  for await (const page of pages) {
    yield encodePage(page, separator, isMediaRequest(task.request) ? ROW : PART_ROW)
    separator = ','
    // A fast client takes every piece at once: without a turn of the loop nobody else would be served meanwhile.
    await setImmediate()
  }
  yield Buffer.from(`],${JSON.stringify(presentTaskTail(task, facts)).slice(1)}`)
}

/** How a row of a result is written. */
export interface RowShape {
  /** Of the vector. */
  key: string
  /** Of how far the numbers of the vector vary; absent: that is not told. */
  spreadKey?: string
  /** What stands beside it. */
  placeOf: (embedding: EncodedEmbedding) => object
}

const ROW: RowShape = {
  key: 'embedding',
  spreadKey: 'embedding_uncertainty',
  placeOf: ({ modality, scope, startSec, endSec, space }) => ({
    embedding_option: modality,
    embedding_scope: scope,
    start_sec: startSec,
    end_sec: endSec,
    space,
  }),
}

/** Of pictures and documents, in which nothing has a time. */
const PART_ROW: RowShape = {
  ...ROW,
  placeOf: ({ modality, scope, page, quadrant, chunk, space }) => ({
    embedding_option: modality,
    embedding_scope: scope,
    start_sec: null,
    end_sec: null,
    ...(page !== undefined && { start_page_number: page, end_page_number: page }),
    ...(quadrant !== undefined && { quadrant }),
    ...(chunk !== undefined && { chunk_index: chunk }),
    space,
  }),
}

/** Embeddings as JSON, each but the first after a comma; `firstSeparator` stands before the first. */
export function encodePage(
  page: readonly EncodedEmbedding[],
  firstSeparator: string,
  { key, spreadKey, placeOf }: RowShape = ROW,
): Buffer {
  const pieces: Uint8Array[] = []
  page.forEach((embedding, index) => {
    pieces.push(Buffer.from(`${index === 0 ? firstSeparator : ','}{"${key}":`), embedding.vectorJson)
    if (embedding.uncertaintyJson && spreadKey !== undefined)
      pieces.push(Buffer.from(`,"${spreadKey}":`), embedding.uncertaintyJson)
    pieces.push(Buffer.from(`,${JSON.stringify(placeOf(embedding)).slice(1)}`))
  })
  return Buffer.concat(pieces)
}
