import { pipeline, Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from '../lib/logger.ts'
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
  { request, reply, logger }: { request: FastifyRequest; reply: FastifyReply; logger: Logger },
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
  const reported = reporting(bytes(), (error) => {
    // Once the status is sent, a connection that breaks off is all that the client can be told.
    if (reply.raw.headersSent) logger.error('a result broke off', { requestId: request.id, taskId, error })
  })
  const body = Readable.from(reported, { objectMode: false })
  return isCompressed ? compressed(body) : body
}

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
