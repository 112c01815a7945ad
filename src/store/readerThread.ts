import { parentPort, workerData, type MessagePort, type Transferable } from 'node:worker_threads'
import { EmbedlineError } from '../domain/errors.ts'
import { readChunks } from './chunkPage.ts'
import { countAll } from './counts.ts'
import { readPage } from './embeddingPage.ts'
import type { StoreLocation } from './location.ts'
import type { ReaderAnswer, ReaderFailure, ReaderQuestion } from './readerMessages.ts'
import { openReading, type Reading } from './reading.ts'

/** What the thread is started with. */
export interface ReaderStart {
  location: StoreLocation
}

if (parentPort) await answerQuestions(parentPort, workerData as ReaderStart)

type Asked = Exclude<ReaderQuestion, { kind: 'close' }>

async function answerQuestions(port: MessagePort, { location }: ReaderStart): Promise<void> {
  const reading = await openReading(location)
  const running = new Set<Promise<void>>()

  async function answer(question: Asked): Promise<void> {
    const { id } = question
    try {
      const { answer: found, moved } = await answerTo(reading, question)
      port.postMessage(found, moved)
    } catch (error) {
      port.postMessage({ id, failure: failureFrom(error) } satisfies ReaderAnswer)
    }
  }

  async function close(): Promise<void> {
    await Promise.all(running)
    await reading.close()
    port.close()
  }

  port.on('message', (question: ReaderQuestion) => {
    if (question.kind === 'close') return void close()
    const answered = answer(question)
    running.add(answered)
    void answered.finally(() => running.delete(answered))
  })
}

interface Found {
  answer: ReaderAnswer
  /** Goes over without being copied. */
  moved: Transferable[]
}

async function answerTo({ db }: Reading, question: Asked): Promise<Found> {
  const { id } = question
  switch (question.kind) {
    case 'counts':
      return { answer: { id, counts: await countAll(db, question.nowMs) }, moved: [] }
    case 'chunks': {
      const chunks = await readChunks(db, question.order)
      return { answer: { id, chunks }, moved: [chunks.bytes.buffer] }
    }
    case 'page': {
      const page = await readPage(db, question.order)
      return { answer: { id, page }, moved: [page.bytes.buffer] }
    }
  }
}

function failureFrom(error: unknown): ReaderFailure {
  if (error instanceof EmbedlineError) return { code: error.code, message: error.message }
  return { code: 'internal', message: error instanceof Error ? error.message : String(error) }
}
