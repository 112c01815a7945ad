import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import type { ByteRange } from '../../tasks/parts.ts'
import { logIfBroken } from '../brokenBody.ts'
import { byteRange } from './byteRange.ts'
import { sendProblem } from './problems.ts'
import type { Call } from './route.ts'

/** Bytes that can be sent as a whole and in ranges. */
export interface ServedBytes {
  sizeBytes: number
  /** Without quotes; another one for other bytes. */
  version: string
  modifiedMs: number
  contentType: string
  open: (range: ByteRange | undefined) => Promise<Readable>
}

/** Answers GET and HEAD: all bytes, those that `Range` asks for (206), none that are there (416), or none anew (304). */
export async function sendBytes(
  { parts, request, reply }: Pick<Call, 'parts' | 'request' | 'reply'>,
  { sizeBytes, version, modifiedMs, contentType, open }: ServedBytes,
): Promise<unknown> {
  const etag = `"${version}"`
  const { headers, method } = request
  const isHead = method === 'HEAD'
  if (isKnown(headers['if-none-match'], etag)) return reply.code(304).header('etag', etag).send()
  const range = isHead ? undefined : byteRange(headers.range, headers['if-range'], { etag, sizeBytes })
  if (range === 'beyond') return refuseRange(reply, sizeBytes)
  // Of an empty text the framework would send the length instead of the object's.
  const bytes = isHead ? Readable.from([]) : await open(range)
  const { first, last } = range ?? { first: 0, last: sizeBytes - 1 }
  if (range) reply.code(206).header('content-range', `bytes ${first}-${last}/${sizeBytes}`)
  reply.headers({
    'accept-ranges': 'bytes',
    'content-length': last + 1 - first,
    'content-type': contentType,
    'last-modified': new Date(modifiedMs).toUTCString(),
    etag,
  })
  return logIfBroken(bytes, { request, reply, logger: parts.logger }, 'stored bytes broke off')
}

/** Whether the caller has the bytes of this version (RFC 9110, 13.1.2). */
export const isKnown = (ifNoneMatch: string | undefined, etag: string): boolean =>
  (ifNoneMatch ?? '')
    .split(',')
    .map((each) => each.trim().replace(/^W\//, ''))
    .some((each) => each === etag || each === '*')

function refuseRange(reply: FastifyReply, sizeBytes: number): FastifyReply {
  const message = `The object has ${sizeBytes} bytes: there are none in this range.`
  reply.header('content-range', `bytes */${sizeBytes}`)
  return sendProblem(reply, { code: 'request_invalid', message, field: 'Range', status: 416 })
}
