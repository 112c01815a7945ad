/** How media is cut into segments: at equal lengths, or at shot changes but never shorter than a minimum. */
export type Segmentation =
  { strategy: 'fixed'; durationSec: number } | { strategy: 'dynamic'; minDurationSec: number }

/** A stretch of the file that is embedded as one piece of work. Milliseconds from the start of the file. */
export interface Slice {
  /** Counts from 0 in the order of time. */
  index: number
  startMs: number
  endMs: number
}

export const lengthMs = ({ startMs, endMs }: Slice): number => endMs - startMs

/** A stretch of time that gets one vector per modality. Milliseconds from the start of the file. */
export interface Segment {
  startMs: number
  endMs: number
}

/** A slice of media is at most this long, but for the last one of dynamic segmentation (see `planSlices`). */
export const SLICE_MS = 60_000

/** A shorter last segment of fixed segmentation is left out, unless it is the only one. */
export const SHORTEST_TAIL_MS = 2_000

/**
 * Cuts the time from `startMs` to `endMs` into slices before anything is decoded; a slice border is a segment border.
 * Fixed segmentation: slices of the largest multiple of the segment's length up to 60 s, without a tail under 2 s.
 * Dynamic: slices of 60 s; a rest shorter than the shortest segment stays with the slice before it.
 */
export function planSlices(segmentation: Segmentation, startMs: number, endMs: number): Slice[] {
  const { stepMs, lastMs } = grid(segmentation, startMs, endMs)
  const slices: Slice[] = []
  for (let at = startMs; at < lastMs; at += stepMs) {
    const rest = lastMs - (at + stepMs)
    const isLast =
      rest <= 0 || (segmentation.strategy === 'dynamic' && rest < segmentation.minDurationSec * 1000)
    slices.push({ index: slices.length, startMs: at, endMs: isLast ? lastMs : at + stepMs })
    if (isLast) break
  }
  return slices
}

function grid(
  segmentation: Segmentation,
  startMs: number,
  endMs: number,
): { stepMs: number; lastMs: number } {
  if (segmentation.strategy === 'dynamic') return { stepMs: SLICE_MS, lastMs: endMs }
  const durationMs = segmentation.durationSec * 1000
  const tailMs = (endMs - startMs) % durationMs
  const hasShortTail = tailMs > 0 && tailMs < SHORTEST_TAIL_MS && endMs - startMs > durationMs
  return {
    stepMs: Math.max(1, Math.floor(SLICE_MS / durationMs)) * durationMs,
    lastMs: hasShortTail ? endMs - tailMs : endMs,
  }
}

/** The segments of fixed segmentation in one slice; the last one of the file may be shorter than `durationSec`. */
export function fixedSegments(slice: Slice, durationSec: number): Segment[] {
  const segments: Segment[] = []
  for (let at = slice.startMs; at < slice.endMs; at += durationSec * 1000)
    segments.push({ startMs: at, endMs: Math.min(at + durationSec * 1000, slice.endMs) })
  return segments
}

/**
 * The segments of dynamic segmentation in one slice: cut at the given shot changes (milliseconds, ascending), where
 * both sides stay at least `minDurationSec` long; a change that would make a shorter one is passed over.
 */
export function dynamicSegments(
  slice: Slice,
  minDurationSec: number,
  shotChangesMs: readonly number[],
): Segment[] {
  const minMs = minDurationSec * 1000
  const segments: Segment[] = []
  let startMs = slice.startMs
  for (const changeMs of shotChangesMs) {
    if (changeMs - startMs < minMs || slice.endMs - changeMs < minMs) continue
    segments.push({ startMs, endMs: changeMs })
    startMs = changeMs
  }
  segments.push({ startMs, endMs: slice.endMs })
  return segments
}
