import { EmbedlineError } from '../../domain/errors.ts'
import { mostBytes } from '../../domain/limitFacts.ts'
import { checkAddress } from '../../tasks/uploads/partAddress.ts'
import { receivePart } from '../../tasks/uploads/receivePart.ts'
import { bodyChunks } from '../requestBody.ts'
import { parse } from './parse.ts'
import type { SignedHandler } from './route.ts'

/**
 * `PUT` of a part to an address that this server has made: no key, the signature is enough, as
 * long as the key is valid that it was given to. The answer carries the MD5 of
 * the part as its `ETag`, which the client reports.
 */
export const putPart: SignedHandler = async ({ parts, schemas, request, reply }) => {
  const { id, number } = request.params as { id: string; number: string }
  const query = parse(schemas.partAddress, request.query)
  const name = { uploadId: id, number: wholeNumber(number) }
  const { key: keyId, expires, signature } = query
  await checkAddress(parts, { ...name, keyId, expiresMs: Number(expires), signature })
  const announced = request.headers['content-length']
  const { md5 } = await receivePart(parts, name, {
    bytes: bodyChunks(request.raw, mostBytes(parts.limits, 'partedUploadBytes')),
    ...(announced !== undefined && { sizeBytes: Number(announced) }),
  })
  reply.header('etag', `"${md5}"`)
  return ''
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new EmbedlineError('not_found', 'There is nothing under this path.')
}
