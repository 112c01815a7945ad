import { z } from 'zod'
import type { Limits } from '../../domain/limits.ts'
import * as answers from './answers.ts'
import { makeSchemas, type Schemas } from './schema.ts'

interface Route {
  method: 'get' | 'post' | 'delete'
  path: string
  summary: string
  query?: z.ZodObject
  body?: { type: 'application/json' | 'multipart/form-data'; schema: z.ZodType }
  answer: { status: number; schema?: z.ZodType }
}

export const SECURITY = { apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' } }

/** What this dialect takes and answers, as OpenAPI 3.1 operations with paths below its prefix. */
export const operations = (limits: Limits): { method: string; path: string; operation: object }[] =>
  routes(makeSchemas(limits)).map((route) => ({
    method: route.method,
    path: route.path,
    operation: present(route),
  }))

function routes(schemas: Schemas): Route[] {
  const form = schemas.createAsset.extend({ file: z.string().meta({ format: 'binary' }) })
  return [
    {
      method: 'post',
      path: '/embed-v2/tasks',
      summary: 'Create an asynchronous embedding task for a video or a sound',
      body: { type: 'application/json', schema: schemas.createTask },
      answer: { status: 202, schema: answers.Task },
    },
    {
      method: 'get',
      path: '/embed-v2/tasks',
      summary: 'List tasks, newest first, without vectors',
      query: schemas.listTasks,
      answer: { status: 200, schema: answers.TaskPage },
    },
    {
      method: 'get',
      path: '/embed-v2/tasks/{id}',
      summary: 'State of a task and, once it is ready, its vectors',
      answer: { status: 200, schema: answers.Task },
    },
    {
      method: 'post',
      path: '/embed-v2',
      summary: 'Embed a text or a picture at once',
      body: { type: 'application/json', schema: schemas.embed },
      answer: { status: 200, schema: answers.Embeddings },
    },
    {
      method: 'post',
      path: '/assets',
      summary: 'Upload a file',
      body: { type: 'multipart/form-data', schema: form },
      answer: { status: 201, schema: answers.Asset },
    },
    {
      method: 'get',
      path: '/assets',
      summary: 'List assets, newest first',
      query: schemas.listAssets,
      answer: { status: 200, schema: answers.AssetPage },
    },
    {
      method: 'get',
      path: '/assets/{id}',
      summary: 'State of an asset and what is known of it',
      answer: { status: 200, schema: answers.Asset },
    },
    { method: 'delete', path: '/assets/{id}', summary: 'Delete an asset', answer: { status: 204 } },
  ]
}

function present({ summary, path, query, body, answer }: Route): object {
  const parameters = [
    ...(path.includes('{id}')
      ? [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }]
      : []),
    ...(query ? queryParameters(query) : []),
  ]
  return {
    summary,
    security: [{ apiKey: [] }],
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: { required: true, content: { [body.type]: { schema: shape(body.schema, 'input') } } },
    }),
    responses: {
      [answer.status]: {
        description: 'Done',
        ...(answer.schema && { content: { 'application/json': { schema: shape(answer.schema, 'output') } } }),
      },
      default: {
        description: 'Refused or failed',
        content: { 'application/json': { schema: shape(answers.Failure, 'output') } },
      },
    },
  }
}

const queryParameters = (query: z.ZodObject) =>
  Object.entries(query.shape).map(([name, schema]) => ({ name, in: 'query', schema: shape(schema, 'input') }))

function shape(schema: z.core.$ZodType, io: 'input' | 'output'): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io })
  return rest
}
