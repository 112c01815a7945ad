import { EmbedlineError } from '../../../domain/errors.ts'
import { mostBytes } from '../../../domain/limitFacts.ts'
import type { Task } from '../../../domain/task.ts'
import type { MediaRequest } from '../../../domain/taskRequest.ts'
import { createMediaTask, type MediaTaskOrder } from '../../../tasks/create.ts'
import { getTask } from '../../../tasks/get.ts'
import { storedAnswer } from '../../../tasks/idempotency.ts'
import { listTasks as readTasks } from '../../../tasks/list.ts'
import { factsIfThere } from '../../factsIfThere.ts'
import { reuseWish } from '../../reuseHeader.ts'
import { idempotencyKey, keyedRequest, sha256 } from '../../keyedRequest.ts'
import { withForm, type Form } from '../../multipart/form.ts'
import { retentionOf } from '../../retention.ts'
import { parse } from '../parse.ts'
import { modelHeader, presentPage, statesOf, statusOf } from '../present.ts'
import { streamResult } from '../resultStream.ts'
import { pathId, type Call, type Handler } from '../route.ts'
import type { Schemas } from '../schema.ts'
import { OLD_MODEL } from './names.ts'
import { modalityOf, presentRow, presentStatus, presentTask, taskWithSegments } from './present.ts'
import { checkModelName, inFormFields, sourceField, sourceOf, type FieldNames } from './request.ts'

const CREATED = 200

/** `POST /embed/tasks`: once this is answered the task is committed. */
export const createTask: Handler = async (call) => {
  const { parts, account, request, reply } = call
  const key = idempotencyKey(request)
  const shape = {
    files: { video_file: mostBytes(parts.limits, 'uploadBytes') },
    repeated: ['video_embedding_scope'],
  }
  return withForm(parts.objects, request.raw, shape, async (form) => {
    const keyed = key === undefined ? undefined : keyedRequest(request, key, hashOf(form))
    const before = keyed && (await storedAnswer(parts, account.id, keyed))
    if (before) {
      reply.header('idempotent-replayed', 'true').type('application/json; charset=utf-8')
      return before.body
    }
    const answer = (task: Task) => ({ status: CREATED, body: JSON.stringify(presentCreated(task)) })
    const task = await create(call, form, keyed && { ...keyed, answer })
    reply.header('x-embedline-model', modelHeader(task.model))
    return presentCreated(task)
  })
}

const presentCreated = ({ id, warnings }: Task) => ({ _id: id, ...(warnings.length > 0 && { warnings }) })

/** By what a form says and not by its bytes, because clients draw a new boundary for every attempt. */
const hashOf = ({ fields, files }: Form): string =>
  sha256(
    JSON.stringify([
      Object.entries(fields).toSorted(([one], [other]) => (one < other ? -1 : 1)),
      Object.entries(files).map(([name, { received, filename }]) => [name, filename, received.hash]),
    ]),
  )

const FIELDS: FieldNames = { url: 'video_url', startSec: 'video_start_offset_sec' }

function create(
  call: Call,
  form: Form,
  idempotency: MediaTaskOrder['idempotency'] | undefined,
): Promise<Task> {
  const { parts, schemas, account } = call
  const body = parse(schemas.embedV1.createTask, form.fields)
  checkModelName(parts.models, body.model_name)
  const request = readRequest(body)
  const source = sourceOf(form, 'video')
  if (!source)
    throw new EmbedlineError('parameter_missing', 'Or `video_file` instead.', { field: 'video_url' })
  const order = {
    modelName: body.model_name,
    request,
    source,
    ...reuseWish(call.request),
    ...retentionOf(call.request),
    ...(idempotency && { idempotency }),
  }
  return inFormFields(FIELDS, sourceField('video', source), () => createMediaTask(parts, account, order))
}

type CreateBody = ReturnType<Schemas['embedV1']['createTask']['parse']>

function readRequest(body: CreateBody): MediaRequest {
  const { video_start_offset_sec: startSec, video_end_offset_sec: endSec, video_clip_length: clipSec } = body
  if ((startSec === undefined) !== (endSec === undefined)) {
    const field = startSec === undefined ? 'video_start_offset_sec' : 'video_end_offset_sec'
    throw new EmbedlineError('parameter_missing', 'Both offsets are wanted, or none.', { field })
  }
  if (endSec !== undefined && endSec < (startSec ?? 0) + clipSec)
    throw new EmbedlineError(
      'request_invalid',
      'It must be at least `video_clip_length` after `video_start_offset_sec`.',
      { field: 'video_end_offset_sec' },
    )
  return {
    input: 'video',
    startSec: startSec ?? 0,
    ...(endSec !== undefined && { endSec }),
    segmentation: { strategy: 'fixed', durationSec: clipSec },
    // The older model had no word for what is said.
    modalities: body.model_name === OLD_MODEL ? ['visual', 'audio'] : ['visual', 'audio', 'transcription'],
    modalitiesNamed: false,
    scopes: (body.video_embedding_scope ?? ['clip']).map((scope) => (scope === 'video' ? 'asset' : scope)),
    separate: true,
    fused: false,
  }
}

/** `GET /embed/tasks`: all tasks of the account, whichever version made them, newest first. */
export const listTasks: Handler = async ({ parts, schemas, account, request }) => {
  const query = parse(schemas.listTasks, request.query)
  const page = await readTasks(parts, account.id, {
    ...(query.status && { states: statesOf(query.status) }),
    ...(query.started_at !== undefined && { createdAfterMs: query.started_at }),
    ...(query.ended_at !== undefined && { createdBeforeMs: query.ended_at }),
    page: query.page,
    pageSize: query.page_limit,
  })
  return presentPage(page, query, (task) => presentRow(task, factsIfThere(parts, task.model)))
}

/** `GET /embed/tasks/{id}/status`. */
export const retrieveStatus: Handler = async (call) => {
  const task = await findTask(call)
  return presentStatus(task, factsIfThere(call.parts, task.model))
}

/** `GET /embed/tasks/{id}`: what was asked for and, once the task is ready, its segments. */
export const retrieveTask: Handler = async (call) => {
  const { embedding_option: options } = parse(call.schemas.embedV1.retrieveTask, call.request.query)
  const modalities = options && new Set(options.map(modalityOf))
  const task = await findTask(call)
  const facts = factsIfThere(call.parts, task.model)
  if (statusOf(task) !== 'ready') return presentTask(task, facts)
  return streamResult(call, { id: task.id, facts }, (pages) =>
    taskWithSegments(task, facts, pages, modalities),
  )
}

async function findTask({ parts, account, request, reply }: Call): Promise<Task> {
  const id = pathId(request)
  const task = await getTask(parts, account.id, id)
  if (!task) throw new EmbedlineError('not_found', `Resource with id ${id} does not exist in tasks.`)
  reply.header('x-embedline-model', modelHeader(task.model))
  return task
}
