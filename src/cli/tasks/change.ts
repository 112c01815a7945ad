import type { Task } from '../../client/client.ts'
import { eachTask } from './eachTask.ts'
import { hasEnded, stateOf } from './describeTask.ts'
import { taskPath } from './findTask.ts'

export const cancel = eachTask({
  name: 'cancel',
  description: 'Ends tasks. What is finished of them stays; one that has ended already stays as it is.',
  async apply(server, before) {
    const task = (await server.call('POST', `${taskPath(before.id)}/cancel`)) as Task
    return { task, told: hasEnded(before) ? `had ended already: ${before.state}` : stateOf(task) }
  },
})

export const retry = eachTask({
  name: 'retry',
  description: 'Does again what failed or was cancelled of tasks, and nothing else.',
  async apply(server, { id }) {
    const task = (await server.call('POST', `${taskPath(id)}/retry`)) as Task
    return { task, told: stateOf(task) }
  },
})

/** `delete` is a word of the language. */
export const remove = eachTask({
  name: 'delete',
  description:
    'Removes tasks with their vectors and the input that came with them; one that runs is ended first.',
  async apply(server, { id }) {
    await server.call('DELETE', taskPath(id))
    return { task: { id }, told: 'deleted' }
  },
})
