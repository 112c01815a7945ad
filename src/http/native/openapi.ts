import { z } from 'zod'
import { ThumbnailQuery, WaveformAnswer, WaveformQuery } from './assetSchemas.ts'
import { ListedModels, PullOrder, PullState, Removal } from './modelSchemas.ts'
import { describeRoute, type DescribedRoute, type Operation } from '../operations.ts'

const BYTES_TYPE = 'application/octet-stream'

const StoredObject = z.looseObject({
  key: z.string(),
  size_bytes: z.int(),
  modified_at: z.string().meta({ format: 'date-time' }),
  change_token: z.string().meta({ description: 'Another one when the content may have changed.' }),
})

const Problem = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  field: z.string().optional(),
})

const bytes = z.string().meta({ format: 'binary' })

const page = z.object({
  after: z.string().optional().meta({ description: 'Only keys that come after this one.' }),
  limit: z.int().min(1).max(1000).default(1000),
})

const part = z.object({
  Range: z
    .string()
    .optional()
    .meta({ description: 'One range, as `bytes=0-1023`, `bytes=1024-`, `bytes=-512`.' }),
  'If-Range': z.string().optional().meta({ description: 'The ETag: of another version all bytes are sent.' }),
})

/** What this door takes and answers, with paths below its prefix. */
export const operations = (): Operation[] => {
  const door = {
    security: [{ bearer: [] }, { apiKey: [] }],
    failure: { type: 'application/problem+json', schema: Problem },
  }
  return ROUTES.map((route) => describeRoute(route, door))
}

const ROUTES: readonly DescribedRoute[] = [
  {
    method: 'get',
    path: '/buckets',
    summary: 'Names of the buckets of this account',
    answer: { status: 200, schema: z.looseObject({ buckets: z.array(z.string()) }) },
  },
  {
    method: 'put',
    path: '/buckets/{bucket}',
    summary: 'Make an empty bucket, if there is none of that name',
    answer: { status: 201, schema: z.looseObject({ bucket: z.string() }) },
  },
  {
    method: 'get',
    path: '/buckets/{bucket}/objects',
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
    summary: 'The bytes of an object, or a range of them; slashes of its key are slashes of the path',
    headers: part,
    otherAnswers: { 206: 'The bytes of the range', 416: 'The object ends before the range' },
    answer: { status: 200, type: BYTES_TYPE, schema: bytes },
  },
  {
    method: 'put',
    path: '/buckets/{bucket}/objects/{key}',
    summary: 'Write an object as a whole',
    body: { type: BYTES_TYPE, schema: bytes },
    answer: { status: 201, schema: StoredObject },
  },
  {
    method: 'delete',
    path: '/buckets/{bucket}/objects/{key}',
    summary: 'Remove an object',
    answer: { status: 204 },
  },
  {
    method: 'get',
    path: '/assets/{id}/content',
    summary: 'The bytes of an asset, or a range of them',
    headers: part,
    otherAnswers: { 206: 'The bytes of the range', 416: 'The asset ends before the range' },
    answer: { status: 200, type: BYTES_TYPE, schema: bytes },
  },
  {
    method: 'get',
    path: '/assets/{id}/thumbnails',
    summary: 'A small picture of a video or a picture, as JPEG or WebP',
    query: ThumbnailQuery,
    answer: { status: 200, type: 'image/jpeg', schema: bytes },
  },
  {
    method: 'get',
    path: '/assets/{id}/waveform',
    summary: 'The outline of the sound of an asset',
    query: WaveformQuery,
    answer: { status: 200, schema: WaveformAnswer },
  },
  {
    method: 'get',
    path: '/models',
    summary: 'Models of this server, and those that it could pull',
    answer: { status: 200, schema: ListedModels },
  },
  {
    method: 'post',
    path: '/models/pull',
    summary: 'Begin to pull a model (the operator only); the same pull that runs already is answered again',
    body: { type: 'application/json', schema: PullOrder },
    answer: { status: 202, schema: PullState },
  },
  {
    method: 'get',
    path: '/models/pull/{pull}',
    summary: 'How far a pull is (the operator only)',
    answer: { status: 200, schema: PullState },
  },
  {
    method: 'delete',
    path: '/models/pull/{pull}',
    summary: 'Stop a pull (the operator only); what was fetched stays for the next one',
    answer: { status: 200, schema: PullState },
  },
  {
    method: 'delete',
    path: '/models/{model}',
    summary: 'Remove the files of a model (the operator only)',
    query: Removal,
    answer: { status: 204 },
  },
]
