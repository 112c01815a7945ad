import { EmbedlineError } from '../../../domain/errors.ts'
import type { AnyTask } from '../../../domain/task.ts'
import { getAnyTask } from '../../../tasks/getAny.ts'
import type { Call, Handler } from '../route.ts'
import { presentTask } from './present.ts'

/** `GET /tasks/{id}`. */
export const getTask: Handler = async (call) => presentTask(await taskOf(call))

/** The task that the path names. Throws `not_found`. */
export async function taskOf({ parts, account, request }: Call): Promise<AnyTask> {
  const { id } = request.params as { id: string }
  return (await getAnyTask(parts, account.id, id)) ?? noTask(id)
}

const noTask = (id: string): never => {
  throw new EmbedlineError('not_found', `There is no task ${id}.`)
}
