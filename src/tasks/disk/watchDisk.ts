import { statfs } from 'node:fs/promises'
import { EmbedlineError } from '../../domain/errors.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Opened } from '../../lib/closing.ts'
import type { Logger } from '../../lib/logger.ts'

/**
 * `roomy`: all goes on. `low`: new work is refused, and what was taken is worked on. `full`: that waits too, so that
 * nothing fails for want of space.
 */
export type DiskState = 'roomy' | 'low' | 'full'

/** Refuses new work before a disk is full, and holds queued work back before it fails. */
export interface DiskGuard {
  readonly state: DiskState
  /** Throws `disk_full` while new work is refused. */
  admit(): Promise<void>
  /** Why new work is refused, for people; undefined while it is not. */
  problem(): string | undefined
  /** Something found a disk full whatever was measured: work waits until the next look. */
  reportFull(): void
  /** As last measured. */
  disks(): readonly MeasuredDisk[]
}

export interface MeasuredDisk {
  /** What lies there. */
  of: string
  freeBytes: number
  floorBytes: number
}

export interface DiskParts {
  /** What is kept where; a folder must exist. */
  folders: Readonly<Record<string, string>>
  /** With less than this free, new work is refused; 0: never. Absent: a gigabyte, but no more than a share of the disk. */
  floorBytes?: number
  clock: Clock
  logger: Logger
  /** There is room again for what waits. */
  onRoom: () => void
}

const FLOOR_BYTES = 1e9
const FLOOR_SHARE = 0.05

/** Below this part of the floor queued work waits: what is above it is for that work. */
const FULL_PART = 0.5

const LOOK_EVERY_MS = 5_000

/** Who asks to be admitted is answered by a measurement that is not older. */
const FRESH_MS = 1_000

/** So long should who is refused wait. */
const RETRY_AFTER_MS = 30_000

/** Looks at the disks until it is closed. Throws what the system says of a folder that is not there. */
export async function watchDisk(parts: DiskParts): Promise<DiskGuard & Opened> {
  const { clock, logger } = parts
  let disks = await measure(parts)
  let state = stateOf(disks)
  let measuredMs = clock.nowMs()
  let isReported = false
  const stopping = new AbortController()
  const watching = watch()
  if (state !== 'roomy') tell()

  async function watch() {
    for (;;) {
      await clock.sleep(LOOK_EVERY_MS, stopping.signal)
      if (stopping.signal.aborted) return
      isReported = false
      await look()
    }
  }

  async function look() {
    try {
      disks = await measure(parts)
      measuredMs = clock.nowMs()
    } catch (error) {
      logger.warn('the disk cannot be looked at', { error })
    }
    become(isReported ? 'full' : stateOf(disks))
  }

  function become(next: DiskState) {
    if (next === state) return
    const wasFull = state === 'full'
    state = next
    tell()
    if (wasFull) parts.onRoom()
  }

  function tell() {
    logger[state === 'roomy' ? 'info' : 'warn'](SENTENCE[state], { disks })
  }

  function problem(): string | undefined {
    if (state === 'roomy') return undefined
    const short = disks.find(({ freeBytes, floorBytes }) => freeBytes < floorBytes)
    return short
      ? `The disk has ${inGigabytes(short.freeBytes)} free; with less than ${inGigabytes(short.floorBytes)} no new work is taken.`
      : 'The disk is full; no new work is taken.'
  }

  return {
    get state() {
      return state
    },
    async admit() {
      if (clock.nowMs() - measuredMs >= FRESH_MS) await look()
      const message = problem()
      if (message !== undefined)
        throw new EmbedlineError('disk_full', message, { retryAfterMs: RETRY_AFTER_MS })
    },
    problem,
    reportFull() {
      isReported = true
      become('full')
    },
    disks: () => disks,
    async close() {
      stopping.abort()
      await watching
    },
  }
}

const SENTENCE: Readonly<Record<DiskState, string>> = {
  roomy: 'there is room on the disk again: new work is taken',
  low: 'the disk is nearly full: new work is refused',
  full: 'the disk is full: new work is refused, and queued work waits',
}

const measure = ({ folders, floorBytes }: DiskParts): Promise<MeasuredDisk[]> =>
  Promise.all(
    Object.entries(folders).map(async ([of, folder]) => {
      const { bavail, blocks, bsize } = await statfs(folder)
      return {
        of,
        freeBytes: bavail * bsize,
        floorBytes: floorBytes ?? Math.min(FLOOR_BYTES, blocks * bsize * FLOOR_SHARE),
      }
    }),
  )

function stateOf(disks: readonly MeasuredDisk[]): DiskState {
  if (disks.some(({ freeBytes, floorBytes }) => freeBytes < floorBytes * FULL_PART)) return 'full'
  return disks.some(({ freeBytes, floorBytes }) => freeBytes < floorBytes) ? 'low' : 'roomy'
}

const inGigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(bytes < 1e8 ? 3 : 1)} GB`
