import type { Clock } from './clock.ts'

export interface GatherParts<Given, Outcome> {
  /** Does the work for all that was gathered, and returns the outcomes in the same order. */
  run: (gathered: readonly Given[]) => Promise<readonly Outcome[]>
  /** With so many it runs at once. */
  most: number
  /** So long it waits for more. */
  waitMs: number
  clock: Clock
}

/**
 * Gathers what is given one by one, to do the work together where that costs less. When it fails for all, it is done
 * one by one, so that each is told of its own failure only.
 */
export function makeGather<Given, Outcome>({
  run,
  most,
  waitMs,
  clock,
}: GatherParts<Given, Outcome>): (given: Given) => Promise<Outcome> {
  type Waiting = PromiseWithResolvers<Outcome> & { given: Given }
  let waiting: Waiting[] = []
  let waited = new AbortController()

  async function runAll(all: readonly Waiting[]) {
    try {
      const outcomes = await run(all.map(({ given }) => given))
      for (const [at, { resolve }] of all.entries()) resolve(outcomes[at] as Outcome)
    } catch (failure) {
      const [first] = all
      if (all.length === 1) first?.reject(failure)
      else for (const each of all) await runAll([each])
    }
  }

  function go() {
    const all = waiting
    waiting = []
    waited.abort('gone')
    waited = new AbortController()
    if (all.length > 0) void runAll(all)
  }

  async function goLater(signal: AbortSignal) {
    if (waitMs > 0) await clock.sleep(waitMs, signal)
    if (!signal.aborted) go()
  }

  return (given) => {
    const asked: Waiting = { given, ...Promise.withResolvers<Outcome>() }
    waiting.push(asked)
    if (waiting.length >= most) go()
    else if (waiting.length === 1) void goLater(waited.signal)
    return asked.promise
  }
}
