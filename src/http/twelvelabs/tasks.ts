import { Readable } from 'node:stream'
import { EmbedlineError } from '../../domain/errors.ts'
import { createMediaTask } from '../../tasks/create.ts'
import { getTask } from '../../tasks/get.ts'
import { listTasks as readTasks } from '../../tasks/list.ts'
import { factsIfThere } from '../factsIfThere.ts'
import { originOf } from '../origin.ts'
import { inFieldsOf } from './errors.ts'
import { withJsonBody } from './jsonBody.ts'
import { mediaSource, readMedia } from './mediaRequest.ts'
import { checkModelName, refuseUnlessEnabled } from './notEnabled.ts'
import { parse } from './parse.ts'
import { modelHeader, presentPage, presentTaskRow, statesOf, statusOf } from './present.ts'
import { pathId, type Handler } from './route.ts'
import { DEFAULT_MODEL } from './schema.ts'
import { taskWithResult, taskWithoutResult } from './taskResult.ts'

/** `POST /embed-v2/tasks`: once this is answered the task is committed. */
export const createTask: Handler = ({ parts, schemas, account, request, reply }) =>
  withJsonBody(parts, request.raw, async (json) => {
    refuseUnlessEnabled(json.value, ['audio', 'video'])
    const body = parse(schemas.createTask, json.value)
    checkModelName(parts.models, body.model_name)
    const input = body.input_type
    const wanted = readMedia(body)
    const source = mediaSource(wanted.source, json, {
      field: `${input}.media_source`,
      limitBytes: parts.limits.inlineMediaBytes,
    })
    const task = await inFieldsOf(input, () =>
      createMediaTask(parts, account, { modelName: body.model_name, request: wanted.request, source }),
    )
    reply.code(202)
    reply.header('location', `${originOf(request)}${request.routeOptions.url}/${task.id}`)
    reply.header('x-embedline-model', modelHeader(task.model))
    return taskWithoutResult(task, factsIfThere(parts, task.model))
  })

/** `GET /embed-v2/tasks/{id}`: state and, once it is ready, all vectors. */
export const retrieveTask: Handler = async ({ parts, account, request, reply }) => {
  const id = pathId(request)
  const task = await getTask(parts, account.id, id)
  if (!task) throw new EmbedlineError('not_found', `Resource with id ${id} does not exist in tasks.`)
  const facts = factsIfThere(parts, task.model)
  reply.header('x-embedline-model', modelHeader(task.model))
  if (statusOf(task) !== 'ready') return taskWithoutResult(task, facts)
  reply.type('application/json; charset=utf-8')
  if (request.method === 'HEAD') return ''
  const bytes = taskWithResult(task, facts, parts.results.embeddings(id))
  return Readable.from(bytes, { objectMode: false }).once('error', (error) =>
    // The status is sent already: a connection that breaks off is all that the client can be told.
    parts.logger.error('a result broke off', { requestId: request.id, taskId: id, error }),
  )
}

/** `GET /embed-v2/tasks`: newest first, a page past the end is empty. */
export const listTasks: Handler = async ({ parts, schemas, account, request, reply }) => {
  const query = parse(schemas.listTasks, request.query)
  const page = await readTasks(parts, account.id, {
    ...(query.status && { states: statesOf(query.status) }),
    ...(query.started_at !== undefined && { createdAfterMs: query.started_at }),
    ...(query.ended_at !== undefined && { createdBeforeMs: query.ended_at }),
    page: query.page,
    pageSize: query.page_limit,
  })
  const model = parts.models.resolve(DEFAULT_MODEL)
  if (model) reply.header('x-embedline-model', modelHeader(model))
  return presentPage(page, query, (task) => presentTaskRow(task, factsIfThere(parts, task.model)))
}
