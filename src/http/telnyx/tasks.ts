import { EmbedlineError } from '../../domain/errors.ts'
import type { BucketTask } from '../../domain/task.ts'
import { createBucketTask } from '../../tasks/createBucket.ts'
import { getBucketTask, listBucketTasks } from '../../tasks/getBucket.ts'
import { storedAnswer } from '../../tasks/idempotency.ts'
import { factsIfThere } from '../factsIfThere.ts'
import { idempotencyKey, keyedRequest, sha256 } from '../keyedRequest.ts'
import { checkModelName } from './checkModelName.ts'
import { inWireFields } from './errors.ts'
import { DEFAULT_MODEL } from './names.ts'
import { parseBody } from './parse.ts'
import { modelWord, presentCreated, presentTask, presentTaskRow } from './present.ts'
import { bodyOf, inPath, queryOf, type Handler } from './route.ts'
import { chunkSettings } from './schema.ts'
import { statusFilter } from './statusFilter.ts'

/** `POST /embeddings`: once this is answered the task is committed. */
export const createTask: Handler = async (call) => {
  const { parts, schemas, account, request, reply } = call
  const key = idempotencyKey(request)
  const bytes = await bodyOf(call)
  const keyed = key === undefined ? undefined : keyedRequest(request, key, sha256(bytes))
  const before = keyed && (await storedAnswer(parts, account.id, keyed))
  if (before) {
    reply.header('idempotent-replayed', 'true')
    reply.code(before.status).type('application/json; charset=utf-8')
    return before.body
  }
  const body = parseBody(schemas.createTask, bytes)
  const chunks = chunkSettings(body)
  const present = (task: BucketTask) => ({
    data: presentCreated(task, account, factsIfThere(parts, task.settings.model)),
  })
  const answer = (task: BucketTask) => ({ status: 200, body: JSON.stringify(present(task)) })
  const task = await inWireFields(async () => {
    checkModelName(parts.models, body.embedding_model)
    return createBucketTask(parts, account, {
      bucket: body.bucket_name,
      modelName: body.embedding_model,
      chunks,
      loader: body.loader,
      ...(keyed && { idempotency: { ...keyed, answer } }),
    })
  })
  reply.header('x-embedline-model', modelWord(task.settings.model))
  return present(task)
}

/** `GET /embeddings/{task_id}`. */
export const retrieveTask: Handler = async ({ parts, account, request, reply }) => {
  const id = inPath(request, 'id')
  const task = await getBucketTask(parts, account.id, id)
  if (!task) throw new EmbedlineError('not_found', `There is no task ${id}.`)
  reply.header('x-embedline-model', modelWord(task.settings.model))
  return { data: presentTask(task, factsIfThere(parts, task.settings.model)) }
}

/** `GET /embeddings`: newest first; words that are no status match nothing, and the answer says so. */
export const listTasks: Handler = async ({ parts, account, request, reply }) => {
  const { states, unknown } = statusFilter(queryOf(request))
  const tasks = states.length === 0 ? [] : await listBucketTasks(parts, account.id, { states })
  const model = parts.models.resolve(DEFAULT_MODEL)
  if (model) reply.header('x-embedline-model', modelWord(model))
  return {
    data: tasks.map((task) => presentTaskRow(task, account, factsIfThere(parts, task.settings.model))),
    ...(unknown.length > 0 && {
      warnings: unknown.map((word) => ({ code: 'status_unknown', message: `"${word}" is no status.` })),
    }),
  }
}
