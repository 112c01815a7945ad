import { EmbedlineError } from '../domain/errors.ts'

/** The turn of one work among all of its key. */
export interface Turn {
  /** Runs a step; no later turn begins before it has ended. Throws `aborted` when a later turn has been asked for. */
  step<T>(work: () => Promise<T>): Promise<T>
}

/** Runs the newest work of each key: it waits for no more than the current step of the one that it takes over from. */
export type Takeover = <T>(key: string, work: (turn: Turn) => Promise<T>) => Promise<T>

interface Running {
  isOver: boolean
  /** Never rejects. */
  step: Promise<unknown>
}

export function makeTakeover(): Takeover {
  const newest = new Map<string, Running>()
  return async (key, work) => {
    const before = newest.get(key)
    // Whoever comes next also waits for those that this one waits for.
    const mine: Running = { isOver: false, step: before?.step ?? Promise.resolve() }
    if (before) before.isOver = true
    newest.set(key, mine)
    try {
      await mine.step
      return await work({ step: (each) => runStep(mine, each) })
    } finally {
      if (newest.get(key) === mine) newest.delete(key)
    }
  }
}

async function runStep<T>(running: Running, work: () => Promise<T>): Promise<T> {
  if (running.isOver) throw new EmbedlineError('aborted', 'A later request does the same.')
  const result = work()
  running.step = result.catch(() => {})
  return result
}
