import type { Readable } from 'node:stream'
import { EmbedlineError } from '../../../domain/errors.ts'
import { mostBytes } from '../../../domain/limitFacts.ts'
import { consumerOf } from '../../../domain/task.ts'
import type { BucketObject, ByteRange } from '../../../tasks/parts.ts'
import { bodyChunks } from '../../requestBody.ts'
import type { Call, Handler } from '../route.ts'
import { sendBytes } from '../sendBytes.ts'

/** Of a page of a list, unless the caller wants fewer. */
const PAGE_OBJECTS = 1000

/** `GET /buckets`: the names of the operator's buckets that the account may embed. */
export const listBuckets: Handler = async ({ parts, account }) => ({
  buckets: await parts.buckets.list(account.name),
})

/** `PUT /buckets/{bucket}`: makes an empty bucket, if there is none of that name. */
export const makeBucket: Handler = async ({ parts, account, request, reply }) => {
  const { bucket } = request.params as { bucket: string }
  reply.code((await parts.buckets.make(account.name, bucket)) ? 201 : 200)
  return { bucket }
}

/** `GET /buckets/{bucket}/objects`: in the order of the bytes of their keys, from after `after`. */
export const listObjects: Handler = async ({ parts, account, request }) => {
  const { bucket } = request.params as { bucket: string }
  const { after, limit } = readPage(request.query)
  const objects: BucketObject[] = []
  for await (const object of parts.buckets.objects(
    account.name,
    bucket,
    after === undefined ? {} : { after },
  )) {
    if (objects.length === limit) return { objects: objects.map(present), next_after: objects.at(-1)?.key }
    objects.push(object)
  }
  return { objects: objects.map(present) }
}

/** `PUT /buckets/{bucket}/objects/{key}`: the body becomes the object, as a whole. */
export const putObject: Handler = async ({ parts, account, request, reply }) => {
  const { bucket, key } = placeOf(request)
  await parts.disk.admit()
  const isNew = (await statIfThere()) === undefined
  const bytes = bodyChunks(request.raw, mostBytes(parts.limits, 'uploadBytes'))
  const object = await parts.buckets.put(account.name, bucket, key, bytes)
  parts.tally.count(consumerOf(account), { bytes: object.sizeBytes })
  reply.code(isNew ? 201 : 200).header('etag', etag(object))
  return present(object)

  async function statIfThere(): Promise<BucketObject | undefined> {
    if (!(await parts.buckets.exists(account.name, bucket))) return undefined
    return parts.buckets.stat(account.name, bucket, key)
  }
}

/** `GET /buckets/{bucket}/objects/{key}`: its bytes as they are, or those that the header `Range` asks for. */
export const getObject: Handler = async (call) => {
  const { parts, account, request } = call
  const { bucket, key } = placeOf(request)
  const object = await parts.buckets.stat(account.name, bucket, key)
  if (!object) throw new EmbedlineError('not_found', `There is no object ${key} in ${bucket}.`)
  return sendBytes(call, {
    ...object,
    version: object.changeToken,
    contentType: 'application/octet-stream',
    open: (range) => openAs(call, object, range),
  })
}

/** The bytes of the very object whose size and time the answer tells. */
async function openAs(
  { parts, account, request }: Call,
  { changeToken }: BucketObject,
  range: ByteRange | undefined,
): Promise<Readable> {
  const { bucket, key } = placeOf(request)
  const opened = await parts.buckets.open(account.name, bucket, key, range)
  if (opened.changeToken === changeToken) return opened.stream
  opened.stream.destroy()
  throw new EmbedlineError('file_changed', `The object ${key} is being replaced; ask for it again.`)
}

/** `DELETE /buckets/{bucket}/objects/{key}`. */
export const removeObject: Handler = async ({ parts, account, request, reply }) => {
  const { bucket, key } = placeOf(request)
  if (!(await parts.buckets.remove(account.name, bucket, key)))
    throw new EmbedlineError('not_found', `There is no object ${key} in ${bucket}.`)
  return reply.code(204).send()
}

const etag = ({ changeToken }: BucketObject): string => `"${changeToken}"`

const present = ({ key, sizeBytes, modifiedMs, changeToken }: BucketObject) => ({
  key,
  size_bytes: sizeBytes,
  modified_at: new Date(modifiedMs).toISOString(),
  change_token: changeToken,
})

/** The key is all that follows in the path, slashes included, decoded once by the router. */
function placeOf({ params }: { params: unknown }): { bucket: string; key: string } {
  const { bucket, '*': key } = params as { bucket: string; '*': string }
  return { bucket, key }
}

function readPage(query: unknown): { after?: string; limit: number } {
  const { after, limit } = query as Readonly<Record<string, unknown>>
  if (after !== undefined && typeof after !== 'string')
    throw new EmbedlineError('request_invalid', '`after` may be there once.', { field: 'after' })
  const count = limit === undefined ? PAGE_OBJECTS : Number(limit)
  if (!(Number.isInteger(count) && count >= 1 && count <= PAGE_OBJECTS))
    throw new EmbedlineError('request_invalid', `\`limit\` is a whole number from 1 to ${PAGE_OBJECTS}.`, {
      field: 'limit',
    })
  return { ...(after !== undefined && { after }), limit: count }
}
