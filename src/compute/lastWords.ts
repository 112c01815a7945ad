import type { Readable } from 'node:stream'
import type { Clock } from '../lib/clock.ts'

const KEPT_CHARACTERS = 2_000
const PATIENCE_MS = 500

/** The end of what a process writes on its standard error, for the log. */
export interface LastWords {
  /** So far. */
  words(): string
  /** Ends when nothing more can come, or soon: a grandchild may hold the pipe open. */
  complete(clock: Clock): Promise<void>
}

/** Reads `stderr` to its end and remembers the last 2,000 characters. */
export function keepLastWords(stderr: Readable | null): LastWords {
  let words = ''
  stderr?.setEncoding('utf8').on('data', (more: string) => {
    words = (words + more).slice(-KEPT_CHARACTERS)
  })
  const closed = new Promise<void>((resolve) => (stderr ? stderr.once('close', resolve) : resolve()))
  return {
    words: () => words,
    async complete(clock) {
      const enough = new AbortController()
      await Promise.race([closed, clock.sleep(PATIENCE_MS, enough.signal)])
      enough.abort()
    },
  }
}
