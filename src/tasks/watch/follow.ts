import { isFinal } from '../../domain/states.ts'
import type { TaskEvent } from '../../domain/taskEvent.ts'
import { getAnyTask as readTask } from '../../store/anyTasks.ts'
import { lastTaskEventId, readTaskEvents } from '../../store/taskEvents.ts'
import { getAnyTask } from '../getAny.ts'
import type { TaskParts } from '../parts.ts'
import type { Subscription, Watched } from './hub.ts'
import type { News } from './inbox.ts'

export interface Following extends Watched {
  /** Begins after this event. Absent: with what happens from now on. */
  after?: number
  signal: AbortSignal
}

type Parts = Pick<TaskParts, 'store' | 'clock' | 'watchHub'>

/**
 * What happens, in order, nothing left out and nothing twice, and in between how far tasks are, of which those who take
 * their news slowly hear less. For one task it begins with how far that is and ends when that has ended, at once when
 * there is no such task; for an account only the signal ends it.
 */
export async function* follow(parts: Parts, following: Following): AsyncGenerator<News, void, void> {
  const { signal } = following
  const subscription = await parts.watchHub.subscribe(following)
  signal.addEventListener('abort', subscription.wake)
  try {
    yield* newsOf(parts, following, subscription)
  } finally {
    signal.removeEventListener('abort', subscription.wake)
    subscription.close()
  }
}

async function* newsOf(
  parts: Parts,
  following: Following,
  { position, take, hasOverflowed, wait }: Subscription,
): AsyncGenerator<News, void, void> {
  const { accountId, taskId, signal } = following
  const task = taskId === undefined ? undefined : await getAnyTask(parts, accountId, taskId)
  if (taskId !== undefined && !task) return
  if (task) yield { kind: 'progress', taskId: task.id, progress: task.progress }
  let lastId = await firstId(parts, following, position)
  // Also what is at the hub's position: others may have been told of what comes after it, and this one not.
  let isBehind = following.after !== undefined
  let mayBeOver = true
  let isLast = false
  while (!signal.aborted) {
    if (isBehind) {
      isBehind = false
      for await (const event of eventsAfter(parts, following, lastId)) {
        lastId = event.id
        yield { kind: 'event', event }
      }
    }
    if (isLast) return
    const news = take()
    if (news?.kind === 'progress') yield news
    else if (news && news.event.id > lastId) {
      lastId = news.event.id
      mayBeOver = true
      yield news
    } else if (news) continue
    else if (hasOverflowed()) isBehind = mayBeOver = true
    // Its end may be committed, and not be in the inbox yet.
    else if (mayBeOver && (await isOver(parts, following))) isBehind = isLast = true
    else {
      mayBeOver = false
      await wait()
    }
  }
}

/** False when the task has ended, and nothing of it came after this event. */
export async function hasNews(
  parts: Pick<TaskParts, 'store'>,
  watched: Watched & { after: number },
): Promise<boolean> {
  if (!(await isOver(parts, watched))) return true
  return (await readTaskEvents(parts.store.read, { ...watched, limit: 1 })).length > 0
}

/** An id that was never given is one of a database that was lost: what is new since then is not known. */
async function firstId({ store }: Parts, { after }: Following, position: number): Promise<number> {
  if (after === undefined || after <= position) return after ?? position
  return Math.min(after, await lastTaskEventId(store.read))
}

const EVENTS_A_READ = 100

async function* eventsAfter(
  { store }: Parts,
  { accountId, taskId, signal }: Following,
  lastId: number,
): AsyncGenerator<TaskEvent, void, void> {
  const watched = { accountId, ...(taskId !== undefined && { taskId }) }
  for (let after = lastId; !signal.aborted;) {
    const events = await readTaskEvents(store.read, { ...watched, after, limit: EVENTS_A_READ })
    yield* events
    if (events.length < EVENTS_A_READ) return
    after = events.at(-1)?.id ?? after
  }
}

async function isOver({ store }: Pick<TaskParts, 'store'>, { accountId, taskId }: Watched): Promise<boolean> {
  if (taskId === undefined) return false
  const task = await readTask(store.read, accountId, taskId)
  return task === undefined || isFinal(task.state)
}
