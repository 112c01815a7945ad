import { Worker } from 'node:worker_threads'
import {
  MODALITIES,
  SCOPES,
  type EncodedEmbedding,
  type ReadingOptions,
  type Scope,
} from '../domain/embedding.ts'
import { EmbedlineError } from '../domain/errors.ts'
import type { Opened } from '../lib/closing.ts'
import { heapBytesOf } from '../lib/heapBytes.ts'
import { moduleBeside } from '../lib/moduleBeside.ts'
import type { Counts } from './counts.ts'
import { FIRST_PAGE, type EmbeddingPage, type PageEntry, type PageKey } from './embeddingPage.ts'
import { pageAt } from './position.ts'
import type { ReaderAnswer, ReaderQuestion } from './readerMessages.ts'
import type { ReaderStart } from './readerThread.ts'

/** Reads results without keeping the main thread from anything else. */
export interface Results extends Opened {
  /**
   * The vectors of a task in reading order, in pages of up to a megabyte of JSON. A page is read when it is asked for,
   * so that whoever stops in the middle leaves nothing behind.
   */
  embeddings(taskId: string, options?: ReadingOptions): AsyncIterable<readonly EncodedEmbedding[]>
  /** How many tasks and items there are. */
  counts(nowMs: number): Promise<Counts>
  /** Heap of the thread; undefined while it does not run. */
  heapBytes(): Promise<number | undefined>
}

interface Thread {
  counts(nowMs: number): Promise<Counts>
  heapBytes(): Promise<number | undefined>
  page(taskId: string, after: PageKey, options: ReadingOptions): Promise<EmbeddingPage>
  close(): Promise<void>
}

/**
 * Results read from the database `file` by a thread with a read-only connection of its own. The thread starts with the
 * first question, and again after one that died. Throws `storage_unavailable` while reading.
 */
export function openResults(file: string): Results {
  let thread: Thread | undefined
  let isClosed = false

  function runningThread(): Thread {
    if (isClosed) throw new EmbedlineError('storage_unavailable', 'the results are closed')
    thread ??= startThread(file, () => (thread = undefined))
    return thread
  }

  async function* embeddings(
    taskId: string,
    options: ReadingOptions = {},
  ): AsyncGenerator<readonly EncodedEmbedding[]> {
    for (let after: PageKey | undefined = FIRST_PAGE; after !== undefined;) {
      const page: EmbeddingPage = await runningThread().page(taskId, after, options)
      if (page.entries.length > 0) yield decodePage(page)
      after = page.next
    }
  }

  return {
    embeddings,
    counts: async (nowMs) => runningThread().counts(nowMs),
    heapBytes: async () => thread?.heapBytes(),
    async close() {
      isClosed = true
      await thread?.close()
    },
  }
}

function startThread(file: string, onEnd: () => void): Thread {
  const worker = new Worker(moduleBeside('readerThread', import.meta.url), {
    workerData: { file } satisfies ReaderStart,
    // Of the variables it needs none, and some are secrets.
    env: {},
  })
  const waiting = new Map<number, PromiseWithResolvers<ReaderAnswer>>()
  let lastId = 0
  let cause: unknown
  const ended = new Promise<void>((resolve) => {
    worker.on('error', (error) => (cause = error))
    worker.on('exit', () => {
      onEnd()
      for (const { reject } of waiting.values())
        reject(new EmbedlineError('storage_unavailable', 'the reader thread ended', { cause }))
      resolve()
    })
  })
  worker.on('message', (answer: ReaderAnswer) => {
    const asked = waiting.get(answer.id)
    waiting.delete(answer.id)
    if ('failure' in answer) asked?.reject(new EmbedlineError(answer.failure.code, answer.failure.message))
    else asked?.resolve(answer)
  })
  const tell = (question: ReaderQuestion) => worker.postMessage(question)
  const ask = (question: (id: number) => ReaderQuestion) => {
    const asked = Promise.withResolvers<ReaderAnswer>()
    const id = ++lastId
    waiting.set(id, asked)
    tell(question(id))
    return asked.promise
  }
  return {
    async page(taskId, after, options) {
      const answer = await ask((id) => ({ kind: 'page', id, taskId, after, ...options }))
      if ('page' in answer) return answer.page
      throw new Error('the reader thread answered another question')
    },
    async counts(nowMs) {
      const answer = await ask((id) => ({ kind: 'counts', id, nowMs }))
      if ('counts' in answer) return answer.counts
      throw new Error('the reader thread answered another question')
    },
    heapBytes: () => heapBytesOf(worker),
    async close() {
      tell({ kind: 'close' })
      await ended
    },
  }
}

function decodePage({ entries, bytes }: EmbeddingPage): EncodedEmbedding[] {
  let start = 0
  return entries.map((entry) => {
    const vectorJson = bytes.subarray(start, entry.end)
    start = entry.spreadEnd ?? entry.end
    const uncertaintyJson = entry.spreadEnd === undefined ? undefined : bytes.subarray(entry.end, start)
    return { ...wordsOf(entry), vectorJson, ...(uncertaintyJson && { uncertaintyJson }) }
  })
}

function wordsOf(entry: PageEntry): Omit<EncodedEmbedding, 'vectorJson'> {
  const modality = MODALITIES[entry.modalityOrder]
  const scope = SCOPES[entry.scopeOrder]
  if (!modality || !scope)
    throw new Error('an embedding has a modality or a scope that this version does not know')
  return { modality, scope, space: entry.space, ...PLACE[scope](entry) }
}

type Place = Pick<EncodedEmbedding, 'startSec' | 'endSec' | 'page' | 'quadrant' | 'chunk'>

const NO_TIME = { startSec: 0, endSec: 0 }

const timeOf = ({ position, endMs }: PageEntry): Place => ({
  startSec: position / 1000,
  endSec: endMs / 1000,
})

/** What the position of a vector says. */
const PLACE: Readonly<Record<Scope, (entry: PageEntry) => Place>> = {
  clip: timeOf,
  asset: timeOf,
  page: ({ position }) => ({ ...NO_TIME, ...pageAt(position) }),
  chunk: ({ position }) => ({ ...NO_TIME, chunk: position }),
}
