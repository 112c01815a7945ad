import type { ChildProcess } from 'node:child_process'
import { EmbedlineError } from '../domain/errors.ts'
import { readableComplaint } from './complaints.ts'
import { startGroup } from './processGroup.ts'
import type { Tools } from './tools.ts'

export interface ProgramOptions {
  /** Ends the program at once. */
  signal?: AbortSignal
  /** A program that writes nothing for so long while its output is waited for is ended as `decoder_stalled`. */
  stallMs: number
  /** One that runs longer in all is ended likewise; absent: no limit. */
  limitMs?: number
}

export interface RunningProgram {
  readonly pid: number | undefined
  /** The standard output, read as fast as it is asked for. Leaving it early ends the program. To be read once. */
  readonly output: AsyncGenerator<Buffer, void>
  /** The last it wrote on its standard error since this was asked; complete once the output has ended. */
  takeComplaints(): string
  /** True when it ended by itself and with code 0. */
  succeeded(): boolean
  /** Ends the program with all it started. It is gone when the promise settles. */
  stop(): Promise<void>
}

const KEPT_COMPLAINTS = 16_384

// What the programs of `Tools.wrap` exit with when the program behind them is not there, or is no program.
const NOT_STARTED = new Set([126, 127])

// What ffmpeg exits with when it was asked to end: it takes that for a person's wish, and what it wrote for enough.
const INTERRUPTED = 255

/**
 * Starts ffmpeg or ffprobe in a process group of its own. The output throws `aborted` when the signal is aborted,
 * `decoder_stalled` when nothing comes for `stallMs` or it runs longer than `limitMs`, `decoder_crashed` when a signal of
 * somebody else ended it, `internal` when the program cannot be started. A bad exit code is no error here: what was read
 * may be all that could be had, and only the caller knows.
 */
export function startProgram(
  tools: Tools,
  name: 'ffmpeg' | 'ffprobe',
  programArguments: readonly string[],
  { signal, stallMs, limitMs }: ProgramOptions,
): RunningProgram {
  const aborted = () => new EmbedlineError('aborted', `${name} was stopped.`)
  if (signal?.aborted) throw aborted()
  const { child, gone, end } = startGroup([...wrapped(tools, name), ...programArguments])
  let complaints = ''
  let failure: EmbedlineError | undefined
  let isStopped = false

  const fail = (reason: EmbedlineError): void => {
    failure ??= reason
    end()
  }
  const throwFailure = (): void => {
    if (failure) throw failure
  }
  const cannotStart = (cause: unknown) =>
    new EmbedlineError('internal', `${name} cannot be started.`, { cause })
  const failAfter = (timeMs: number, what: string) =>
    setTimeout(
      () => fail(new EmbedlineError('decoder_stalled', `${name} ${what} ${timeMs / 1000} s.`)),
      timeMs,
    )

  const limit = limitMs === undefined ? undefined : failAfter(limitMs, 'ran longer than')
  const onAbort = () => fail(aborted())
  signal?.addEventListener('abort', onAbort, { once: true })
  void gone.then(() => {
    clearTimeout(limit)
    signal?.removeEventListener('abort', onAbort)
  })
  child.once('error', (cause) => fail(cannotStart(cause)))
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-KEPT_COMPLAINTS)
  })

  async function stop(): Promise<void> {
    isStopped = true
    end()
    await gone
  }

  async function* output(): AsyncGenerator<Buffer, void> {
    const chunks = child.stdout[Symbol.asyncIterator]()
    try {
      for (;;) {
        // The clock runs only while we wait for the program: a slow reader is not its fault.
        const stall = failAfter(stallMs, 'wrote nothing for')
        const next = await nextOrGone(chunks, gone).finally(() => clearTimeout(stall))
        if (next === undefined && NOT_STARTED.has(child.exitCode ?? 0)) fail(cannotStart(complaints))
        if (next === undefined && !isStopped && wasKilled(child)) fail(crashed(name, child.signalCode))
        throwFailure()
        if (next === undefined) return
        yield next
        throwFailure()
      }
    } finally {
      await stop()
    }
  }

  return {
    pid: child.pid,
    output: output(),
    takeComplaints() {
      const taken = complaints
      complaints = ''
      return taken
    },
    succeeded: () => child.exitCode === 0,
    stop,
  }
}

/** The program with what goes before it. */
function wrapped({ wrap, ...programs }: Tools, name: 'ffmpeg' | 'ffprobe'): [string, ...string[]] {
  const [first, ...others] = wrap
  return first === undefined ? [programs[name]] : [first, ...others, programs[name]]
}

const wasKilled = ({ signalCode, exitCode }: Pick<ChildProcess, 'signalCode' | 'exitCode'>): boolean =>
  signalCode !== null || exitCode === INTERRUPTED

/** What it wrote until then looks like a file that ends early, and is not. */
function crashed(name: string, signal: NodeJS.Signals | null): EmbedlineError {
  const how =
    signal === 'SIGKILL'
      ? 'was killed (SIGKILL): the machine may be short of memory'
      : `ended by ${signal ?? 'a signal'}`
  return new EmbedlineError('decoder_crashed', `${name} ${how}.`)
}

/** The next chunk; undefined when there is none and the process is gone too. */
async function nextOrGone(chunks: AsyncIterator<unknown>, gone: Promise<void>): Promise<Buffer | undefined> {
  try {
    const next = await chunks.next()
    if (!next.done) return next.value as Buffer
  } catch {
    // The pipe was destroyed: whoever did that has noted why.
  }
  await gone
  return undefined
}

/**
 * Runs a program to its end and returns what it wrote, at most `limitBytes`. Throws what the output throws, and
 * `media_unreadable` with the program's own words when the exit code is bad or the output too long.
 */
export async function runProgram(
  tools: Tools,
  name: 'ffmpeg' | 'ffprobe',
  programArguments: readonly string[],
  options: ProgramOptions & { limitBytes: number },
): Promise<{ output: Buffer; complaints: string }> {
  const program = startProgram(tools, name, programArguments, options)
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of program.output) {
    sizeBytes += chunk.length
    if (sizeBytes > options.limitBytes)
      throw new EmbedlineError('media_unreadable', `${name} found too much to say about this file.`)
    chunks.push(chunk)
  }
  const complaints = program.takeComplaints()
  if (!program.succeeded()) throw new EmbedlineError('media_unreadable', readableComplaint(complaints))
  return { output: Buffer.concat(chunks), complaints }
}
