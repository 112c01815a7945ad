import { FINISHES_READ, withRate, type TaskProgress } from '../../domain/progress.ts'
import type { TaskEvent } from '../../domain/taskEvent.ts'
import type { Db } from '../../domain/tables.ts'
import type { AnyTask } from '../../domain/task.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Opened } from '../../lib/closing.ts'
import { makeNap } from '../../lib/nap.ts'
import { recentFinishes } from '../../queue/recentFinishes.ts'
import { getAnyTask, tasksThatWentOn } from '../../store/anyTasks.ts'
import { lastTaskEventId, readTaskEvents } from '../../store/taskEvents.ts'
import { makeInbox, type Inbox, type News } from './inbox.ts'

/** Whose news somebody wants. */
export interface Watched {
  accountId: string
  /** Absent: of all tasks of the account. */
  taskId?: string
}

export interface Subscription extends Pick<Inbox, 'take' | 'hasOverflowed' | 'wait' | 'wake'> {
  /** Events with a greater id come into the inbox, or stand in the database already, as all others do. */
  position: number
  close(): void
}

/**
 * Reads what happens to tasks once for all who watch them. Events come soon after their commit, also those that other
 * processes have written; how far tasks are at most once a second.
 */
export interface WatchHub extends Opened {
  subscribe(watched: Watched): Promise<Subscription>
}

export interface HubParts {
  store: { read: Db; onCommit(listener: () => void): () => void }
  clock: Clock
  onError: (error: unknown) => void
}

interface Watcher {
  watched: Watched
  inbox: Inbox
}

/** What other processes write is found by looking; how far tasks are is told as often. */
const POLL_MS = 1_000

const EVENTS_A_READ = 500

/** Of more tasks that go on in a second, those that did it first are left out until they go on again. */
const TASKS_A_READ = 500

/** So much later a task may be committed than it says, or by the clock of another machine. */
const OVERLAP_MS = 5_000

export function openWatchHub({ store, clock, onError }: HubParts): WatchHub {
  const byTask = new Map<string, Set<Watcher>>()
  const byAccount = new Map<string, Set<Watcher>>()
  const nap = makeNap(clock)
  const closing = new AbortController()
  const stopListening = store.onCommit(() => nap.wake())
  let running: Promise<void> | undefined
  let position: Promise<number> | undefined

  const hasWatchers = () => byTask.size + byAccount.size > 0
  const watchersOf = (accountId: string, taskId: string): Watcher[] => [
    // The ids of tasks are no secret: whose it is counts too.
    ...[...(byTask.get(taskId) ?? [])].filter(({ watched }) => watched.accountId === accountId),
    ...(byAccount.get(accountId) ?? []),
  ]

  function tell(watchers: readonly Watcher[], news: News) {
    for (const { inbox } of watchers) inbox.put(news)
  }

  async function run() {
    const progress = readsProgress()
    while (hasWatchers() && !closing.signal.aborted) {
      try {
        await readEvents()
        await progress.read()
      } catch (error) {
        onError(error)
      }
      await nap.sleep(POLL_MS)
    }
    running = undefined
    position = undefined
  }

  async function readEvents() {
    for (;;) {
      const after = await position
      if (after === undefined) return
      const events = await readTaskEvents(store.read, { after, limit: EVENTS_A_READ })
      for (const event of events) await tellEvent(event)
      position = Promise.resolve(events.at(-1)?.id ?? after)
      if (events.length < EVENTS_A_READ) return
    }
  }

  async function tellEvent(event: TaskEvent) {
    const { accountId, taskId } = event
    const task =
      event.kind === 'ended' && watchersOf(accountId, taskId).length > 0
        ? await getAnyTask(store.read, accountId, taskId)
        : undefined
    const watchers = watchersOf(accountId, taskId)
    // Whoever draws a bar sees it full before the end.
    if (task) tell(watchers, { kind: 'progress', taskId, progress: task.progress })
    tell(watchers, { kind: 'event', event })
  }

  function readsProgress() {
    let sinceMs = clock.nowMs()
    let nextMs = sinceMs
    let told = new Map<string, string>()
    return {
      async read() {
        const nowMs = clock.nowMs()
        if (nowMs < nextMs) return
        const tasks = await tasksThatWentOn(store.read, {
          sinceMs: sinceMs - OVERLAP_MS,
          limit: TASKS_A_READ,
        })
        const before = told
        told = new Map()
        for (const task of tasks) {
          const watchers = watchersOf(task.accountId, task.id)
          if (watchers.length === 0) continue
          const text = JSON.stringify(task.progress)
          told.set(task.id, text)
          if (before.get(task.id) === text) continue
          const progress = await ratedProgress(task, nowMs)
          tell(watchers, { kind: 'progress', taskId: task.id, progress })
        }
        sinceMs = nowMs
        nextMs = nowMs + POLL_MS
      },
    }
  }

  async function ratedProgress(task: AnyTask, nowMs: number): Promise<TaskProgress> {
    return withRate(task.progress, await recentFinishes(store.read, task.id, FINISHES_READ), nowMs)
  }

  function register(watcher: Watcher): () => void {
    const { accountId, taskId } = watcher.watched
    const [map, key] = taskId === undefined ? [byAccount, accountId] : [byTask, taskId]
    const set = map.get(key) ?? new Set()
    map.set(key, set.add(watcher))
    return () => {
      set.delete(watcher)
      if (set.size === 0 && map.get(key) === set) map.delete(key)
      if (!hasWatchers()) nap.wake()
    }
  }

  return {
    async subscribe(watched) {
      const inbox = makeInbox()
      const unregister = register({ watched, inbox })
      try {
        position ??= lastTaskEventId(store.read)
        running ??= run()
        const { take, hasOverflowed, wait, wake } = inbox
        return { take, hasOverflowed, wait, wake, position: await position, close: unregister }
      } catch (failure) {
        unregister()
        throw failure
      }
    },
    async close() {
      closing.abort()
      stopListening()
      nap.wake()
      await running
    },
  }
}
