import { EmbedlineError } from '../../../domain/errors.ts'
import { isFinal } from '../../../domain/states.ts'
import type { AnyTask } from '../../../domain/task.ts'
import { getAnyTask } from '../../../tasks/getAny.ts'
import { waitForEnd } from '../../../tasks/watch/waitForEnd.ts'
import { untilGone } from '../../untilGone.ts'
import { readQuery } from '../readRequest.ts'
import type { Call, Handler } from '../route.ts'
import { presentTask } from './present.ts'
import { TaskQuery } from './schemas.ts'

/** `GET /tasks/{id}`: as it is now, or as soon as it has ended if the caller waits for that. */
export const getTask: Handler = async (call) => {
  const { wait } = readQuery(call.request, TaskQuery)
  const task = await taskOf(call)
  if (wait === 0 || isFinal(task.state)) return presentTask(task)
  const signal = AbortSignal.any([untilGone(call.reply), call.closing])
  const waiting = { accountId: call.account.id, taskId: task.id, mostMs: wait * 1000, signal }
  await waitForEnd(call.parts, waiting)
  return presentTask(await taskOf(call))
}

/** The task that the path names. Throws `not_found`. */
export async function taskOf({ parts, account, request }: Call): Promise<AnyTask> {
  const { id } = request.params as { id: string }
  return (await getAnyTask(parts, account.id, id)) ?? noTask(id)
}

const noTask = (id: string): never => {
  throw new EmbedlineError('not_found', `There is no task ${id}.`)
}
