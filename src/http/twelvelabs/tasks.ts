import type { FastifyRequest } from 'fastify'
import { EmbedlineError } from '../../domain/errors.ts'
import type { Limits } from '../../domain/limits.ts'
import { mostBytes } from '../../domain/limitFacts.ts'
import type { Task } from '../../domain/task.ts'
import type { TaskRequest } from '../../domain/taskRequest.ts'
import { createMediaTask } from '../../tasks/create.ts'
import { getTask } from '../../tasks/get.ts'
import { storedAnswer, type KeyedRequest } from '../../tasks/idempotency.ts'
import { listTasks as readTasks } from '../../tasks/list.ts'
import { factsIfThere } from '../factsIfThere.ts'
import { idempotencyKey, keyedRequest } from '../keyedRequest.ts'
import { originOf } from '../origin.ts'
import { reuseWish } from '../reuseHeader.ts'
import { retentionOf } from '../retention.ts'
import { inFieldsOf } from './errors.ts'
import { withJsonBody, type JsonBody } from '../json/jsonBody.ts'
import type { MediaSourceBody } from './fields.ts'
import { NEWER_INPUTS, newerTaskRequest } from './marengo35/taskRequest.ts'
import { BASE64_KEY, mediaSource, readMedia } from './mediaRequest.ts'
import {
  checkModelName,
  DEFAULT_MODEL,
  isForNewerModel,
  NEWER_MODEL,
  refuseOtherInputs,
} from './modelName.ts'
import { parse } from './parse.ts'
import { PREFIX } from './prefix.ts'
import { modelHeader, presentPage, presentTaskRow, statesOf, statusOf } from './present.ts'
import { streamResult } from './resultStream.ts'
import { pathId, type Call, type Handler } from './route.ts'
import type { Schemas } from './schema.ts'
import { taskWithResult, taskWithoutResult } from './taskResult.ts'

const CREATED = 202

/** `POST /embed-v2/tasks`: once this is answered the task is committed. */
export const createTask: Handler = (call) =>
  withJsonBody(call.parts, call.request.raw, BASE64_KEY, (json) =>
    answerCreate(call, json, () => readOrder(call.schemas, json.value)),
  )

/** What a body asks for. */
interface Order {
  modelName: string
  request: TaskRequest
  source: MediaSourceBody
}

/** Creates the task that `read` finds in the body, or answers again what was answered to the same key. */
export async function answerCreate(call: Call, json: JsonBody, read: () => Order): Promise<object | string> {
  const { parts, account, request, reply } = call
  const key = idempotencyKey(request)
  const keyed = key === undefined ? undefined : keyedRequest(request, key, json.hash)
  const before = keyed && (await storedAnswer(parts, account.id, keyed))
  if (before) {
    const { _id: id } = JSON.parse(before.body) as { _id: string }
    reply.headers({ 'idempotent-replayed': 'true', location: locationOf(request, id) })
    reply.code(before.status).type('application/json; charset=utf-8')
    return before.body
  }
  const task = await create(call, json, read(), keyed)
  reply.code(CREATED).headers({
    location: locationOf(request, task.id),
    'x-embedline-model': modelHeader(task.model),
  })
  return taskWithoutResult(task, factsIfThere(parts, task.model))
}

const INLINE_LIMIT = {
  video: 'inlineMediaBytes',
  audio: 'inlineMediaBytes',
  image: 'inlinePictureBytes',
  document: 'inlineDocumentBytes',
} as const satisfies Record<TaskRequest['input'], keyof Limits>

async function create(
  { parts, account, request }: Call,
  json: JsonBody,
  { modelName, ...wanted }: Order,
  keyed: KeyedRequest | undefined,
): Promise<Task> {
  checkModelName(parts.models, modelName)
  const { input } = wanted.request
  const source = mediaSource(wanted.source, json, {
    field: `${input}.media_source`,
    limitBytes: mostBytes(parts.limits, INLINE_LIMIT[input]),
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
      ...reuseWish(request),
      ...retentionOf(request),
      ...(keyed && { idempotency: { ...keyed, answer } }),
    }),
  )
}

function readOrder(schemas: Schemas, value: unknown): Order {
  if (isForNewerModel(value)) {
    refuseOtherInputs(value, NEWER_MODEL, NEWER_INPUTS)
    return { modelName: NEWER_MODEL, ...newerTaskRequest(parse(schemas.createNewerTask, value)) }
  }
  refuseOtherInputs(value, DEFAULT_MODEL, ['audio', 'video'])
  const body = parse(schemas.createTask, value)
  return { modelName: body.model_name, ...readMedia(body) }
}

const locationOf = (request: FastifyRequest, id: string): string =>
  `${originOf(request)}${PREFIX}/embed-v2/tasks/${id}`

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
