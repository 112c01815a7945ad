import { EmbedlineError } from '../../../domain/errors.ts'
import { isFinal } from '../../../domain/states.ts'
import type { AnyTask } from '../../../domain/task.ts'
import { checkStillValid, isStillValid } from '../../../tasks/authenticate.ts'
import { cancelTask as cancel } from '../../../tasks/cancel.ts'
import { deleteTask as remove } from '../../../tasks/deleteTask.ts'
import { getAnyTask } from '../../../tasks/getAny.ts'
import { storedAnswer } from '../../../tasks/idempotency.ts'
import { listAnyTasks } from '../../../tasks/listAny.ts'
import { pausedTasks } from '../../../tasks/pause.ts'
import { rerunTask as rerun } from '../../../tasks/rerun.ts'
import { keepTaskUntil } from '../../../tasks/retention.ts'
import { retryTask as retry } from '../../../tasks/retryFailed.ts'
import { waitForEnd } from '../../../tasks/watch/waitForEnd.ts'
import { idempotencyKey, keyedRequest, sha256 } from '../../keyedRequest.ts'
import { readBody } from '../../requestBody.ts'
import { untilGone } from '../../untilGone.ts'
import { parseBody, readJson, readQuery } from '../readRequest.ts'
import type { Call, Handler } from '../route.ts'
import { whileAllowed } from '../whileAllowed.ts'
import { placeOf, wordOf } from './place.ts'
import { presentTask } from './present.ts'
import { Rerun, TaskChange, TaskListQuery, TaskQuery } from './schemas.ts'

const BODY_BYTES = 10_000

/** `GET /tasks`: of every kind, newest first. */
export const listTasks: Handler = async ({ parts, account, request }) => {
  const query = readQuery(request, TaskListQuery)
  const { state, kind, model, bucket, created_after: createdAfterMs, created_before: createdBeforeMs } = query
  const found = await listAnyTasks(parts, account.id, {
    ...(state && { states: state }),
    ...(kind && { kind }),
    ...(model !== undefined && { modelId: parts.models.resolve(model)?.id ?? model }),
    ...(bucket !== undefined && { bucket }),
    ...(createdAfterMs !== undefined && { createdAfterMs }),
    ...(createdBeforeMs !== undefined && { createdBeforeMs }),
    ...(query.after !== undefined && { after: placeOf(query.after) }),
    limit: query.limit + 1,
  })
  const tasks = found.slice(0, query.limit)
  const last = tasks.at(-1)
  const paused = await pausedTasks(parts, tasks)
  return {
    tasks: tasks.map((task) => presentTask(task, paused.has(task.id))),
    ...(last && found.length > tasks.length && { next_after: wordOf(last) }),
  }
}

/** `GET /tasks/{id}`: as it is now, or as soon as it has ended if the caller waits for that. */
export const getTask: Handler = async (call) => {
  const { wait } = readQuery(call.request, TaskQuery)
  const task = await taskOf(call)
  if (wait === 0 || isFinal(task.state)) return present(call, task)
  await waitWithKey(call, task.id, wait * 1000)
  return present(call, await taskOf(call))
}

/** Throws `unauthorized` when the key ends meanwhile, five seconds later at most. */
async function waitWithKey({ parts, account, reply, closing }: Call, taskId: string, mostMs: number) {
  const waited = new AbortController()
  const signal = AbortSignal.any([untilGone(reply), closing, waited.signal])
  void whileAllowed(parts.clock, signal, () => isStillValid(parts, account))
    // Whatever is in the way of looking meets whoever looks at the end, too.
    .catch(() => {})
    .finally(() => waited.abort())
  try {
    await waitForEnd(parts, { accountId: account.id, taskId, mostMs, signal })
  } finally {
    waited.abort()
  }
  await checkStillValid(parts, account)
}

/** `PATCH /tasks/{id}`: when it expires. */
export const changeTask: Handler = async (call) => {
  const { parts, account, request } = call
  const { expires_at: expiresAt } = await readJson(request, TaskChange, BODY_BYTES)
  await keepTaskUntil(parts, account, { id: idOf(call), expiresMs: Date.parse(expiresAt) })
  return present(call, await taskOf(call))
}

/** `POST /tasks/{id}/cancel`: one that has ended stays as it is. */
export const cancelTask: Handler = async (call) =>
  present(call, (await cancel(call.parts, call.account.id, idOf(call))) ?? noTask(idOf(call)))

/** `POST /tasks/{id}/retry`: what failed or was cancelled of it is done again. */
export const retryTask: Handler = async (call) =>
  present(call, (await retry(call.parts, call.account.id, idOf(call))) ?? noTask(idOf(call)))

/** `DELETE /tasks/{id}`: answers when it is gone. */
export const deleteTask: Handler = async (call) => {
  if (!(await remove(call.parts, call.account.id, idOf(call)))) noTask(idOf(call))
  return call.reply.code(204).send()
}

/** `POST /tasks/{id}/rerun`: the new task; the old one stays. */
export const rerunTask: Handler = async (call) => {
  const { parts, account, request, reply } = call
  const key = idempotencyKey(request)
  const bytes = await readBody(request.raw, BODY_BYTES)
  const { model } = parseBody(bytes, Rerun)
  const keyed = key === undefined ? undefined : keyedRequest(request, key, sha256(bytes))
  const before = keyed && (await storedAnswer(parts, account.id, keyed))
  if (before) {
    reply.header('idempotent-replayed', 'true')
    return reply.code(before.status).type('application/json; charset=utf-8').send(before.body)
  }
  const answer = (task: AnyTask) => ({ status: 201, body: JSON.stringify(presentTask(task, false)) })
  const task = await rerun(parts, account, idOf(call), {
    ...(model && { modelName: model }),
    ...(keyed && { idempotency: { ...keyed, answer } }),
  })
  if (!task) return noTask(idOf(call))
  reply.code(201).header('location', `/api/tasks/${task.id}`)
  return present(call, task)
}

/** The task that the path names. Throws `not_found`. */
export const taskOf = async (call: Call): Promise<AnyTask> =>
  (await getAnyTask(call.parts, call.account.id, idOf(call))) ?? noTask(idOf(call))

export const idOf = ({ request }: Call): string => (request.params as { id: string }).id

const present = async ({ parts }: Call, task: AnyTask) =>
  presentTask(task, (await pausedTasks(parts, [task])).has(task.id))

export const noTask = (id: string): never => {
  throw new EmbedlineError('not_found', `There is no task ${id}.`)
}
