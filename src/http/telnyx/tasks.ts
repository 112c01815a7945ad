import { EmbedlineError } from '../../domain/errors.ts'
import { createBucketTask } from '../../tasks/createBucket.ts'
import { getBucketTask, listBucketTasks, listFailedPages } from '../../tasks/getBucket.ts'
import { factsIfThere } from '../factsIfThere.ts'
import { modelWord } from '../modelWord.ts'
import { checkModelName } from './checkModelName.ts'
import { answerCreate } from './createAnswer.ts'
import { inWireFields } from './errors.ts'
import { DEFAULT_MODEL } from './names.ts'
import { parseBody } from './parse.ts'
import { presentTask, presentTaskRow } from './present.ts'
import { inPath } from '../call.ts'
import { queryOf, type Handler } from './route.ts'
import { chunkSettings } from './schema.ts'
import { statusFilter } from './statusFilter.ts'

/** `POST /embeddings`. */
export const createTask: Handler = (call) =>
  answerCreate(call, (bytes, rest) => {
    const { parts, schemas, account } = call
    const body = parseBody(schemas.createTask, bytes)
    const chunks = chunkSettings(body)
    return inWireFields(async () => {
      checkModelName(parts.models, body.embedding_model)
      return createBucketTask(parts, account, {
        bucket: body.bucket_name,
        modelName: body.embedding_model,
        chunks,
        loader: body.loader,
        ...rest,
      })
    })
  })

/** `GET /embeddings/{task_id}`. */
export const retrieveTask: Handler = async ({ parts, account, request, reply }) => {
  const id = inPath(request, 'id')
  const task = await getBucketTask(parts, account.id, id)
  if (!task) throw new EmbedlineError('not_found', `There is no task ${id}.`)
  reply.header('x-embedline-model', modelWord(task.settings.model))
  const failed = await listFailedPages(parts, task)
  return { data: presentTask(task, factsIfThere(parts, task.settings.model), failed) }
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
