import { EmbedlineError, type ErrorCode } from '../domain/errors.ts'
import { parsePrecisions, precisionsText, type SessionPrecisions } from '../domain/precision.ts'
import type { Clock } from '../lib/clock.ts'
import type { Opened } from '../lib/closing.ts'
import { CATALOGUE, catalogued } from './catalogue.ts'
import type { HubAddress } from './hubRequests.ts'
import { lookAtModel, type ModelHere } from './lookAtModel.ts'
import type { PullProgress } from './progress.ts'
import { pullModel } from './pullModel.ts'
import { removeModel } from './removeModel.ts'
import type { Source } from './source.ts'

export interface Pull {
  id: string
  model: string
  /** As `parsePrecisions` reads it. */
  precision: string
  state: 'running' | 'done' | 'failed' | 'stopped'
  startedMs: number
  endedMs?: number
  progress: PullProgress
  failure?: { code: ErrorCode; message: string }
}

/** The models folder of a running server. */
export interface ModelFiles {
  /** Of all models that can be pulled. */
  list(): readonly ModelHere[]
  /** Whether it is the default model or one that an alias means. */
  isInUse(model: string): boolean
  /**
   * Begins to pull a model; the same pull, when it runs already, is returned instead. Throws `model_unknown`, and
   * `request_invalid` for a precision that is none; whatever goes wrong later is in the pull's state.
   */
  pull(model: string, precision: string | undefined): Pull
  /** One of the last pulls, as it is now. */
  findPull(id: string): Pull | undefined
  /** Ends when it has stopped; what it fetched stays. Undefined: there is no such pull. */
  stopPull(id: string): Promise<Pull | undefined>
  /** False when nothing was here. Throws `model_in_use` for one that is in use, unless forced, and while one is pulled. */
  remove(model: string, options: { isForced: boolean; forget: boolean }): Promise<boolean>
}

export interface ModelFilesParts {
  folder: string
  hub: HubAddress
  /** In which a model is pulled when none is named: those in which it is loaded. */
  precisions: SessionPrecisions
  /** Ids of the models that the server works with. */
  inUse: readonly string[]
  clock: Clock
  /** A number from 0 up to 1. */
  random: () => number
  newId: () => string
  /** Is told of every pull that has ended. */
  onEnd: (pull: Pull) => void
}

interface Running {
  pull: Pull
  stopping: AbortController
  ended: Promise<void>
}

const KEPT_PULLS = 50

const NOTHING_YET: PullProgress = { phase: 'waiting', doneBytes: 0, totalBytes: 0 }

/** Pulls and removes models while a server runs. `close` stops the pulls that run. */
export function openModelFiles(parts: ModelFilesParts): ModelFiles & Opened {
  const { folder, clock } = parts
  const pulls = new Map<string, Running>()
  const isInUse = (model: string) => parts.inUse.includes(model)

  const stop = async ({ stopping, ended, pull }: Running): Promise<Pull> => {
    stopping.abort()
    await ended
    return pull
  }

  return {
    list: () => CATALOGUE.map((entry) => lookAtModel(folder, entry)),
    isInUse,
    pull(model, text) {
      const entry = catalogued(model)
      const precisions = text === undefined ? parts.precisions : parsePrecisions(text, entry.defaultPrecision)
      const precision = precisionsText(precisions)
      const same = [...pulls.values()].find(
        ({ pull }) => pull.state === 'running' && pull.model === model && pull.precision === precision,
      )
      if (same) return same.pull
      const pull: Pull = {
        id: parts.newId(),
        model,
        precision,
        state: 'running',
        startedMs: clock.nowMs(),
        progress: NOTHING_YET,
      }
      const stopping = new AbortController()
      const ended = followPull(parts, pull, (source) =>
        pullModel(parts, {
          entry,
          precisions,
          source,
          signal: stopping.signal,
          onProgress: (progress) => void (pull.progress = progress),
        }),
      )
      pulls.set(pull.id, { pull, stopping, ended })
      for (const id of [...pulls.keys()].slice(0, -KEPT_PULLS))
        if (pulls.get(id)?.pull.state !== 'running') pulls.delete(id)
      return pull
    },
    findPull: (id) => pulls.get(id)?.pull,
    async stopPull(id) {
      const running = pulls.get(id)
      return running && stop(running)
    },
    async remove(model, { isForced, forget }) {
      const entry = catalogued(model)
      if (!isForced && isInUse(model)) throw inUse(model)
      return removeModel(folder, entry, { forget })
    },
    close: async () => void (await Promise.all([...pulls.values()].map(stop))),
  }
}

/** For a model that cannot be taken away from a server without saying so. */
export const inUse = (model: string): EmbedlineError =>
  new EmbedlineError(
    'model_in_use',
    `The model ${model} is one that this server works with: choose another --model first, or force it.`,
  )

/** Never fails: what came of it is written into the pull. */
async function followPull(
  { hub, clock, random, onEnd }: ModelFilesParts,
  pull: Pull,
  run: (source: Source) => Promise<unknown>,
): Promise<void> {
  try {
    // Loaded when they are needed: most servers never pull.
    const [{ openHubRequests }, { hubSource }] = await Promise.all([
      import('./hubRequests.ts'),
      import('./hubSource.ts'),
    ])
    const requests = openHubRequests(hub)
    try {
      await run(hubSource(requests, { clock, random }))
      pull.state = 'done'
    } finally {
      await requests.close()
    }
  } catch (thrown) {
    const failure = thrown instanceof EmbedlineError ? thrown : asBug(thrown)
    pull.state = failure.code === 'aborted' ? 'stopped' : 'failed'
    pull.failure = { code: failure.code, message: failure.message }
  }
  pull.endedMs = clock.nowMs()
  onEnd(pull)
}

const asBug = (cause: unknown): EmbedlineError =>
  new EmbedlineError('internal', `This server made a mistake: ${String(cause)}`, { cause })
