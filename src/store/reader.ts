import { Worker } from 'node:worker_threads'
import {
  MODALITIES,
  SCOPES,
  type ChunkReadingOptions,
  type EmbeddingKey,
  type EncodedChunk,
  type ReadingOptions,
  type StoredEmbedding,
} from '../domain/embedding.ts'
import { EmbedlineError } from '../domain/errors.ts'
import type { Opened } from '../lib/closing.ts'
import { heapBytesOf } from '../lib/heapBytes.ts'
import { moduleBeside } from '../lib/moduleBeside.ts'
import { FIRST_CHUNK, type ChunkKey, type ChunkOrder, type ChunkPage } from './chunkPage.ts'
import type { Counts } from './counts.ts'
import {
  FIRST_PAGE,
  type EmbeddingPage,
  type PageEntry,
  type PageKey,
  type PageOrder,
} from './embeddingPage.ts'
import type { StoreLocation } from './location.ts'
import { placeAt } from './position.ts'
import type { ReaderAnswer, ReaderQuestion } from './readerMessages.ts'
import type { ReaderStart } from './readerThread.ts'

/** Reads results without keeping the main thread from anything else. */
export interface Results extends Opened {
  /**
   * The vectors of a task in reading order, in pages of up to a megabyte. A page is read when it is asked for, so that
   * whoever stops in the middle leaves nothing behind.
   */
  embeddings(taskId: string, options?: ReadingOptions): AsyncIterable<readonly StoredEmbedding[]>
  /** The same of the chunks of an embedded bucket that are searched now. */
  chunks(bucketId: number, options?: ChunkReadingOptions): AsyncIterable<readonly EncodedChunk[]>
  /** How many tasks and items there are. */
  counts(nowMs: number): Promise<Counts>
  /** Heap of the thread; undefined while it does not run. */
  heapBytes(): Promise<number | undefined>
}

interface Thread {
  counts(nowMs: number): Promise<Counts>
  heapBytes(): Promise<number | undefined>
  page(order: PageOrder): Promise<EmbeddingPage>
  chunks(order: ChunkOrder): Promise<ChunkPage>
  close(): Promise<void>
}

/**
 * Results read from the database by a thread with read-only connections of its own. The thread starts with the
 * first question, and again after one that died. Throws `storage_unavailable` while reading.
 */
export function openResults(location: StoreLocation): Results {
  let thread: Thread | undefined
  let isClosed = false

  function runningThread(): Thread {
    if (isClosed) throw new EmbedlineError('storage_unavailable', 'the results are closed')
    thread ??= startThread(location, () => (thread = undefined))
    return thread
  }

  async function* embeddings(
    taskId: string,
    { after: first, limit, ...options }: ReadingOptions = {},
  ): AsyncGenerator<readonly StoredEmbedding[]> {
    const read = (after: PageKey, left: number) =>
      runningThread().page({ ...options, taskId, after, limit: left })
    for await (const page of pagesFrom(first ? pageKeyOf(first) : FIRST_PAGE, limit, read))
      yield decodePage(page)
  }

  async function* chunks(
    bucketId: number,
    { after: first, limit, ...options }: ChunkReadingOptions = {},
  ): AsyncGenerator<readonly EncodedChunk[]> {
    const read = (after: ChunkKey, left: number) =>
      runningThread().chunks({ ...options, bucketId, after, limit: left })
    for await (const page of pagesFrom(first ?? FIRST_CHUNK, limit, read)) yield decodeChunks(page)
  }

  return {
    embeddings,
    chunks,
    counts: async (nowMs) => runningThread().counts(nowMs),
    heapBytes: async () => thread?.heapBytes(),
    async close() {
      isClosed = true
      await thread?.close()
    },
  }
}

function startThread(location: StoreLocation, onEnd: () => void): Thread {
  const worker = new Worker(moduleBeside('readerThread', import.meta.url), {
    workerData: { location } satisfies ReaderStart,
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
    async page(order) {
      const answer = await ask((id) => ({ kind: 'page', id, order }))
      if ('page' in answer) return answer.page
      throw new Error('the reader thread answered another question')
    },
    async chunks(order) {
      const answer = await ask((id) => ({ kind: 'chunks', id, order }))
      if ('chunks' in answer) return answer.chunks
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

/** Pages one after the other, none of them empty, with at most `limit` entries in all. */
async function* pagesFrom<Key, Page extends { entries: readonly unknown[]; next?: Key }>(
  first: Key,
  limit = Number.POSITIVE_INFINITY,
  read: (after: Key, left: number) => Promise<Page>,
): AsyncGenerator<Page> {
  let left = limit
  for (let after: Key | undefined = first; after !== undefined && left > 0;) {
    const page: Page = await read(after, left)
    if (page.entries.length > 0) yield page
    left -= page.entries.length
    after = page.next
  }
}

const pageKeyOf = ({ scope, position, modality }: EmbeddingKey): PageKey => ({
  scopeOrder: SCOPES.indexOf(scope),
  position,
  modalityOrder: MODALITIES.indexOf(modality),
})

function decodeChunks({ entries, bytes }: ChunkPage): EncodedChunk[] {
  let start = 0
  return entries.map(({ end, modelId, modelRevision, ...chunk }) => {
    const vectorJson = bytes.subarray(start, end)
    start = end
    return { ...chunk, model: { id: modelId, revision: modelRevision }, vectorJson }
  })
}

function decodePage({ entries, bytes }: EmbeddingPage): StoredEmbedding[] {
  let start = 0
  return entries.map((entry) => {
    const vectorJson = bytes.subarray(start, entry.end)
    start = entry.spreadEnd ?? entry.end
    const uncertaintyJson = entry.spreadEnd === undefined ? undefined : bytes.subarray(entry.end, start)
    return { ...wordsOf(entry), vectorJson, ...(uncertaintyJson && { uncertaintyJson }) }
  })
}

function wordsOf(entry: PageEntry): Omit<StoredEmbedding, 'vectorJson'> {
  const modality = MODALITIES[entry.modalityOrder]
  const scope = SCOPES[entry.scopeOrder]
  if (!modality || !scope)
    throw new Error('an embedding has a modality or a scope that this version does not know')
  const { position, space, dimension } = entry
  return { modality, scope, position, space, dimension, ...placeAt(scope, entry) }
}
