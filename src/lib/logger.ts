import type { Clock } from './clock.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** Words for the line, never a secret, a key or a vector. */
export type LogFields = Readonly<Record<string, unknown>>

/** One line of JSON per call. `child` returns a logger whose lines all carry `fields`. */
export interface Logger {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
  child(fields: LogFields): Logger
}

const RANK: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 }

export interface LoggerParts {
  write: (line: string) => void
  clock: Pick<Clock, 'nowMs'>
  level: LogLevel
}

export function makeLogger({ write, clock, level }: LoggerParts, always: LogFields = {}): Logger {
  const line = (of: LogLevel) => (message: string, fields?: LogFields) => {
    if (RANK[of] < RANK[level]) return
    const words = { time: new Date(clock.nowMs()).toISOString(), level: of, message, ...always, ...fields }
    write(`${JSON.stringify(words, readable)}\n`)
  }
  return {
    debug: line('debug'),
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    child: (fields) => makeLogger({ write, clock, level }, { ...always, ...fields }),
  }
}

// An Error has no enumerable words of its own, and a vector is never worth a line.
const readable = (_key: string, value: unknown): unknown => {
  if (value instanceof Error)
    return { name: value.name, message: value.message, stack: value.stack, cause: value.cause }
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
  return value
}
