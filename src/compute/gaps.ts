import type { Warning } from '../domain/embedding.ts'
import type { Segment } from '../domain/slices.ts'
import type { MediaRequest } from '../domain/taskRequest.ts'
import type { ClipContent } from './clipContent.ts'

/** A segment of a slice and what was found for it. */
export interface Piece {
  segment: Segment
  content: ClipContent
}

export interface Gaps {
  warnings: Warning[]
  /** Set when no track that was asked for has anything from here to the end of the media. */
  endedAtSec?: number
}

const TRACKS = [
  { option: 'visual', content: 'frames', name: 'video' },
  { option: 'audio', content: 'samples', name: 'audio' },
] as const

/**
 * Names the stretches in which a track that should be there gave nothing: `segment_skipped`, or `media_truncated` when
 * it goes on to the end of the media. Neighbouring segments make one stretch.
 */
export function findGaps(
  modalities: MediaRequest['modalities'],
  pieces: readonly Piece[],
  isAtEnd: boolean,
): Gaps {
  const tracks = TRACKS.filter(({ option }) => modalities.includes(option))
  const lastMs = pieces.at(-1)?.segment.endMs
  const goesToEnd = ({ endMs }: Segment) => isAtEnd && endMs === lastMs
  const warnings = tracks.flatMap(({ option, content, name }) =>
    stretches(pieces, (piece) => piece.content[content] === undefined).map((gap): Warning => {
      const [startSec, endSec] = [gap.startMs / 1000, gap.endMs / 1000]
      return goesToEnd(gap)
        ? {
            code: 'media_truncated',
            message: `The ${name} track has nothing after ${startSec} s.`,
            option,
            startSec,
            endSec,
          }
        : {
            code: 'segment_skipped',
            message: `The ${name} track has nothing from ${startSec} s to ${endSec} s.`,
            option,
            startSec,
            endSec,
          }
    }),
  )
  const lacksAll = ({ content }: Piece) => tracks.every((track) => content[track.content] === undefined)
  const end = tracks.length === 0 ? undefined : stretches(pieces, lacksAll).find(goesToEnd)
  return { warnings, ...(end && { endedAtSec: end.startMs / 1000 }) }
}

function stretches(pieces: readonly Piece[], isGap: (piece: Piece) => boolean): Segment[] {
  const found: Segment[] = []
  for (const { segment } of pieces.filter(isGap)) {
    const last = found.at(-1)
    if (last?.endMs === segment.startMs) last.endMs = segment.endMs
    else found.push({ ...segment })
  }
  return found
}
