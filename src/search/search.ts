import { Worker } from 'node:worker_threads'
import { EmbedlineError } from '../domain/errors.ts'
import type { Opened } from '../lib/closing.ts'
import { heapBytesOf } from '../lib/heapBytes.ts'
import { moduleBeside } from '../lib/moduleBeside.ts'
import type { ChunkCount } from './loader.ts'
import type {
  BucketSearchOrder,
  ChunkHit,
  CountOrder,
  FoundChunks,
  GroupedHits,
  SearchOrder,
  TaskHit,
  TaskSearchOrder,
} from './order.ts'
import type { SearchAnswer, SearchCall, SearchCalls, SearchQuestion, SearchStart } from './searchMessages.ts'

/** Searches vectors without keeping the main thread from anything else. */
export interface Search extends Opened {
  /**
   * The chunks of a bucket that are nearest to a query, best first: exact, or of a large bucket by its index of
   * neighbours, as the answer says. Nothing for a bucket that is not there.
   * Throws what reading them throws, and `storage_unavailable` when the thread ended, for want of memory for example.
   */
  find(order: SearchOrder): Promise<FoundChunks>
  /** The assets of a set of tasks' vectors that are nearest to a query, exact; nothing for a set that is not there. */
  findTasks(order: TaskSearchOrder): Promise<GroupedHits<TaskHit>>
  /** The same of the files of a bucket. */
  findFiles(order: BucketSearchOrder): Promise<GroupedHits<ChunkHit>>
  /** How many chunks are searched of a bucket, by the model that embedded them. */
  chunkCounts(order: CountOrder): Promise<ChunkCount[]>
  /** Heap of the thread; undefined while it does not run. */
  heapBytes(): Promise<number | undefined>
}

interface Thread {
  heapBytes(): Promise<number | undefined>
  ask: Ask
  close(): Promise<void>
}

type Ask = <Call extends SearchCall>(
  call: Call,
  order: SearchCalls[Call]['order'],
) => Promise<SearchCalls[Call]['answer']>

/** A search by a thread of its own, which starts with the first question, and again after one that died. */
export function openSearch(start: SearchStart): Search {
  let thread: Thread | undefined
  let isClosed = false
  const ask: Ask = async (call, order) => {
    if (isClosed) throw new EmbedlineError('storage_unavailable', 'the search is closed')
    thread ??= startThread(start, () => (thread = undefined))
    return await thread.ask(call, order)
  }
  return {
    find: (order) => ask('find', order),
    findTasks: (order) => ask('findTasks', order),
    findFiles: (order) => ask('findFiles', order),
    chunkCounts: (order) => ask('chunkCounts', order),
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
  const waiting = new Map<number, PromiseWithResolvers<SearchCalls[SearchCall]['answer']>>()
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
    if ('answer' in answer) asked?.resolve(answer.answer)
    else asked?.reject(new EmbedlineError(answer.failure.code, answer.failure.message))
  })
  const post = (question: SearchQuestion) => worker.postMessage(question)
  return {
    ask<Call extends SearchCall>(call: Call, order: SearchCalls[Call]['order']) {
      const asked = Promise.withResolvers<SearchCalls[SearchCall]['answer']>()
      const id = ++lastId
      waiting.set(id, asked)
      post({ call, id, order } as SearchQuestion)
      return asked.promise as Promise<SearchCalls[Call]['answer']>
    },
    heapBytes: () => heapBytesOf(worker),
    async close() {
      post({ call: 'close' })
      await ended
    },
  }
}
