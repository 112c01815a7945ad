import { FINISHES_READ, withRate, type TaskProgress } from '../domain/progress.ts'
import type { TaskState } from '../domain/states.ts'
import { recentFinishes } from '../queue/recentFinishes.ts'
import type { TaskParts } from './parts.ts'

interface Progressing {
  id: string
  state: TaskState
  progress: TaskProgress
}

/** The task as it was read, with the rate and the time that is left while it is worked on. */
export async function rated<Read extends Progressing>(
  { store, clock }: Pick<TaskParts, 'store' | 'clock'>,
  task: Read,
): Promise<Read> {
  if (task.state !== 'processing') return task
  const finishesMs = await recentFinishes(store.read, task.id, FINISHES_READ)
  return { ...task, progress: withRate(task.progress, finishesMs, clock.nowMs()) }
}
