import { Worker } from 'node:worker_threads'
import { EmbedlineError } from '../domain/errors.ts'
import type { Opened } from '../lib/closing.ts'
import { heapBytesOf } from '../lib/heapBytes.ts'
import { moduleBeside } from '../lib/moduleBeside.ts'
import type { SearchHit, SearchOrder } from './order.ts'
import type { SearchAnswer, SearchQuestion, SearchStart } from './searchMessages.ts'

/** Searches chunks without keeping the main thread from anything else. */
export interface Search extends Opened {
  /**
   * The chunks of a bucket that are nearest to a query, best first and exact; nothing for a bucket that is not there.
   * Throws what reading them throws, and `storage_unavailable` when the thread ended, for want of memory for example.
   */
  find(order: SearchOrder): Promise<SearchHit[]>
  /** Heap of the thread; undefined while it does not run. */
  heapBytes(): Promise<number | undefined>
}

interface Thread {
  heapBytes(): Promise<number | undefined>
  find(order: SearchOrder): Promise<SearchHit[]>
  close(): Promise<void>
}

/** A search by a thread of its own, which starts with the first question, and again after one that died. */
export function openSearch(start: SearchStart): Search {
  let thread: Thread | undefined
  let isClosed = false
  return {
    async find(order) {
      if (isClosed) throw new EmbedlineError('storage_unavailable', 'the search is closed')
      thread ??= startThread(start, () => (thread = undefined))
      return await thread.find(order)
    },
    heapBytes: async () => thread?.heapBytes(),
    async close() {
      isClosed = true
      await thread?.close()
    },
  }
}

function startThread(start: SearchStart, onEnd: () => void): Thread {
  const worker = new Worker(moduleBeside('searchThread', import.meta.url), {
    workerData: start,
    // Of the variables it needs none, and some are secrets.
    env: {},
  })
  const waiting = new Map<number, PromiseWithResolvers<SearchHit[]>>()
  let lastId = 0
  let cause: unknown
  const ended = new Promise<void>((resolve) => {
    worker.on('error', (error) => (cause = error))
    worker.on('exit', () => {
      onEnd()
      for (const { reject } of waiting.values())
        reject(new EmbedlineError('storage_unavailable', 'the search thread ended', { cause }))
      resolve()
    })
  })
  worker.on('message', (answer: SearchAnswer) => {
    const asked = waiting.get(answer.id)
    waiting.delete(answer.id)
    if ('hits' in answer) asked?.resolve(answer.hits)
    else asked?.reject(new EmbedlineError(answer.failure.code, answer.failure.message))
  })
  const ask = (question: SearchQuestion) => worker.postMessage(question)
  return {
    find(order) {
      const asked = Promise.withResolvers<SearchHit[]>()
      const id = ++lastId
      waiting.set(id, asked)
      ask({ kind: 'find', id, order })
      return asked.promise
    },
    heapBytes: () => heapBytesOf(worker),
    async close() {
      ask({ kind: 'close' })
      await ended
    },
  }
}
