import { taskPath } from '../tasks/findTask.ts'
import { embedInput, type EmbedParts, type Outcome } from './embedInput.ts'
import type { Input } from './inputs.ts'

/** The server has one queue for all; a few at once keep it busy while others are uploaded. */
const AT_ONCE = 4

/** So long the server has to hear that tasks are not wanted any more. */
const FAREWELL_MS = 5_000

/**
 * Embeds some inputs at a time, and tells what came of each in the order of the inputs. Whoever leaves the loop before
 * its end, or aborts, ends the tasks that are still under way. `onFraction` hears how far all of it is.
 */
export async function* embedAll(
  inputs: readonly Input[],
  parts: Omit<EmbedParts, 'open'>,
): AsyncGenerator<Outcome, void> {
  const stopping = new AbortController()
  const signal = AbortSignal.any([parts.signal, stopping.signal])
  const open = new Set<string>()
  const outcomes = inputs.map(() => Promise.withResolvers<Outcome>())
  for (const { promise } of outcomes) promise.catch(() => {})
  const fractions = inputs.map(() => 0)
  const tell = (at: number, fraction: number) => {
    fractions[at] = fraction
    parts.onFraction(fractions.reduce((sum, each) => sum + each, 0) / inputs.length)
  }
  const waiting = inputs.entries()
  const work = async () => {
    for (const [at, input] of waiting) {
      try {
        signal.throwIfAborted()
        const onFraction = (fraction: number) => tell(at, fraction)
        outcomes[at]?.resolve(await embedInput(input, { ...parts, signal, open, onFraction }))
        tell(at, 1)
      } catch (failure) {
        // What concerns all inputs ends the others too.
        stopping.abort(failure)
        return outcomes[at]?.reject(failure)
      }
    }
  }
  const working = Promise.all(Array.from({ length: AT_ONCE }, work))
  try {
    for (const { promise } of outcomes) yield await promise
  } finally {
    stopping.abort()
    await working
    await cancelAll(parts, open)
  }
}

async function cancelAll({ server, isPrivate }: Omit<EmbedParts, 'open'>, open: Set<string>): Promise<void> {
  // A private server goes away with its tasks.
  if (isPrivate) return
  const signal = AbortSignal.timeout(FAREWELL_MS)
  // What cannot be told now is finished for nobody, which harms nobody.
  await Promise.allSettled([...open].map((id) => server.call('POST', `${taskPath(id)}/cancel`, { signal })))
}
