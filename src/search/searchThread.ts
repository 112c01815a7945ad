import { parentPort, workerData, type MessagePort } from 'node:worker_threads'
import { setImmediate } from 'node:timers/promises'
import { EmbedlineError } from '../domain/errors.ts'
import { makeHeldVectors } from './heldVectors.ts'
import type { Loader } from './loader.ts'
import type {
  SearchAnswer,
  SearchCall,
  SearchCalls,
  SearchFailure,
  SearchQuestion,
  SearchStart,
} from './searchMessages.ts'

type Asked = Exclude<SearchQuestion, { call: 'close' }>

if (parentPort) await answerQuestions(parentPort, workerData as SearchStart)

async function answerQuestions(
  port: MessagePort,
  { loader: module, memoryBytes }: SearchStart,
): Promise<void> {
  const { openLoader } = (await import(module.url)) as {
    openLoader: (settings: unknown) => Loader | Promise<Loader>
  }
  const loader = await openLoader(module.settings)
  const held = makeHeldVectors({ loader, memoryBytes, turn: () => setImmediate() })
  const running = new Set<Promise<void>>()

  const find = (question: Asked): Promise<SearchCalls[SearchCall]['answer']> => {
    switch (question.call) {
      case 'find':
        return held.find(question.order)
      case 'findTasks':
        return held.findTasks(question.order)
      case 'findFiles':
        return held.findFiles(question.order)
      case 'chunkCounts':
        return held.chunkCounts(question.order)
    }
  }

  async function answer(question: Asked): Promise<void> {
    const { id } = question
    try {
      port.postMessage({ id, answer: await find(question) } satisfies SearchAnswer)
    } catch (failure) {
      port.postMessage({ id, failure: failureFrom(failure) } satisfies SearchAnswer)
    }
  }

  async function close(): Promise<void> {
    await Promise.all(running)
    await loader.close()
    port.close()
  }

  port.on('message', (question: SearchQuestion) => {
    if (question.call === 'close') return void close()
    const answered = answer(question)
    running.add(answered)
    void answered.finally(() => running.delete(answered))
  })
}

function failureFrom(failure: unknown): SearchFailure {
  if (failure instanceof EmbedlineError) return { code: failure.code, message: failure.message }
  return { code: 'internal', message: failure instanceof Error ? failure.message : String(failure) }
}
