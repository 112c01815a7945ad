import { z } from 'zod'
import type { Limits } from '../../domain/limits.ts'
import { describeRoute, type DescribedRoute, type Operation } from '../operations.ts'
import * as answers from './answers.ts'
import { routesOfEmbedV1 } from './embedV1/openapi.ts'
import { makeSchemas, type Schemas } from './schema.ts'

/** What this dialect takes and answers, with paths below its prefix. */
export const operations = (limits: Limits): Operation[] =>
  routes(makeSchemas(limits)).map((route) =>
    describeRoute(route, {
      tag: 'TwelveLabs',
      idPrefix: 'twelvelabs',
      security: [{ apiKey: [] }],
      failure: { type: 'application/json', schema: answers.Failure },
    }),
  )

const ReuseWish = z.object({
  'x-embedline-reuse': z.enum(['yes', 'no']).optional().meta({
    description:
      'Whether the vectors may be those of an earlier task with the same bytes, settings and model; without it as the server is set.',
  }),
})

const Prefer = z.object({
  prefer: z.literal('respond-async').optional().meta({
    description: 'A video or a sound becomes a task, and is answered with 202 (RFC 7240).',
  }),
})

function routes(schemas: Schemas): DescribedRoute[] {
  const form = schemas.createAsset.extend({ file: z.string().meta({ format: 'binary' }) })
  return [
    {
      method: 'post',
      path: '/embed-v2/tasks',
      id: 'createTask',
      summary:
        'Create an asynchronous embedding task for a video or a sound, with Marengo 3.5 also for a picture or a document',
      body: {
        type: 'application/json',
        schema: z.union([schemas.createTask, schemas.createNewerTask]),
        example: {
          input_type: 'video',
          model_name: 'marengo3.0',
          video: { media_source: { asset_id: '6a0c8f0e5d1b2a3c4d5e6f70' } },
        },
      },
      headers: ReuseWish,
      answer: { status: 202, schema: answers.Task },
    },
    {
      method: 'get',
      path: '/embed-v2/tasks',
      id: 'listTasks',
      summary: 'List tasks, newest first, without vectors',
      query: schemas.listTasks,
      answer: { status: 200, schema: answers.TaskPage },
    },
    {
      method: 'get',
      path: '/embed-v2/tasks/{id}',
      id: 'retrieveTask',
      summary: 'State of a task and, once it is ready, its vectors',
      answer: { status: 200, schema: answers.Task },
    },
    {
      method: 'post',
      path: '/embed-v2',
      id: 'embed',
      summary: 'Embed a text or a picture at once',
      body: {
        type: 'application/json',
        schema: z.union([schemas.embed, schemas.embedNewer]),
        example: {
          input_type: 'text',
          model_name: 'marengo3.0',
          text: { input_text: 'a storm at sea' },
        },
      },
      headers: Prefer,
      answer: { status: 200, schema: answers.Embeddings },
      otherAnswers: { 202: 'A task for the video or the sound, as `Prefer: respond-async` asked for' },
    },
    {
      method: 'post',
      path: '/assets',
      id: 'createAsset',
      summary: 'Upload a file, or name the URL from which it is fetched',
      body: { type: 'multipart/form-data', schema: form },
      answer: { status: 201, schema: answers.Asset },
    },
    {
      method: 'get',
      path: '/assets',
      id: 'listAssets',
      summary: 'List assets, newest first',
      query: schemas.listAssets,
      answer: { status: 200, schema: answers.AssetPage },
    },
    {
      method: 'get',
      path: '/assets/{id}',
      id: 'retrieveAsset',
      summary: 'State of an asset and what is known of it',
      answer: { status: 200, schema: answers.Asset },
    },
    {
      method: 'delete',
      path: '/assets/{id}',
      id: 'deleteAsset',
      summary: 'Delete an asset, or give up the upload that would become it',
      query: schemas.deleteAsset,
      answer: { status: 204 },
    },
    {
      method: 'patch',
      path: '/assets/{id}/user-metadata',
      id: 'changeUserMetadata',
      summary: 'Change metadata: null takes a key away, an empty string changes nothing',
      body: {
        type: 'application/json',
        schema: schemas.changeUserMetadata,
        example: { user_metadata: { season: 2 } },
      },
      answer: { status: 204 },
    },
    {
      method: 'put',
      path: '/assets/{id}/user-metadata',
      id: 'replaceUserMetadata',
      summary: 'Replace all metadata; nulls and empty strings are left out',
      body: {
        type: 'application/json',
        schema: schemas.changeUserMetadata,
        example: { user_metadata: { season: 2 } },
      },
      answer: { status: 204 },
    },
    {
      method: 'delete',
      path: '/assets/{id}/user-metadata',
      id: 'removeUserMetadata',
      summary: 'Take all metadata away',
      answer: { status: 204 },
    },
    {
      method: 'get',
      path: '/assets/{id}/transcription',
      id: 'retrieveTranscription',
      summary: 'What is said in an asset, from the subtitles in it or beside it',
      query: schemas.transcription,
      answer: { status: 200, schema: answers.Transcription },
    },
    ...uploadRoutes(schemas),
    ...routesOfEmbedV1(schemas),
  ]
}

const UPLOADS = '/assets/multipart-uploads'

const uploadRoutes = (schemas: Schemas): DescribedRoute[] => [
  {
    method: 'post',
    path: UPLOADS,
    id: 'createUpload',
    summary: 'Begin to upload a file in parts',
    body: {
      type: 'application/json',
      schema: schemas.createUpload,
      example: { filename: 'large.mp4', type: 'video', total_size: 1_500_000_000 },
    },
    answer: { status: 201, schema: answers.Upload },
  },
  {
    method: 'get',
    path: UPLOADS,
    id: 'listUploads',
    summary: 'List uploads that still take parts, newest first',
    query: schemas.listUploads,
    answer: { status: 200, schema: answers.UploadPage },
  },
  {
    method: 'get',
    path: `${UPLOADS}/{id}`,
    id: 'retrieveUpload',
    summary: 'How far an upload is, part by part',
    query: schemas.listParts,
    answer: { status: 200, schema: answers.UploadProgress },
  },
  {
    method: 'post',
    path: `${UPLOADS}/{id}`,
    id: 'reportParts',
    summary: 'Report parts that were sent; with the last one the asset is there',
    body: {
      type: 'application/json',
      schema: schemas.reportParts,
      example: {
        completed_chunks: [
          {
            chunk_index: 1,
            proof: '9e107d9d372bb6826bd81d3542a419d6',
            proof_type: 'etag',
            chunk_size: 5_242_880,
          },
        ],
      },
    },
    answer: { status: 200, schema: answers.UploadReport },
  },
  {
    method: 'post',
    path: `${UPLOADS}/{id}/presigned-urls`,
    id: 'addressParts',
    summary: 'Get addresses for more parts, or new ones; each is valid for an hour',
    body: { type: 'application/json', schema: schemas.addressParts, example: { start: 1, count: 10 } },
    answer: { status: 200, schema: answers.PartAddresses },
  },
  {
    method: 'put',
    path: `${UPLOADS}/{id}/parts/{number}`,
    id: 'putPart',
    summary: 'Send a part to an address that was given; no key, the signature is enough. The ETag is its MD5',
    security: [],
    query: schemas.partAddress,
    body: { type: 'application/octet-stream', schema: z.string().meta({ format: 'binary' }) },
    answer: { status: 200 },
  },
]
