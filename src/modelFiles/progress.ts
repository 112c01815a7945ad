import type { Clock } from '../lib/clock.ts'

/** How far a pull is, as it is, not as it should be. */
export interface PullProgress {
  phase: 'waiting' | 'listing' | 'checking' | 'fetching' | 'finishing'
  /** The file at work. */
  file?: string
  /** Bytes that are here and were not found wrong, of all that are needed; 0 of 0 until the hub has listed them. */
  doneBytes: number
  totalBytes: number
  /** Of the last seconds; absent while nothing comes. */
  bytesPerSec?: number
  /** Why it waits before it tries again. */
  setback?: string
}

export interface Gauge {
  /** What all files together have. */
  setTotal(bytes: number): void
  /** So much of a file is there. */
  setFile(name: string, bytes: number): void
  enter(phase: PullProgress['phase'], file?: string): void
  setback(reason: string): void
}

const SHOW_EVERY_MS = 100
const RATE_WINDOW_MS = 5_000

/** Adds up what the parts of a pull tell, and tells it on: every change of phase, and bytes ten times a second. */
export function makeGauge(clock: Clock, show: (progress: PullProgress) => void): Gauge {
  const files = new Map<string, number>()
  let now: PullProgress = { phase: 'waiting', doneBytes: 0, totalBytes: 0 }
  let shownMs = Number.NEGATIVE_INFINITY
  let samples: { atMs: number; bytes: number }[] = []

  const tell = (change: Partial<PullProgress>) => {
    now = { ...now, ...change }
    shownMs = clock.nowMs()
    show(now)
  }

  /** Bytes that came within the window, not counting what was there before. */
  const rate = (atMs: number, doneBytes: number): number | undefined => {
    samples = [...samples.filter((sample) => sample.atMs > atMs - RATE_WINDOW_MS), { atMs, bytes: doneBytes }]
    const [first] = samples
    if (first === undefined || first.atMs === atMs) return undefined
    return Math.max(0, Math.round((1000 * (doneBytes - first.bytes)) / (atMs - first.atMs)))
  }

  return {
    setTotal: (bytes) => tell({ totalBytes: bytes }),
    setFile(name, bytes) {
      files.set(name, bytes)
      const { setback: _, bytesPerSec: __, ...rest } = now
      now = { ...rest, doneBytes: [...files.values()].reduce((sum, each) => sum + each, 0) }
      const atMs = clock.nowMs()
      if (atMs < shownMs + SHOW_EVERY_MS) return
      const bytesPerSec = now.phase === 'fetching' ? rate(atMs, now.doneBytes) : undefined
      tell(bytesPerSec === undefined ? {} : { bytesPerSec })
    },
    enter(phase, file) {
      if (phase !== now.phase) samples = []
      const { file: _, setback: __, ...rest } = now
      now = rest
      tell({ phase, ...(file !== undefined && { file }) })
    },
    setback: (reason) => tell({ setback: reason }),
  }
}
