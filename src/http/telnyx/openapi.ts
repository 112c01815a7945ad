import { z } from 'zod'
import type { Limits } from '../../domain/limits.ts'
import { describeRoute, type DescribedRoute, type Operation } from '../operations.ts'
import * as answers from './answers.ts'
import { makeSchemas, type Schemas } from './schema.ts'

const JSON_TYPE = 'application/json'

/** What this dialect takes and answers, with paths below its prefix. */
export const operations = (limits: Limits): Operation[] => {
  const schemas = makeSchemas(limits)
  const door = {
    tag: 'Telnyx',
    idPrefix: 'telnyx',
    security: [{ bearer: [] }],
    failure: { type: JSON_TYPE, schema: answers.Failure },
  }
  return [...embeddings(schemas), ...openai(schemas)].map((route) => describeRoute(route, door))
}

const listQuery = z.object({
  status: z.array(z.string()).default(['queued', 'processing']).meta({
    description: 'Repeated, with commas, or with brackets; `failed` means `failure`.',
  }),
})

const embeddings = (schemas: Schemas): DescribedRoute[] => [
  {
    method: 'get',
    path: '/embeddings',
    id: 'listTasks',
    summary: 'List tasks by their status, newest first',
    query: listQuery,
    answer: { status: 200, schema: answers.TaskList },
  },
  {
    method: 'post',
    path: '/embeddings',
    id: 'createTask',
    summary: 'Embed the files of a bucket that are new or changed',
    body: { type: JSON_TYPE, schema: schemas.createTask, example: { bucket_name: 'handbook' } },
    answer: { status: 200, schema: answers.CreatedTask },
  },
  {
    method: 'get',
    path: '/embeddings/{task_id}',
    id: 'retrieveTask',
    summary: 'State of a task',
    answer: { status: 200, schema: answers.Task },
  },
  {
    method: 'post',
    path: '/embeddings/similarity-search',
    id: 'search',
    summary: 'Find the chunks of a bucket that are nearest to a text',
    body: {
      type: JSON_TYPE,
      schema: schemas.search,
      example: { bucket_name: 'handbook', query: 'how are refunds paid?' },
    },
    answer: { status: 200, schema: answers.Results },
  },
  {
    method: 'post',
    path: '/embeddings/url',
    id: 'crawl',
    summary: 'Crawl a site into a bucket and embed its pages',
    body: {
      type: JSON_TYPE,
      schema: schemas.crawl,
      example: { bucket_name: 'pages', url: 'https://example.org/docs/' },
    },
    answer: { status: 200, schema: answers.CreatedTask },
  },
  {
    method: 'get',
    path: '/embeddings/buckets',
    id: 'listBuckets',
    summary: 'List the buckets that are embedded',
    answer: { status: 200, schema: answers.Buckets },
  },
  {
    method: 'get',
    path: '/embeddings/buckets/{bucket_name}',
    id: 'retrieveBucket',
    summary: 'Files of an embedded bucket, each with its state',
    answer: { status: 200, schema: answers.Files },
  },
  {
    method: 'delete',
    path: '/embeddings/buckets/{bucket_name}',
    id: 'deleteBucket',
    summary: 'Forget what is embedded of a bucket; its objects stay',
    answer: { status: 200 },
  },
]

const openai = (schemas: Schemas): DescribedRoute[] => [
  {
    method: 'post',
    path: '/openai/embeddings',
    id: 'embed',
    summary: 'Embed texts at once, as the OpenAI client asks for it',
    body: {
      type: JSON_TYPE,
      schema: schemas.embed,
      example: { model: 'thenlper/gte-large', input: ['a storm at sea'] },
    },
    answer: { status: 200, schema: answers.Embeddings },
  },
  {
    method: 'get',
    path: '/openai/embeddings/models',
    id: 'listModels',
    summary: 'Names of models that may be sent',
    answer: { status: 200, schema: answers.ModelList },
  },
  {
    method: 'get',
    path: '/openai/models',
    id: 'listModelsOfOpenai',
    summary: 'The same, where the OpenAI client looks for it',
    answer: { status: 200, schema: answers.ModelList },
  },
]
