import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData, type MessagePort } from 'node:worker_threads'
import { EmbedlineError } from '../domain/errors.ts'
import { chunkReader } from './chunkPage.ts'
import { counter } from './counts.ts'
import { pageReader } from './embeddingPage.ts'
import type { ReaderAnswer, ReaderFailure, ReaderQuestion } from './readerMessages.ts'
import { toStorageError } from './storageError.ts'

/** What the thread is started with. */
export interface ReaderStart {
  file: string
}

if (parentPort) answerQuestions(parentPort, workerData as ReaderStart)

function answerQuestions(port: MessagePort, { file }: ReaderStart): void {
  const database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 })
  const readPage = pageReader(database)
  const readChunks = chunkReader(database)
  let count: ReturnType<typeof counter> | undefined
  port.on('message', (question: ReaderQuestion) => {
    if (question.kind === 'close') {
      database.close()
      port.close()
      return
    }
    const { id } = question
    try {
      if (question.kind === 'counts') {
        count ??= counter(database)
        port.postMessage({ id, counts: count(question.nowMs) } satisfies ReaderAnswer)
      } else if (question.kind === 'chunks') {
        const chunks = readChunks(question.order)
        port.postMessage({ id, chunks } satisfies ReaderAnswer, [chunks.bytes.buffer])
      } else {
        const page = readPage(question.order)
        port.postMessage({ id, page } satisfies ReaderAnswer, [page.bytes.buffer])
      }
    } catch (error) {
      port.postMessage({ id, failure: failureFrom(error, file) } satisfies ReaderAnswer)
    }
  })
}

function failureFrom(error: unknown, file: string): ReaderFailure {
  const known = toStorageError(error, file)
  if (known instanceof EmbedlineError) return { code: known.code, message: known.message }
  return { code: 'internal', message: known instanceof Error ? known.message : String(known) }
}
