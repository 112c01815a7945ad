import { sendable, wasAborted } from './failures.ts'
import { makeStopwatch, onStopwatch, type Stopwatch } from './stopwatch.ts'
import type {
  Answer,
  Ask,
  CallMessage,
  ChildSettings,
  Part,
  RequestName,
  ToChild,
  ToParent,
} from './protocol.ts'

/** What a handler may do beside answering. */
export interface CallTools<Name extends RequestName = RequestName> {
  /** Aborted when the parent takes the call back, or is gone. */
  signal: AbortSignal
  /** Tells the parent that a unit is done, so that it does not take the call for hung. */
  unitDone: () => void
  /** Hands a part to the parent and returns when it is settled there. Throws `aborted` when the call is taken back. */
  handOver: (part: Part<Name>) => Promise<void>
}

export type Handlers = {
  [Name in RequestName]: (ask: Ask<Name>, call: CallTools<Name>) => Promise<Answer<Name>>
}

/** The child's end of the pipe to its parent. */
export interface ParentPipe {
  send(message: ToParent): void
  onMessage(listener: (message: ToChild) => void): void
}

interface RunningCall {
  abort: AbortController
  taken: PromiseWithResolvers<void>
  stopwatch: Stopwatch
}

/**
 * Answers the parent's requests by the handlers that `makeHandlers` makes of the settings, the first message.
 * The returned function takes all running calls back.
 */
export function serveParent(
  pipe: ParentPipe,
  makeHandlers: (settings: ChildSettings) => Handlers,
): () => void {
  const calls = new Map<number, RunningCall>()
  let handlers: Handlers | undefined

  async function answer(message: CallMessage) {
    const { id } = message
    const stopwatch = makeStopwatch()
    const running = { abort: new AbortController(), taken: Promise.withResolvers<void>(), stopwatch }
    calls.set(id, running)
    try {
      if (!handlers) throw new Error('a request came before the settings')
      const known = handlers
      const answered = await onStopwatch(stopwatch, () =>
        handle(known, message, callTools(pipe, id, running)),
      )
      pipe.send({ type: 'answer', id, answer: answered, timings: stopwatch.take() })
    } catch (thrown) {
      const failure = running.abort.signal.aborted ? running.abort.signal.reason : thrown
      pipe.send({ type: 'failure', id, failure: sendable(failure), timings: stopwatch.take() })
    } finally {
      calls.delete(id)
    }
  }

  pipe.onMessage((message) => {
    switch (message.type) {
      case 'settings':
        handlers = makeHandlers(message.settings)
        return pipe.send({ type: 'ready' })
      case 'call':
        return void answer(message)
      case 'cancel':
        return calls.get(message.id)?.abort.abort(wasAborted())
      case 'taken':
        return calls.get(message.id)?.taken.resolve()
      case 'ping':
        return pipe.send({ type: 'pong', residentBytes: process.memoryUsage.rss() })
    }
  })
  return () => {
    for (const { abort } of calls.values()) abort.abort(wasAborted())
  }
}

const handle = <Name extends RequestName>(
  handlers: Handlers,
  { name, ask }: CallMessage<Name>,
  call: CallTools<Name>,
): Promise<Answer<Name>> => handlers[name](ask, call)

function callTools(pipe: ParentPipe, id: number, running: RunningCall): CallTools {
  const { signal } = running.abort
  return {
    signal,
    unitDone: () => pipe.send({ type: 'unit', id }),
    async handOver(part) {
      running.taken = Promise.withResolvers()
      pipe.send({ type: 'part', id, part, timings: running.stopwatch.take() })
      const stop = () => running.taken.reject(signal.reason)
      if (signal.aborted) stop()
      signal.addEventListener('abort', stop, { once: true })
      try {
        await running.taken.promise
      } finally {
        signal.removeEventListener('abort', stop)
      }
    },
  }
}
