import { z } from 'zod'
import { describeRoute, type DescribedRoute, type Operation } from '../operations.ts'
import * as answers from './answers.ts'
import { makeSchemas, type Schemas } from './schema.ts'

const JSON_TYPE = 'application/json'

/** What this dialect takes and answers, with paths below its prefix. */
export const operations = (): Operation[] => {
  const schemas = makeSchemas()
  const door = {
    tag: 'OpenAI',
    idPrefix: 'openai',
    security: [{ bearer: [] }],
    failure: { type: JSON_TYPE, schema: answers.Failure },
  }
  return [...embeddings(schemas), ...files(schemas), ...batches(schemas)].map((route) =>
    describeRoute(route, door),
  )
}

const embeddings = (schemas: Schemas): DescribedRoute[] => [
  {
    id: 'createEmbeddings',
    method: 'post',
    path: '/embeddings',
    summary: 'Embed texts at once',
    body: {
      type: JSON_TYPE,
      schema: schemas.embed,
      example: { model: 'text-embedding-3-small', input: ['a storm at sea'] },
    },
    answer: { status: 200, schema: answers.Embeddings },
  },
  {
    id: 'listModels',
    method: 'get',
    path: '/models',
    summary: 'Names of models that may be sent',
    answer: { status: 200, schema: answers.Models },
  },
  {
    id: 'retrieveModel',
    method: 'get',
    path: '/models/{model}',
    summary: 'What a name of a model means',
    answer: { status: 200, schema: answers.Model },
  },
]

const files = (schemas: Schemas): DescribedRoute[] => [
  {
    id: 'listFiles',
    method: 'get',
    path: '/files',
    summary: 'List files',
    query: schemas.listFiles,
    answer: { status: 200, schema: answers.Files },
  },
  {
    id: 'createFile',
    method: 'post',
    path: '/files',
    summary: 'Upload a file of requests for a batch, one JSON a line',
    body: {
      type: 'multipart/form-data',
      schema: schemas.createFile.extend({ file: z.string().meta({ format: 'binary' }) }),
    },
    answer: { status: 200, schema: answers.File },
  },
  {
    id: 'retrieveFile',
    method: 'get',
    path: '/files/{id}',
    summary: 'What is known of a file',
    answer: { status: 200, schema: answers.File },
  },
  {
    id: 'deleteFile',
    method: 'delete',
    path: '/files/{id}',
    summary: 'Delete a file; a batch of it goes on',
    answer: { status: 200, schema: answers.Deleted },
  },
  {
    id: 'getFileContent',
    method: 'get',
    path: '/files/{id}/content',
    summary: 'The bytes of a file',
    answer: {
      status: 200,
      type: 'application/octet-stream',
      schema: z.string().meta({ format: 'binary' }),
    },
  },
]

const batches = (schemas: Schemas): DescribedRoute[] => [
  {
    id: 'listBatches',
    method: 'get',
    path: '/batches',
    summary: 'List batches, newest first',
    query: schemas.listBatches,
    answer: { status: 200, schema: answers.Batches },
  },
  {
    id: 'createBatch',
    method: 'post',
    path: '/batches',
    summary: 'Embed the texts of all requests of a file',
    body: {
      type: JSON_TYPE,
      schema: schemas.createBatch,
      example: {
        input_file_id: 'file-019a1b2c3d4e5f60718293a4',
        endpoint: '/v1/embeddings',
        completion_window: '24h',
      },
    },
    answer: { status: 200, schema: answers.Batch },
  },
  {
    id: 'retrieveBatch',
    method: 'get',
    path: '/batches/{id}',
    summary: 'How far a batch is',
    answer: { status: 200, schema: answers.Batch },
  },
  {
    id: 'cancelBatch',
    method: 'post',
    path: '/batches/{id}/cancel',
    summary: 'Stop a batch; what is done stays',
    answer: { status: 200, schema: answers.Batch },
  },
]
