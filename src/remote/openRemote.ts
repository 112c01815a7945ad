import { EmbedlineError } from '../domain/errors.ts'
import { makeQueryCache } from '../domain/queryCache.ts'
import type { ModelPin } from '../domain/model.ts'
import type { RemoteOptions, RemoteTexts, TextOutcome } from '../domain/remoteTexts.ts'
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import { makeBatches } from './batches.ts'
import { makeBreaker } from './breaker.ts'
import { makeEmbedBatch } from './persist.ts'
import { openSender } from './request.ts'
import type { RemoteSettings } from './settings.ts'

export interface RemoteParts {
  settings: RemoteSettings
  clock: Clock
  logger: Logger
  /** A number from 0 up to 1, for the jitter of waits. */
  random: () => number
}

export interface OpenRemote extends RemoteTexts {
  /** What is under way ends as `aborted`. */
  close(): Promise<void>
}

const CACHED_QUERIES = 1_000

/** The model of an OpenAI-compatible server. Nothing is sent before the first text. */
export function openRemote({ settings, clock, logger, random }: RemoteParts): OpenRemote {
  const closing = new AbortController()
  const sender = openSender(settings, clock)
  const breaker = makeBreaker({ clock, logger, random })
  const embedBatch = makeEmbedBatch({
    send: sender.send,
    breaker,
    clock,
    random,
    patienceMs: settings.timeoutMs,
    closing: closing.signal,
  })
  const together = makeBatches({
    embedBatch,
    batchSize: settings.batchSize,
    concurrency: settings.concurrency,
  })
  const queries = makeQueryCache(CACHED_QUERIES)

  const send = (prefix: string, texts: readonly string[], { isUrgent, signal }: RemoteOptions) =>
    together(
      texts.map((text) => prefix + text),
      {
        ...(isUrgent !== undefined && { isUrgent }),
        signal: signal ? AbortSignal.any([signal, closing.signal]) : closing.signal,
      },
    )

  async function embedQueries(
    model: ModelPin,
    texts: readonly string[],
    options: RemoteOptions,
  ): Promise<readonly TextOutcome[]> {
    const kept = texts.map((text) => queries.get(model, text)).filter((vector) => vector !== undefined)
    if (kept.length === texts.length) return kept
    const outcomes = await send(settings.queryPrefix, texts, options)
    for (const [at, text] of texts.entries()) {
      const outcome = outcomes[at]
      if (outcome && !(outcome instanceof EmbedlineError)) queries.set(model, text, outcome)
    }
    return outcomes
  }

  return {
    embed: (model, texts, use, options = {}) =>
      use === 'query' ? embedQueries(model, texts, options) : send(settings.documentPrefix, texts, options),
    refuseWhileDown: () => breaker.refuseWhileOpen(),
    async close() {
      closing.abort('closing')
      await sender.close()
    },
  }
}
