import type { Task } from '../../client/client.ts'
import { EmbedlineError } from '../../domain/errors.ts'
import { allPages, type ServerCalls } from '../serverCalls.ts'

export const TASKS_PATH = '/api/tasks'

export const taskPath = (id: string): string => `${TASKS_PATH}/${encodeURIComponent(id)}`

/** The server's own most. */
export const PAGE_OF_TASKS = '200'

/** Among so many of the newest tasks the beginning of an id is looked for. */
const MOST_LOOKED_THROUGH = 10_000

const SHOWN_IDS = 5

/** The words that name tasks. Throws `request_invalid` when there are none. */
export function taskWords(operands: readonly string[]): readonly string[] {
  if (operands.length > 0 && !operands.includes('')) return operands
  throw new EmbedlineError('request_invalid', 'which task? embedline tasks list shows their ids')
}

/**
 * The task with this id, or the one whose id begins like this. Throws `not_found` when there is none, and
 * `request_invalid` when there are several.
 */
export async function findTask(server: ServerCalls, word: string): Promise<Task> {
  try {
    return (await server.call('GET', taskPath(word))) as Task
  } catch (failure) {
    if (!(failure instanceof EmbedlineError) || failure.code !== 'not_found') throw failure
  }
  const tasks = await allPages<Task>(server, TASKS_PATH, {
    noun: 'tasks',
    query: { limit: PAGE_OF_TASKS },
    most: MOST_LOOKED_THROUGH,
  })
  const found = tasks.filter(({ id }) => id.startsWith(word))
  const [task] = found
  if (task === undefined)
    throw new EmbedlineError('not_found', `there is no task ${word}: embedline tasks list shows their ids`)
  if (found.length > 1) {
    const ids = found.slice(0, SHOWN_IDS).map(({ id }) => id)
    const rest = found.length > ids.length ? ', …' : ''
    throw new EmbedlineError(
      'request_invalid',
      `the ids of ${found.length} tasks begin with ${word}: ${ids.join(', ')}${rest}`,
    )
  }
  return task
}
