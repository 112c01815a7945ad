import { spawn } from 'node:child_process'
import type { ErrorCode } from '../domain/errors.ts'
import type { TakeTimings } from '../domain/timing.ts'
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import { type CallOptions, type Death, makeCalls } from './calls.ts'
import { keepLastWords } from './lastWords.ts'
import type { Answer, Ask, ChildSettings, RequestName, ToChild, ToParent } from './protocol.ts'
import { residentBytes } from './residentBytes.ts'

export interface ChildParts {
  /** The program and its arguments. */
  command: readonly string[]
  environment: Readonly<Record<string, string>>
  settings: ChildSettings
  /** A child that is larger is killed. */
  residentLimitBytes: number
  /** A child that says nothing for more beats is killed. Beats and not time: a machine that slept blames nobody. */
  hungAfterBeats: number
  /** A call that finishes no unit for more beats is a hang. */
  unitBeats: number
  /** How long the child may take to let go of a call that was taken back. */
  cancelMs: number
  /** Called when a call begins; what it returns is told what the child was busy with for it. */
  onCall?: () => TakeTimings
  clock: Clock
  logger: Logger
}

/** One compute child, seen from its parent. */
export interface Child {
  readonly pid: number | undefined
  /** How many calls it holds. */
  readonly waiting: number
  readonly isEmbedding: boolean
  /** How many documents it holds. */
  readonly documentCount: number
  /** True when it is up; calls that it gets before wait for that. */
  readonly isReady: boolean
  /** True from the moment it is dead or about to be: it must get no more calls. */
  readonly isDoomed: boolean
  /** As last measured. */
  readonly residentBytes: number
  readonly ended: Promise<ChildEnd>
  /** Ends by the answer or by an EmbedlineError; when the child dies, by the reason of that. */
  call<Name extends RequestName>(
    name: Name,
    ask: Ask<Name>,
    options?: CallOptions<Name>,
  ): Promise<Answer<Name>>
  /** Looks whether the child is well and kills it when it is not. To be called at even intervals. */
  beat(): Promise<void>
  /** Ends the child: in order when it goes within `graceMs`, else by force. Its calls end as `aborted`. */
  stop(graceMs: number): Promise<void>
}

export interface ChildEnd {
  code: ErrorCode
  message: string
  /** False when it died before it could serve. */
  wasReady: boolean
  /** The last it wrote on its standard error, for the log. */
  lastWords: string
}

/** Starts a child. It takes calls at once; they wait in the pipe until it is up. */
export function startChild(parts: ChildParts): Child {
  const { clock, logger } = parts
  const [program = '', ...programArguments] = parts.command
  // A group of its own: Ctrl-C on the terminal is for the server alone, and a kill is for all of the child.
  const child = spawn(program, programArguments, {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
    env: parts.environment,
    detached: true,
  })
  const ended = Promise.withResolvers<ChildEnd>()
  const calls = makeCalls({
    send,
    onStuck: (culprit) => kill({ code: 'child_hung', message: 'The work could not be stopped.', culprit }),
    cancelMs: parts.cancelMs,
    ...(parts.onCall && { onCall: parts.onCall }),
    clock,
    logger,
  })
  let death: Death | undefined
  let wasReady = false
  let silentBeats = 0
  let resident = 0
  const lastWords = keepLastWords(child.stderr)

  child.on('message', (message) => take(message as ToParent))
  child.on('error', (error) => child.pid === undefined && finish(`could not be started: ${error.message}`))
  child.once(
    'exit',
    (code, signal) =>
      void lastWords.complete(clock).then(() => finish(`ended by ${signal ?? `code ${code}`}`)),
  )
  send({ type: 'settings', settings: parts.settings })
  send({ type: 'ping' })

  function send(message: ToChild) {
    // What a dead child does not take is answered by its exit.
    if (child.connected) child.send(message, () => {})
  }

  function take(message: ToParent) {
    silentBeats = 0
    if (message.type === 'ready') wasReady = true
    else if (message.type === 'pong') resident = message.residentBytes
    else calls.take(message)
  }

  function finish(how: string) {
    death ??= { code: 'child_crashed', message: `The compute process ${how}.` }
    calls.endAll(death)
    ended.resolve({ code: death.code, message: death.message, wasReady, lastWords: lastWords.words() })
  }

  const hasExited = () => child.exitCode !== null || child.signalCode !== null

  function kill(reason: Death) {
    death ??= reason
    if (child.pid !== undefined && !hasExited()) process.kill(-child.pid, 'SIGKILL')
  }

  return {
    pid: child.pid,
    get waiting() {
      return calls.count
    },
    get isEmbedding() {
      return calls.countOf('embedSlices') + calls.countOf('embedPart') > 0
    },
    get documentCount() {
      return (['embedDocument', 'cutDocument', 'cutPart', 'embedBatch'] as const).reduce(
        (sum, name) => sum + calls.countOf(name),
        0,
      )
    },
    get isReady() {
      return wasReady
    },
    get isDoomed() {
      return death !== undefined || hasExited()
    },
    get residentBytes() {
      return resident
    },
    ended: ended.promise,
    call: (name, ask, options = {}) => calls.open(name, ask, options),
    async beat() {
      if (++silentBeats > Math.max(parts.hungAfterBeats, calls.patienceBeats))
        return kill({ code: 'child_hung', message: 'The compute process stopped answering.' })
      const culprit = calls.beat(parts.unitBeats)
      if (culprit !== undefined)
        return kill({ code: 'child_hung', message: 'The compute process made no progress.', culprit })
      send({ type: 'ping' })
      resident = (child.pid !== undefined && (await residentBytes(child.pid))) || resident
      if (resident > parts.residentLimitBytes)
        kill({ code: 'child_out_of_memory', message: 'The compute process took too much memory.' })
    },
    async stop(graceMs) {
      death ??= { code: 'aborted', message: 'The server is stopping.' }
      if (child.connected) child.disconnect()
      const isOver = new AbortController()
      await Promise.race([ended.promise, clock.sleep(graceMs, isOver.signal)])
      isOver.abort()
      kill(death)
      await ended.promise
    },
  }
}
