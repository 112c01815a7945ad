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
    if (all.length > 0) void runAll(all)
  }

  async function goLater(those: readonly Waiting[]) {
    if (waitMs > 0) await clock.sleep(waitMs)
    // Otherwise they have gone, because they were enough.
    if (waiting === those) go()
  }

  return (given) => {
    const asked: Waiting = { given, ...Promise.withResolvers<Outcome>() }
    waiting.push(asked)
    if (waiting.length >= most) go()
    else if (waiting.length === 1) void goLater(waiting)
    return asked.promise
  }
}
