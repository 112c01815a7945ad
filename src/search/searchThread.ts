import { parentPort, workerData, type MessagePort } from 'node:worker_threads'
import { setImmediate } from 'node:timers/promises'
import { EmbedlineError } from '../domain/errors.ts'
import { makeHeldBuckets } from './heldBuckets.ts'
import type { Loader } from './loader.ts'
import type { SearchAnswer, SearchFailure, SearchQuestion, SearchStart } from './searchMessages.ts'

if (parentPort) await answerQuestions(parentPort, workerData as SearchStart)

async function answerQuestions(
  port: MessagePort,
  { loader: module, memoryBytes }: SearchStart,
): Promise<void> {
  const { openLoader } = (await import(module.url)) as { openLoader: (settings: unknown) => Loader }
  const loader = openLoader(module.settings)
  const buckets = makeHeldBuckets({ loader, memoryBytes, turn: () => setImmediate() })
  const running = new Set<Promise<void>>()

  async function answer({ id, order }: SearchQuestion & { kind: 'find' }): Promise<void> {
    try {
      port.postMessage({ id, hits: await buckets.find(order) } satisfies SearchAnswer)
    } catch (failure) {
      port.postMessage({ id, failure: failureFrom(failure) } satisfies SearchAnswer)
    }
  }

  async function close(): Promise<void> {
    await Promise.all(running)
    loader.close()
    port.close()
  }

  port.on('message', (question: SearchQuestion) => {
    if (question.kind === 'close') return void close()
    const answered = answer(question)
    running.add(answered)
    void answered.finally(() => running.delete(answered))
  })
}

function failureFrom(failure: unknown): SearchFailure {
  if (failure instanceof EmbedlineError) return { code: failure.code, message: failure.message }
  return { code: 'internal', message: failure instanceof Error ? failure.message : String(failure) }
}
