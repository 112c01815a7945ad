import type { Picture, Size } from '../domain/model.ts'
import { dynamicSegments, fixedSegments, type Segment, type Slice } from '../domain/slices.ts'
import type { MediaRequest } from '../domain/taskRequest.ts'
import { clipFrameTimesMs } from '../media/frameGrid.ts'
import type { Frame } from '../media/frames.ts'
import { makeShotDetector } from '../media/shotChanges.ts'

/** A segment and the frames that stand for it: fewer, or none, where the video has no picture. */
export interface FramedSegment {
  segment: Segment
  frames: readonly Picture[]
  /** Frames that are compared with each other; absent when nobody asked for them. */
  windows?: readonly Picture[]
}

export interface Framing {
  segmentation: MediaRequest['segmentation']
  /** How many frames stand for a clip of this length. */
  framesOf: (clipSec: number) => number
  /** How many frames of such a clip are compared with each other. */
  windowsOf?: (clipSec: number) => number
  size: Size
  /** Where dynamic segmentation may cut a slice without frames, milliseconds, ascending. */
  knownChangesMs?: readonly number[]
  /** Called for each frame that was read. */
  onFrame: () => void
}

/**
 * Cuts a slice into segments and picks the frames of each, in one pass over the frames of the slice.
 */
export async function segmentFrames(
  slice: Slice,
  frames: AsyncIterable<Frame> | undefined,
  { segmentation, framesOf, windowsOf, size, knownChangesMs = [], onFrame }: Framing,
): Promise<FramedSegment[]> {
  const cut = (changesMs: readonly number[]): Segment[] =>
    segmentation.strategy === 'fixed'
      ? fixedSegments(slice, segmentation.durationSec)
      : dynamicSegments(slice, segmentation.minDurationSec, changesMs)
  const timesMs = (segment: Segment, countOf = framesOf) =>
    clipFrameTimesMs(segment, countOf((segment.endMs - segment.startMs) / 1000))
  const allTimesMs = (segment: Segment) => [
    ...timesMs(segment),
    ...(windowsOf ? timesMs(segment, windowsOf) : []),
  ]

  // Where the borders are known beforehand, only few frames need to be remembered.
  const wanted = segmentation.strategy === 'fixed' ? new Set(cut([]).flatMap(allTimesMs)) : undefined
  const shots = makeShotDetector(size)
  const changesMs: number[] = []
  const kept = new Map<number, Picture>()
  for await (const { timeMs, rgb } of frames ?? []) {
    onFrame()
    if (!wanted && shots.isChange(rgb)) changesMs.push(timeMs)
    if (!wanted || wanted.has(timeMs)) kept.set(timeMs, { ...size, rgb })
  }
  const pictures = (timesMs: readonly number[]) => timesMs.flatMap((timeMs) => kept.get(timeMs) ?? [])
  return cut(frames ? changesMs : knownChangesMs).map((segment) => ({
    segment,
    frames: pictures(timesMs(segment)),
    ...(windowsOf && { windows: pictures(timesMs(segment, windowsOf)) }),
  }))
}
