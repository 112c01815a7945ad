import { fileURLToPath } from 'node:url'
import { EmbedlineError, type ErrorCode } from '../domain/errors.ts'
import type { Limits } from '../domain/limits.ts'
import type { Compute, Readiness, RunOptions } from '../domain/compute.ts'
import { pinOf, type ModelPin } from '../domain/model.ts'
import type { TakeTimings } from '../domain/timing.ts'
import type { Clock } from '../lib/clock.ts'
import { makeKeyedMutex } from '../lib/keyedMutex.ts'
import type { Logger } from '../lib/logger.ts'
import { moduleBeside } from '../lib/moduleBeside.ts'
import type { ModelSettings } from '../models/settings.ts'
import type { Tools } from '../media/tools.ts'
import { type Child, type ChildParts, startChild } from './childProcess.ts'
import { diedWithChild, wasAborted } from './failures.ts'
import type { Ask, RequestName } from './protocol.ts'
import { makeQueryCache } from '../domain/queryCache.ts'
import { makeSlots } from './slots.ts'
import { makeWarmth } from './warmth.ts'

export interface ComputeParts {
  /** How many children; with 0 every call ends as `compute_unavailable`. */
  count: number
  tools: Tools
  limits: Limits
  models: ModelSettings
  /** All that a child sees of the environment. */
  environment: Readonly<Record<string, string>>
  /** A child that grows past this is replaced. */
  residentLimitBytes: number
  clock: Clock
  logger: Logger
  /** The model that children load before anybody asks. */
  warm?: ModelPin
  /** Is told why a child ended that should have gone on. */
  onReplace?: (reason: ErrorCode) => void
  /** Called when a call begins, in the context of its caller; what it returns is told what the child was busy with. */
  onCall?: () => TakeTimings
  /** How long one run of a model may keep a child from answering anything, seconds. */
  longestRunSec?: (model: ModelPin) => number
  /** The program of a child and its arguments. */
  program?: readonly string[]
  pace?: Partial<Pace>
}

/** How closely children are watched. */
export interface Pace {
  beatMs: number
  /** A child that says nothing for more beats is hung. */
  hungAfterBeats: number
  /** How long a child may take to let go of a call that was taken back. */
  cancelMs: number
  /** Between a child that died before it was up and the next one; doubled each time. */
  backoffMs: number
}

export interface ComputeStats {
  children: readonly ChildStats[]
  /** Children that died, hung or grew too large, since the start. */
  replaced: number
  cachedQueries: number
}

export interface ChildStats {
  pid: number | undefined
  waiting: number
  isEmbedding: boolean
  documentCount: number
  residentBytes: number
}

export interface RunningCompute extends Compute {
  /** Starts the children now rather than with the first call. */
  start(): void
  stats(): ComputeStats
  /** Of the model that children load before anybody asks; ready when there is none. */
  readiness(): Readiness
  /** Ends all children, by force after `graceMs`; what they hold ends as `aborted`. No ffmpeg of theirs survives. */
  close(graceMs?: number): Promise<void>
}

const PACE: Pace = { beatMs: 2_000, hungAfterBeats: 15, cancelMs: 10_000, backoffMs: 500 }
const CACHED_QUERIES = 1_000
// A child never waits for the next one, also when its parent is slow to answer. More would only be more suspects when
// it dies (docs/decisions/0026).
const DOCUMENTS_AT_ONCE = 8
const GRACE_MS = 2_000

const tooLong = () => new EmbedlineError('text_too_long', 'The text is longer than the model takes.')

const hasRoom = (child: Child) => child.documentCount < DOCUMENTS_AT_ONCE

/** Runs decoding and inference in child processes, and answers for them: a child that dies, hangs or grows is replaced. */
export function startCompute(parts: ComputeParts): RunningCompute {
  const { clock, logger } = parts
  const pace = { ...PACE, ...parts.pace }
  const closing = new AbortController()
  const start = () => startChild(childParts(parts, pace))
  const { warm, longestRunSec = () => 0 } = parts
  const patience = (model: ModelPin) => ({
    patienceBeats: Math.ceil((longestRunSec(model) * 1000) / pace.beatMs),
  })
  const warmth = makeWarmth<Child>({
    async load(child, onProgress) {
      if (!warm) return
      const onPart = async (fraction: number) => onProgress(fraction)
      await child.call('loadModel', { model: pinOf(warm) }, { onPart, ...patience(warm) })
    },
    onFailure: ({ code, message }) =>
      logger.warn('a model cannot be loaded', { ...(warm && pinOf(warm)), code, reason: message }),
  })
  function startWarm(): Child {
    const child = start()
    if (!warm) return child
    warmth.warm(child)
    void child.ended.then(() => warmth.forget(child))
    return child
  }
  const slots = makeSlots({
    count: parts.count,
    startChild: startWarm,
    backoffMs: pace.backoffMs,
    ...(parts.onReplace && { onReplace: parts.onReplace }),
    clock,
    logger,
  })
  const guests = new Set<Child>()
  const oneGuest = makeKeyedMutex()
  const queries = makeQueryCache(CACHED_QUERIES)
  const watched = watch()

  async function watch() {
    while (!closing.signal.aborted) {
      await Promise.all([...slots.children, ...guests].map((child) => child.beat()))
      await clock.sleep(pace.beatMs, closing.signal)
    }
  }

  /** Makes a call in a child that was started for it alone, so that nothing waits for its end or dies with it. */
  const inGuest = <T>(call: (child: Child) => Promise<T>, signal: AbortSignal) =>
    oneGuest('guest', async () => {
      if (closing.signal.aborted || signal.aborted) throw wasAborted()
      const child = start()
      guests.add(child)
      try {
        return await call(child)
      } finally {
        await child.stop(GRACE_MS)
        guests.delete(child)
      }
    })

  const onFree = <T>(
    isFree: (child: Child) => boolean,
    call: (child: Child) => Promise<T>,
    signal: AbortSignal,
    options?: RunOptions,
  ): Promise<T> =>
    options?.alone && parts.count > 0 ? inGuest(call, signal) : slots.use(isFree, call, signal)

  const onAny = <Name extends RequestName>(name: Name, ask: Ask<Name>, signal?: AbortSignal) =>
    slots.use(
      () => true,
      (child) => child.call(name, ask, { signal, ...('model' in ask && patience(ask.model)) }),
      signal,
    )

  async function embedTexts(ask: Ask<'embedTexts'>, signal?: AbortSignal): Promise<Float32Array[]> {
    try {
      return [...(await onAny('embedTexts', ask, signal))]
    } catch (thrown) {
      // People wait for a text, and it is never the reason for which a child dies.
      if (diedWithChild(thrown) && !signal?.aborted) return [...(await onAny('embedTexts', ask, signal))]
      throw thrown
    }
  }

  async function embedQueries(ask: Ask<'embedTexts'>, signal?: AbortSignal): Promise<Float32Array[]> {
    const kept = ask.texts
      .map((text) => queries.get(ask.model, text))
      .filter((vector) => vector !== undefined)
    if (kept.length === ask.texts.length) return kept
    const vectors = await embedTexts(ask, signal)
    for (const [at, text] of ask.texts.entries()) {
      const vector = vectors[at]
      if (vector) queries.set(ask.model, text, vector)
    }
    return vectors
  }

  return {
    start: slots.start,
    inspect: (file, signal) => onAny('inspect', { file }, signal),
    readCues: (file, stream, signal) => onAny('readCues', { file, stream }, signal),
    readSubtitles: (file, name, signal) => onAny('readSubtitles', { file, name }, signal),
    async embedSlices(work, onSlice, signal, options) {
      const call = (child: Child) =>
        child.call('embedSlices', work, { signal, onPart: onSlice, ...patience(work.model) })
      await onFree((child) => !child.isEmbedding, call, signal, options)
    },
    embedPart(work, onVectors, signal, options) {
      const call = (child: Child) =>
        child.call('embedPart', work, { signal, onPart: onVectors, ...patience(work.model) })
      return onFree((child) => !child.isEmbedding, call, signal, options)
    },
    cutPart(work, onTexts, signal, options) {
      const call = (child: Child) => child.call('cutPart', work, { signal, onPart: onTexts })
      return onFree(hasRoom, call, signal, options)
    },
    async embedDocument(work, onChunks, signal, options) {
      const call = (child: Child) =>
        child.call('embedDocument', work, { signal, onPart: onChunks, ...patience(work.model) })
      const { lastChunks, summary } = await onFree(hasRoom, call, signal, options)
      await onChunks(lastChunks)
      return summary
    },
    async cutDocument(work, onChunks, signal, options) {
      const call = (child: Child) => child.call('cutDocument', work, { signal, onPart: onChunks })
      const { lastChunks, summary } = await onFree(hasRoom, call, signal, options)
      await onChunks(lastChunks)
      return summary
    },
    embedTexts: (model, texts, use, signal) => {
      const ask = { model: pinOf(model), texts, use }
      return use === 'query' ? embedQueries(ask, signal) : embedTexts(ask, signal)
    },
    async embedBatch(model, texts, signal, options) {
      const ask = { model: pinOf(model), texts }
      const call = (child: Child) => child.call('embedBatch', ask, { signal, ...patience(model) })
      const vectors = await onFree(hasRoom, call, signal, options)
      return vectors.map((vector) => vector ?? tooLong())
    },
    async embedSlicesNow(work, onSlice, signal) {
      await slots.use(
        () => true,
        (child) =>
          child.call(
            'embedSlicesNow',
            { ...work, model: pinOf(work.model) },
            { signal, onPart: onSlice, ...patience(work.model) },
          ),
        signal,
      )
    },
    embedMixture: (work, signal) => onAny('embedMixture', { ...work, model: pinOf(work.model) }, signal),
    embedPicture: (work, signal) => onAny('embedPicture', { ...work, model: pinOf(work.model) }, signal),
    makeThumbnail: (work, signal) => onAny('makeThumbnail', work, signal),
    makeWaveform: (work, signal) => onAny('makeWaveform', work, signal),
    stats: () => ({
      children: [...slots.children, ...guests].map((child) => ({
        pid: child.pid,
        waiting: child.waiting,
        isEmbedding: child.isEmbedding,
        documentCount: child.documentCount,
        residentBytes: child.residentBytes,
      })),
      replaced: slots.replaced,
      cachedQueries: queries.size,
    }),
    readiness: () => (warm && parts.count > 0 ? warmth.readiness(slots.children) : { state: 'ready' }),
    async close(graceMs = GRACE_MS) {
      closing.abort()
      await Promise.all([slots.stop(graceMs), ...[...guests].map((child) => child.stop(graceMs)), watched])
    },
  }
}

function childParts(parts: ComputeParts, pace: Pace): ChildParts {
  const program = parts.program ?? [process.execPath, fileURLToPath(moduleBeside('child', import.meta.url))]
  return {
    command: [...parts.tools.wrap, ...program],
    environment: parts.environment,
    settings: { tools: parts.tools, limits: parts.limits, models: parts.models },
    residentLimitBytes: parts.residentLimitBytes,
    hungAfterBeats: pace.hungAfterBeats,
    unitBeats: Math.ceil((parts.limits.itemSec * 1000) / pace.beatMs),
    cancelMs: pace.cancelMs,
    ...(parts.onCall && { onCall: parts.onCall }),
    clock: parts.clock,
    logger: parts.logger,
  }
}
