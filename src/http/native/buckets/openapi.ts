import { z } from 'zod'
import type { DescribedRoute } from '../../operations.ts'
import { BYTES, BYTES_TYPE, KNOWN, RangeHeaders } from '../bytesSchemas.ts'

const StoredObject = z.looseObject({
  key: z.string(),
  size_bytes: z.int(),
  modified_at: z.string().meta({ format: 'date-time' }),
  change_token: z.string().meta({ description: 'Another one when the content may have changed.' }),
})

const page = z.object({
  after: z.string().optional().meta({ description: 'Only keys that come after this one.' }),
  limit: z.int().min(1).max(1000).default(1000),
})

export const DESCRIBED: readonly DescribedRoute[] = [
  {
    method: 'get',
    path: '/buckets',
    id: 'listBuckets',
    summary: 'Names of the buckets of this account',
    answer: { status: 200, schema: z.looseObject({ buckets: z.array(z.string()) }) },
  },
  {
    method: 'put',
    path: '/buckets/{bucket}',
    id: 'createBucket',
    summary: 'Make an empty bucket, if there is none of that name',
    answer: { status: 201, also: 200, schema: z.looseObject({ bucket: z.string() }) },
  },
  {
    method: 'get',
    path: '/buckets/{bucket}/objects',
    id: 'listObjects',
    summary: 'Objects of a bucket, in the order of the bytes of their keys',
    query: page,
    answer: {
      status: 200,
      schema: z.looseObject({ objects: z.array(StoredObject), next_after: z.string().optional() }),
    },
  },
  {
    method: 'get',
    path: '/buckets/{bucket}/objects/{key}',
    id: 'getObject',
    summary: 'The bytes of an object, or a range of them; slashes of its key are slashes of the path',
    headers: RangeHeaders,
    otherAnswers: { 206: 'The bytes of the range', 304: KNOWN, 416: 'The object ends before the range' },
    answer: { status: 200, type: BYTES_TYPE, schema: BYTES },
  },
  {
    method: 'put',
    path: '/buckets/{bucket}/objects/{key}',
    id: 'putObject',
    summary: 'Write an object as a whole',
    body: { type: BYTES_TYPE, schema: BYTES },
    answer: { status: 201, also: 200, schema: StoredObject },
  },
  {
    method: 'delete',
    path: '/buckets/{bucket}/objects/{key}',
    id: 'deleteObject',
    summary: 'Remove an object',
    answer: { status: 204 },
  },
]
