import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { descendants } from '../test/support/processTable.ts'

/** A server or a worker that is killed and started again. */
export interface Member {
  readonly name: string
  /** Up, and neither frozen nor about to be something else. */
  readonly isUp: boolean
  readonly pid: number
  /** Since when it runs and since when it says that it is up, milliseconds since 1970. */
  readonly start: { spawnedMs: number; upMs: number }
  /** The name by which it is the worker of items; empty until it has said it. */
  readonly worker: string
  /** Starts it and waits until it says that it is up. */
  begin(): Promise<void>
  /** `kill -9`, and waits until it is gone. */
  kill(): Promise<void>
  /** Stops it and everything below it where they stand, for so long. */
  freeze(ms: number): Promise<void>
  /** Asks it to stop and returns its exit code. */
  end(): Promise<number | null>
  /** Messages of its log of level error, with how often they came. */
  readonly errors: ReadonlyMap<string, number>
}

export interface MemberParts {
  name: string
  command: readonly string[]
  environment: Readonly<Record<string, string>>
  /** What it prints when it is up. */
  upLine: RegExp
  /** All it prints goes there. */
  logFile: string
}

const START_MS = 60_000

/** None of them outlives the one who started it. */
const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

export function makeMember({ name, command, environment, upLine, logFile }: MemberParts): Member {
  const [program = '', ...words] = command
  const errors = new Map<string, number>()
  let child: ChildProcess | undefined
  let exited: Promise<number | null> = Promise.resolve(null)
  let isUp = false
  let start = { spawnedMs: 0, upMs: 0 }
  let worker = ''

  function hear(line: string) {
    const { level, message, error, worker: name } = entryOf(line)
    if (message === 'takes up work') worker = name ?? ''
    if (level !== 'error') return
    const said = [message, error?.message].join(': ')
    errors.set(said, (errors.get(said) ?? 0) + 1)
  }

  async function begin() {
    const spawnedMs = Date.now()
    const log = createWriteStream(logFile, { flags: 'a' })
    const started = spawn(program, words, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    })
    child = started
    worker = ''
    const up = Promise.withResolvers<void>()
    const last: string[] = []
    for (const stream of [started.stdout, started.stderr])
      createInterface({ input: stream }).on('line', (line) => {
        log.write(`${line}\n`)
        last.push(line)
        if (last.length > 20) last.shift()
        if (upLine.test(line)) up.resolve()
        hear(line)
      })
    running.add(started)
    const failed = (how: string) => new Error(`${name} ${how}:\n${last.join('\n')}`)
    const timer = setTimeout(() => up.reject(failed('does not come up')), START_MS)
    exited = once(started, 'exit').then(([code]) => {
      isUp = false
      running.delete(started)
      up.reject(failed('ended before it was up'))
      log.end()
      return code as number | null
    })
    try {
      await up.promise
    } finally {
      clearTimeout(timer)
    }
    start = { spawnedMs, upMs: Date.now() }
    isUp = true
  }

  async function kill() {
    isUp = false
    child?.kill('SIGKILL')
    await exited
  }

  async function freeze(ms: number) {
    isUp = false
    const pid = child?.pid ?? 0
    const pids = [pid, ...(await descendants(pid)).map((row) => row.pid)]
    signalAll(pids, 'SIGSTOP')
    await new Promise((wake) => setTimeout(wake, ms))
    signalAll(pids.toReversed(), 'SIGCONT')
    isUp = child?.exitCode === null && child.signalCode === null
  }

  return {
    name,
    begin,
    kill,
    freeze,
    get isUp() {
      return isUp
    },
    get pid() {
      return child?.pid ?? 0
    },
    get worker() {
      return worker
    },
    get start() {
      return start
    },
    async end() {
      isUp = false
      child?.kill('SIGTERM')
      return exited
    },
    errors,
  }
}

interface LogLine {
  level?: string
  message?: string
  worker?: string
  error?: { message?: string }
}

/** The last line of a process that was killed may be cut. */
function entryOf(line: string): LogLine {
  try {
    return line.startsWith('{') ? (JSON.parse(line) as LogLine) : {}
  } catch {
    return {}
  }
}

function signalAll(pids: readonly number[], signal: NodeJS.Signals) {
  for (const pid of pids)
    try {
      process.kill(pid, signal)
    } catch {
      // It has ended meanwhile.
    }
}
