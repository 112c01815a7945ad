import { EmbedlineError } from '../domain/errors.ts'
import type { RemoteOptions, TextOutcome } from '../domain/remoteTexts.ts'
import type { EmbedBatch } from './persist.ts'

export interface BatchesParts {
  embedBatch: EmbedBatch
  /** Texts of a batch, at most. */
  batchSize: number
  /** Batches at once. */
  concurrency: number
}

/** Embeds texts together with those of others. Throws what a batch throws, and `aborted`. */
export type EmbedTogether = (
  texts: readonly string[],
  options: RemoteOptions,
) => Promise<readonly TextOutcome[]>

/** However long texts are, a request is not much longer than this. */
const BATCH_CHARACTERS = 256 * 1024

interface Waiting {
  text: string
  resolve: (outcome: TextOutcome) => void
  reject: (reason: unknown) => void
  /** Nobody wants the outcome any more. */
  isGone: boolean
  batch?: Batch
}

interface Batch {
  waiting: readonly Waiting[]
  abort: AbortController
}

/**
 * Puts texts of all callers into batches. A free place is taken at once by what there is; while all are taken, what
 * comes gathers to full batches. Urgent texts go first.
 */
export function makeBatches({ embedBatch, batchSize, concurrency }: BatchesParts): EmbedTogether {
  const urgent: Waiting[] = []
  const others: Waiting[] = []
  let running = 0

  function next(): Waiting[] {
    const taken: Waiting[] = []
    let characters = 0
    for (const queue of [urgent, others])
      while (queue.length > 0 && taken.length < batchSize && characters < BATCH_CHARACTERS) {
        const waiting = queue.shift()
        if (!waiting || waiting.isGone) continue
        taken.push(waiting)
        characters += waiting.text.length
      }
    return taken
  }

  function start() {
    while (running < concurrency) {
      const waiting = next()
      if (waiting.length === 0) return
      void run({ waiting, abort: new AbortController() })
    }
  }

  async function run(batch: Batch) {
    running++
    for (const each of batch.waiting) each.batch = batch
    try {
      const texts = batch.waiting.map(({ text }) => text)
      const outcomes = await embedBatch(texts, batch.abort.signal)
      for (const [at, { resolve, reject }] of batch.waiting.entries()) {
        const outcome = outcomes[at]
        if (outcome) resolve(outcome)
        else reject(new Error('a batch gave fewer outcomes than it had texts'))
      }
    } catch (thrown) {
      for (const { reject } of batch.waiting) reject(thrown)
    }
    running--
    start()
  }

  return async (texts, { isUrgent = false, signal }) => {
    if (signal?.aborted) throw wasAborted()
    const mine: Waiting[] = []
    const outcomes = texts.map(
      (text) =>
        new Promise<TextOutcome>((resolve, reject) => {
          mine.push({ text, resolve, reject, isGone: false })
        }),
    )
    const queue = isUrgent ? urgent : others
    for (const each of mine) queue.push(each)
    const over = new AbortController()
    signal?.addEventListener('abort', () => giveUp(mine), { signal: over.signal })
    start()
    try {
      return await Promise.all(outcomes)
    } finally {
      over.abort('over')
      // When one batch of several has failed, nobody wants the others.
      giveUp(mine)
    }
  }
}

/** A batch that nobody waits for any more is not worth its request. */
function giveUp(waiting: readonly Waiting[]): void {
  for (const each of waiting) {
    each.isGone = true
    each.reject(wasAborted())
  }
  for (const batch of new Set(waiting.map((each) => each.batch)))
    if (batch?.waiting.every(({ isGone }) => isGone)) batch.abort.abort('nobody waits')
}

const wasAborted = () => new EmbedlineError('aborted', 'The work was stopped.')
