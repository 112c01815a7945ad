import type { TaskProgress } from '../../domain/progress.ts'
import type { TaskEvent } from '../../domain/taskEvent.ts'

/** What somebody who watches tasks hears of. */
export type News =
  { kind: 'event'; event: TaskEvent } | { kind: 'progress'; taskId: string; progress: TaskProgress }

/** News for one who watches, until they are taken. */
export interface Inbox {
  put: (news: News) => void
  take: () => News | undefined
  /** True, once, after news were thrown away because too many lay here: what happened stands in the database. */
  hasOverflowed: () => boolean
  /** Ends when there is something, or `wake` is called. */
  wait: () => Promise<void>
  wake: () => void
}

/** A reader who does not take its news costs no more memory than so many references. */
const MOST_NEWS = 64

export function makeInbox(mostNews = MOST_NEWS): Inbox {
  let news: News[] = []
  let isOver = false
  let waiting: PromiseWithResolvers<void> | undefined

  function wake() {
    waiting?.resolve()
    waiting = undefined
  }

  return {
    put(each) {
      if (news.length >= mostNews) {
        news = []
        isOver = true
      } else if (!isOver) news.push(each)
      wake()
    },
    take: () => news.shift(),
    hasOverflowed() {
      const was = isOver
      isOver = false
      return was
    },
    wait() {
      if (news.length > 0 || isOver) return Promise.resolve()
      waiting ??= Promise.withResolvers()
      return waiting.promise
    },
    wake,
  }
}
