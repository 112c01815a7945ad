import { AsyncLocalStorage } from 'node:async_hooks'
import { EmbedlineError, type ErrorCode } from '../domain/errors.ts'
import type { TakeTimings } from '../domain/timing.ts'
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import { received, wasAborted } from './failures.ts'
import type { Answer, Ask, Part, RequestName, ToChild, ToParent } from './protocol.ts'

export interface CallOptions<Name extends RequestName> {
  signal?: AbortSignal | undefined
  /** Takes the parts; the child goes on when it returns. What it throws ends the call. */
  onPart?: (part: Part<Name>) => Promise<void>
  /** How many beats in a row the child may say nothing at all while it holds the call. */
  patienceBeats?: number
}

/** Why all calls of a child end. */
export interface Death {
  code: ErrorCode
  message: string
  /** The call that is known to be the cause. */
  culprit?: number
}

/** The calls that one child holds, as its parent keeps them. */
export interface Calls {
  readonly count: number
  countOf(name: RequestName): number
  /** Sends a request. Ends by the answer, or by the failure of whichever side ends it. */
  open<Name extends RequestName>(
    name: Name,
    ask: Ask<Name>,
    options: CallOptions<Name>,
  ): Promise<Answer<Name>>
  /** The most that a call allows. */
  readonly patienceBeats: number
  /** Takes what the child says about one of the calls. */
  take(message: Extract<ToParent, { id: number }>): void
  /** Counts a beat in which no unit was done, and returns a call that has had more than `unitBeats` of them. */
  beat(unitBeats: number): number | undefined
  endAll(death: Death): void
}

export interface CallsParts {
  send: (message: ToChild) => void
  /** A call that was taken back is still held after `cancelMs`. */
  onStuck: (id: number) => void
  cancelMs: number
  /** Called when a call begins; what it returns is told what the child was busy with for it. */
  onCall?: () => TakeTimings
  clock: Clock
  logger: Logger
}

interface Call {
  name: RequestName
  takeTimings: TakeTimings | undefined
  resolve: (answer: Answer<RequestName>) => void
  reject: (error: unknown) => void
  onPart: ((part: Part<RequestName>) => Promise<void>) | undefined
  patienceBeats: number
  /** The work on a part here. The call does not end before it. */
  settling: Promise<void>
  /** True while the child waits for `settling`. */
  isOurTurn: boolean
  /** Set when the call was taken back: what it ends by. */
  takenBackFor: unknown
  silentBeats: number
  over: AbortController
}

// Which requests may kill a child. A text is not among them: it is neither decoded nor large.
const IS_SUSPECT: Readonly<Record<RequestName, boolean>> = {
  loadModel: true,
  inspect: true,
  readCues: true,
  readSubtitles: true,
  embedSlices: true,
  embedPart: true,
  embedDocument: true,
  cutDocument: true,
  cutPart: true,
  embedTexts: false,
  embedBatch: true,
  embedSlicesNow: true,
  embedPicture: true,
  embedMixture: true,
  makeThumbnail: true,
  makeWaveform: true,
}

export function makeCalls({ send, onStuck, cancelMs, onCall, clock, logger }: CallsParts): Calls {
  const calls = new Map<number, Call>()
  let lastId = 0

  function end(id: number, how: (call: Call) => void) {
    const call = calls.get(id)
    if (!call) return
    calls.delete(id)
    call.over.abort('over')
    void call.settling.then(() => how(call))
  }

  function takeBack(id: number, reason: unknown) {
    const call = calls.get(id)
    if (!call || call.takenBackFor !== undefined) return
    call.takenBackFor = reason
    send({ type: 'cancel', id })
    void clock.sleep(cancelMs, call.over.signal).then(() => calls.has(id) && onStuck(id))
  }

  async function settlePart(id: number, call: Call, part: Part<RequestName>) {
    call.isOurTurn = true
    try {
      await call.onPart?.(part)
      if (calls.has(id)) send({ type: 'taken', id })
    } catch (thrown) {
      takeBack(id, thrown)
    }
    call.isOurTurn = false
  }

  return {
    get count() {
      return calls.size
    },
    countOf: (name) => calls.values().reduce((sum, call) => sum + Number(call.name === name), 0),
    get patienceBeats() {
      return calls.values().reduce((most, { patienceBeats }) => Math.max(most, patienceBeats), 0)
    },
    open(name, ask, { signal, onPart, patienceBeats = 0 }) {
      if (signal?.aborted) return Promise.reject(wasAborted())
      const { promise, resolve, reject } = Promise.withResolvers<Answer<typeof name>>()
      const id = ++lastId
      const over = new AbortController()
      calls.set(id, {
        name,
        takeTimings: onCall?.(),
        resolve: resolve as Call['resolve'], // the child answers a request by the answer of the same name
        reject,
        // and hands over its parts, of which the work here is a part of the caller's
        onPart: (onPart && AsyncLocalStorage.bind(onPart)) as Call['onPart'],
        patienceBeats,
        settling: Promise.resolve(),
        isOurTurn: false,
        takenBackFor: undefined,
        silentBeats: 0,
        over,
      })
      signal?.addEventListener('abort', () => takeBack(id, wasAborted()), { signal: over.signal })
      try {
        send({ type: 'call', id, name, ask })
      } catch (thrown) {
        end(id, (call) => call.reject(thrown))
      }
      return promise
    },
    take(message) {
      const { id } = message
      const call = calls.get(id)
      if (!call) return
      call.silentBeats = 0
      if (message.type !== 'unit' && message.timings.length > 0) call.takeTimings?.(message.timings)
      switch (message.type) {
        case 'unit':
          return
        case 'part':
          // It crossed with the cancel on the way; nobody wants it any more.
          if (call.takenBackFor !== undefined) return
          call.settling = settlePart(id, call, message.part)
          return
        case 'answer':
          return end(id, ({ resolve, reject, takenBackFor }) =>
            takenBackFor === undefined ? resolve(message.answer) : reject(takenBackFor),
          )
        case 'failure':
          if (message.failure.stack !== undefined)
            logger.error('a compute child failed in a way nobody foresaw', {
              call: call.name,
              ...message.failure,
            })
          return end(id, ({ reject, takenBackFor }) => reject(takenBackFor ?? received(message.failure)))
      }
    },
    beat(unitBeats) {
      for (const [id, call] of calls) {
        if (!call.isOurTurn) call.silentBeats++
        if (call.silentBeats > unitBeats) return id
      }
      return undefined
    },
    endAll({ code, message, culprit }) {
      const suspects = calls.values().filter(({ name }) => IS_SUSPECT[name])
      const isAlone = [...suspects].length <= 1
      for (const [id, { name }] of calls) {
        const isShared = culprit === undefined ? !isAlone : culprit !== id
        const sharedChild = IS_SUSPECT[name] && isShared && code !== 'aborted'
        const error = new EmbedlineError(code, message, { sharedChild })
        end(id, ({ reject, takenBackFor }) => reject(takenBackFor ?? error))
      }
    },
  }
}
