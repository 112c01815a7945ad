import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import type { Writable } from 'node:stream'
import type { Output } from './command.ts'

/** A stream of the process as commands write to it. A stream whose reader is gone, or whose disk is full, ends nothing. */
export function outputTo(stream: Writable & { isTTY?: boolean }): Output {
  const gone = new AbortController()
  stream.on('error', () => gone.abort())
  stream.on('close', () => gone.abort())
  return {
    write: (text) => void stream.write(text),
    isTerminal: stream.isTTY === true,
    async drain() {
      // The failure of a write that was done at once is told in the next turn.
      await setImmediate()
      if (!gone.signal.aborted && stream.writableNeedDrain)
        await once(stream, 'drain', { signal: gone.signal }).catch(() => {})
      return !gone.signal.aborted
    },
  }
}
