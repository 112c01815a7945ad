import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'

/** A process and whatever it starts, which end together. */
export interface ProcessGroup {
  readonly child: ChildProcessByStdio<null, Readable, Readable>
  /** Settles when it has ended and let go of its output, or could not be started. */
  readonly gone: Promise<void>
  /** Kills all of it and drops what it has not handed over. May be called at any time. */
  readonly end: () => void
}

/** Starts a command without standard input. That it cannot be started is told by the `error` event of the child. */
export function startGroup([command, ...programArguments]: readonly [string, ...string[]]): ProcessGroup {
  const child = spawn(command, programArguments, { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  // Else Node throws away what nobody has read when the process ends, and a short file may be decoded before its turn.
  child.stdout.on('readable', () => {})
  let isGone = false
  const gone = new Promise<void>((resolve) => {
    child.once('close', () => {
      isGone = true
      resolve()
    })
  })
  return {
    child,
    gone,
    end() {
      // Also when the process itself is gone: it may have left another one that holds its output.
      if (!isGone && child.pid !== undefined) kill(child.pid)
      child.stdout.destroy()
    },
  }
}

function kill(group: number): void {
  try {
    process.kill(-group, 'SIGKILL')
  } catch {
    // All of it ended in this moment.
  }
}
