import { pipeline, Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import type { EncodedEmbedding } from '../../domain/embedding.ts'
import type { ModelFacts } from '../../domain/model.ts'
import { takesGzip } from '../takesGzip.ts'
import { mostShown } from './dimension.ts'
import type { Call } from './route.ts'

type Pages = AsyncIterable<readonly EncodedEmbedding[]>

/** The body of an answer with the vectors of a task, written while they are read, compressed if the caller asks for it. */
export function streamResult(
  { parts, request, reply }: Pick<Call, 'parts' | 'request' | 'reply'>,
  task: { id: string; facts: ModelFacts | undefined; dimension?: number | undefined },
  write: (pages: Pages) => AsyncIterable<Buffer>,
): Readable {
  reply.headers({ 'content-type': 'application/json; charset=utf-8', vary: 'accept-encoding' })
  const isCompressed = takesGzip(request.headers['accept-encoding'])
  if (isCompressed) reply.header('content-encoding', 'gzip')
  // An empty stream, because the length is known only once all is read.
  if (request.method === 'HEAD') return Readable.from([])
  const pages = reporting(parts.results.embeddings(task.id, shownPart(task)), (error) => {
    // Once the status is sent, a connection that breaks off is all that the client can be told.
    if (reply.raw.headersSent)
      parts.logger.error('a result broke off', { requestId: request.id, taskId: task.id, error })
  })
  const bytes = Readable.from(write(pages), { objectMode: false })
  return isCompressed ? compressed(bytes) : bytes
}

const shownPart = ({
  facts,
  dimension,
}: {
  facts: ModelFacts | undefined
  dimension?: number | undefined
}) => (facts?.arePrefixesUsable === true ? { mostNumbers: mostShown(facts, dimension) } : {})

async function* reporting<T>(pages: AsyncIterable<T>, report: (error: unknown) => void): AsyncGenerator<T> {
  try {
    yield* pages
  } catch (error) {
    report(error)
    throw error
  }
}

/** Level 1 makes vectors half as long; more takes twice the time for a tenth less. It runs in threads of its own. */
const compressed = (bytes: Readable): Readable => pipeline(bytes, createGzip({ level: 1 }), () => {})
