import { pipeline, Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import { logIfBroken, type Answering } from './brokenBody.ts'
import { takesGzip } from './takesGzip.ts'

export interface StreamedBody {
  type: string
  /** The headers of the request that decide what is sent, beside `accept-encoding`. */
  vary?: string
  /** For the log, should the reading break off. */
  taskId: string
  /** Not begun when only the head is asked for. */
  bytes: () => AsyncIterable<Buffer>
}

/** A body that is sent while it is written, compressed if the caller asks for it. */
export function streamBody(
  { request, reply, logger }: Answering,
  { type, vary, taskId, bytes }: StreamedBody,
): Readable {
  reply.headers({
    'content-type': type,
    vary: vary === undefined ? 'accept-encoding' : `${vary}, accept-encoding`,
  })
  const isCompressed = takesGzip(request.headers['accept-encoding'])
  if (isCompressed) reply.header('content-encoding', 'gzip')
  // An empty stream, because the length is known only once all is read.
  if (request.method === 'HEAD') return Readable.from([])
  const body = logIfBroken(
    Readable.from(bytes(), { objectMode: false }),
    { request, reply, logger },
    'a result broke off',
    { taskId },
  )
  return isCompressed ? compressed(body) : body
}

/** Level 1 makes vectors half as long; more takes twice the time for a tenth less. It runs in threads of its own. */
const compressed = (bytes: Readable): Readable => pipeline(bytes, createGzip({ level: 1 }), () => {})
