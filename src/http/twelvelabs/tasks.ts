import type { FastifyRequest } from 'fastify'
import { EmbedlineError } from '../../domain/errors.ts'
import type { Limits } from '../../domain/limits.ts'
import type { Task } from '../../domain/task.ts'
import type { TaskRequest } from '../../domain/taskRequest.ts'
import { createMediaTask } from '../../tasks/create.ts'
import { getTask } from '../../tasks/get.ts'
import { storedAnswer, type KeyedRequest } from '../../tasks/idempotency.ts'
import { listTasks as readTasks } from '../../tasks/list.ts'
import { factsIfThere } from '../factsIfThere.ts'
import { idempotencyKey, keyedRequest } from '../keyedRequest.ts'
import { originOf } from '../origin.ts'
import { inFieldsOf } from './errors.ts'
import { withJsonBody, type JsonBody } from './jsonBody.ts'
import { NEWER_INPUTS, newerTaskRequest } from './marengo35/taskRequest.ts'
import { mediaSource, readMedia } from './mediaRequest.ts'
import {
  checkModelName,
  DEFAULT_MODEL,
  isForNewerModel,
  NEWER_MODEL,
  refuseOtherInputs,
} from './modelName.ts'
import { parse } from './parse.ts'
import { modelHeader, presentPage, presentTaskRow, statesOf, statusOf } from './present.ts'
import { streamResult } from './resultStream.ts'
import { pathId, type Call, type Handler } from './route.ts'
import type { Schemas } from './schema.ts'
import { taskWithResult, taskWithoutResult } from './taskResult.ts'

const CREATED = 202

/** `POST /embed-v2/tasks`: once this is answered the task is committed. */
export const createTask: Handler = async (call) => {
  const key = idempotencyKey(call.request)
  return withJsonBody(call.parts, call.request.raw, async (json) => {
    const { parts, account, request, reply } = call
    const keyed = key === undefined ? undefined : keyedRequest(request, key, json.hash)
    const before = keyed && (await storedAnswer(parts, account.id, keyed))
    if (before) {
      const { _id: id } = JSON.parse(before.body) as { _id: string }
      reply.headers({ 'idempotent-replayed': 'true', location: locationOf(request, id) })
      reply.code(before.status).type('application/json; charset=utf-8')
      return before.body
    }
    const task = await create(call, json, keyed)
    reply.code(CREATED).headers({
      location: locationOf(request, task.id),
      'x-embedline-model': modelHeader(task.model),
    })
    return taskWithoutResult(task, factsIfThere(parts, task.model))
  })
}

const INLINE_LIMIT = {
  video: 'inlineMediaBytes',
  audio: 'inlineMediaBytes',
  image: 'inlinePictureBytes',
  document: 'inlineDocumentBytes',
} as const satisfies Record<TaskRequest['input'], keyof Limits>

async function create(
  { parts, schemas, account }: Call,
  json: JsonBody,
  keyed: KeyedRequest | undefined,
): Promise<Task> {
  const { modelName, ...wanted } = readOrder(schemas, json.value)
  checkModelName(parts.models, modelName)
  const { input } = wanted.request
  const source = mediaSource(wanted.source, json, {
    field: `${input}.media_source`,
    limitBytes: parts.limits[INLINE_LIMIT[input]],
  })
  const answer = (task: Task) => ({
    status: CREATED,
    body: JSON.stringify(taskWithoutResult(task, factsIfThere(parts, task.model))),
  })
  return inFieldsOf(input, () =>
    createMediaTask(parts, account, {
      modelName,
      request: wanted.request,
      source,
      ...(keyed && { idempotency: { ...keyed, answer } }),
    }),
  )
}

function readOrder(schemas: Schemas, value: unknown) {
  if (isForNewerModel(value)) {
    refuseOtherInputs(value, NEWER_MODEL, NEWER_INPUTS)
    return { modelName: NEWER_MODEL, ...newerTaskRequest(parse(schemas.createNewerTask, value)) }
  }
  refuseOtherInputs(value, DEFAULT_MODEL, ['audio', 'video'])
  const body = parse(schemas.createTask, value)
  return { modelName: body.model_name, ...readMedia(body) }
}

const locationOf = (request: FastifyRequest, id: string): string =>
  `${originOf(request)}${request.routeOptions.url}/${id}`

/** `GET /embed-v2/tasks/{id}`: state and, once it is ready, all vectors. */
export const retrieveTask: Handler = async (call) => {
  const { parts, account, request, reply } = call
  const id = pathId(request)
  const task = await getTask(parts, account.id, id)
  if (!task) throw new EmbedlineError('not_found', `Resource with id ${id} does not exist in tasks.`)
  const facts = factsIfThere(parts, task.model)
  reply.header('x-embedline-model', modelHeader(task.model))
  if (statusOf(task) !== 'ready') return taskWithoutResult(task, facts)
  const { dimension } = task.request
  return streamResult(call, { id, facts, dimension }, (pages) => taskWithResult(task, facts, pages))
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
