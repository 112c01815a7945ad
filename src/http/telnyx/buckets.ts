import { Readable } from 'node:stream'
import { EmbedlineError } from '../../domain/errors.ts'
import type { BucketFile } from '../../domain/task.ts'
import { deleteEmbeddedBucket } from '../../tasks/deleteBucket.ts'
import { listBucketFiles, listEmbeddedBuckets } from '../../tasks/getBucket.ts'
import { presentFile } from './present.ts'
import { logIfBroken } from '../brokenBody.ts'
import { inPath } from '../call.ts'
import type { Handler } from './route.ts'

/** `GET /embeddings/buckets`: the names of the buckets that are embedded, in their order. */
export const listBuckets: Handler = async ({ parts, account }) => {
  const embedded = await listEmbeddedBuckets(parts, account.id)
  return { data: { buckets: embedded.map(({ bucket }) => bucket) } }
}

/** `GET /embeddings/buckets/{bucket_name}`: every file with its state. */
export const retrieveBucket: Handler = async ({ parts, account, request, reply }) => {
  const bucket = inPath(request, 'bucket')
  const pages = await listBucketFiles(parts, account.id, bucket)
  if (!pages) throw notEmbedded(bucket)
  reply.type('application/json; charset=utf-8')
  if (request.method === 'HEAD') return ''
  return logIfBroken(
    Readable.from(encodeFiles(pages), { objectMode: false }),
    { request, reply, logger: parts.logger },
    'a list of files broke off',
  )
}

/** `DELETE /embeddings/buckets/{bucket_name}`: forgets what is embedded of it; its objects stay. */
export const deleteBucket: Handler = async ({ parts, account, request, reply }) => {
  const bucket = inPath(request, 'bucket')
  if (!(await deleteEmbeddedBucket(parts, account.id, bucket))) throw notEmbedded(bucket)
  // The official client cannot read an empty body that calls itself JSON.
  return reply.header('content-length', 0).send()
}

const notEmbedded = (bucket: string) =>
  new EmbedlineError('not_found', `Bucket ${bucket} is not embedded.`, { field: 'bucket_name' })

async function* encodeFiles(pages: AsyncIterable<readonly BucketFile[]>): AsyncGenerator<string, void, void> {
  let before = '{"data":['
  for await (const files of pages) {
    if (files.length === 0) continue
    yield before + files.map((file) => JSON.stringify(presentFile(file))).join(',')
    before = ','
  }
  yield before === ',' ? ']}' : `${before}]}`
}
