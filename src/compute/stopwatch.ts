import { AsyncLocalStorage } from 'node:async_hooks'
import type { EmbeddingModel } from '../domain/model.ts'
import type { Timing } from '../domain/timing.ts'

type Kind = Pick<Timing, 'what' | 'of'>
type Amount = Partial<Pick<Timing, 'units' | 'mediaSec'>>

/** Adds up what one call is busy with. */
export interface Stopwatch {
  add(kind: Kind, span: { startMs: number; endMs: number; busyMs: number }, amount: Amount): void
  /** What was added since the last time. */
  take(): Timing[]
}

// Everything that a call does runs in its context: so neither models nor decoders need to know who asked for what.
const running = new AsyncLocalStorage<Stopwatch>()

export function makeStopwatch(): Stopwatch {
  let timings = new Map<string, Timing>()
  return {
    add({ what, of }, { startMs, endMs, busyMs }, { units = 0, mediaSec = 0 }) {
      const key = `${what} ${of}`
      const known = timings.get(key)
      timings.set(key, {
        what,
        of,
        startMs: known?.startMs ?? startMs,
        endMs,
        busyMs: (known?.busyMs ?? 0) + busyMs,
        units: (known?.units ?? 0) + units,
        mediaSec: (known?.mediaSec ?? 0) + mediaSec,
      })
    },
    take() {
      const taken = [...timings.values()]
      timings = new Map()
      return taken
    },
  }
}

/** Runs the work of one call. */
export const onStopwatch = <T>(stopwatch: Stopwatch, work: () => T): T => running.run(stopwatch, work)

/** Runs work and adds how long it took to the call that it belongs to. */
export async function timed<T>(kind: Kind, amount: Amount, work: () => Promise<T>): Promise<T> {
  const startMs = Date.now()
  const startedMs = performance.now()
  try {
    return await work()
  } finally {
    const busyMs = performance.now() - startedMs
    running.getStore()?.add(kind, { startMs, endMs: startMs + busyMs, busyMs }, amount)
  }
}

/** The same things, with the time that each took to come. */
export async function* timedEach<T>(kind: Kind, amount: Amount, source: AsyncIterable<T>): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]()
  await timed(kind, amount, async () => undefined)
  try {
    for (;;) {
      const next = await timed(kind, {}, () => iterator.next())
      if (next.done === true) return
      yield next.value
    }
  } finally {
    await iterator.return?.()
  }
}

/** The same model, with its runs timed. */
export function timedModel(model: EmbeddingModel): EmbeddingModel {
  const run = <T>(of: string, units: number, work: () => Promise<T>) =>
    timed({ what: 'model', of }, { units }, work)
  return {
    facts: model.facts,
    ...(model.fits && { fits: (text) => model.fits?.(text) ?? true }),
    text: (texts, use) => run('text', texts.length, () => model.text(texts, use)),
    image: (picture) => run('image', 1, () => model.image(picture)),
    video: (frames) => run('video', 1, () => model.video(frames)),
    audio: (samples) => run('audio', 1, () => model.audio(samples)),
    fused: (parts) => run('fused', 1, () => model.fused(parts)),
    close: () => model.close(),
  }
}
