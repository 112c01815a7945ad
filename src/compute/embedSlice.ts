import type { Warning } from '../domain/embedding.ts'
import type { EmbeddingModel, Size } from '../domain/model.ts'
import { type Segment, SHORTEST_TAIL_MS, type Slice } from '../domain/slices.ts'
import type { Clip, SliceResult, SliceWork } from '../domain/work.ts'
import type { Frame } from '../media/frames.ts'
import type { Sound } from '../media/sound.ts'
import { type ClipContent, clipVectors, type Units } from './clipVectors.ts'
import { clipText } from './clipText.ts'
import { findGaps } from './gaps.ts'
import { mediaInput } from './mediaInput.ts'
import { type FramedSegment, segmentFrames } from './segmentFrames.ts'

/** The decoded media of one slice; what nobody needs is absent. */
export interface SliceMedia {
  slice: Slice
  frames: AsyncIterable<Frame> | undefined
  /** Of all frames. */
  frameSize: Size
  sound: Sound | undefined
  /** What the decoders lost; complete when the frames have been read. */
  damage: readonly Warning[]
}

/**
 * Embeds one slice, clip by clip. What a track does not have is named by warnings; a clip of which nothing is left is
 * left out. The result depends on the file and the request alone, not on who runs it, or beside what.
 */
export async function embedSlice(
  work: SliceWork,
  model: EmbeddingModel,
  media: SliceMedia,
  units: Units,
): Promise<SliceResult> {
  const { slice, damage } = media
  const { framesOf, sampleRateHz } = mediaInput(model.facts)
  const { segmentation } = work.request
  const framing = { segmentation, framesOf, size: media.frameSize, onFrame: units.onProgress }
  const framed = await segmentFrames(slice, media.frames, framing)
  const texts = framed.map(({ segment }) => clipText(work.cues, segment, model))
  const pieces = framed.map((each, index) => ({
    segment: each.segment,
    content: clipContent(work, media, { ...each, text: texts[index]?.text ?? '' }, sampleRateHz),
  }))
  const clips: Clip[] = []
  for (const { segment, content } of pieces) {
    if (Object.keys(content).length === 0) continue
    const embedded = model.facts.isRemote
      ? { vectors: [], ...(content.text !== undefined && { textToEmbed: content.text }) }
      : { vectors: await clipVectors(model, work.request, content, units) }
    clips.push({ startSec: segment.startMs / 1000, endSec: segment.endMs / 1000, ...embedded })
  }
  const isAtEnd = slice.endMs + SHORTEST_TAIL_MS >= (work.facts.durationSec ?? 0) * 1000
  const { warnings, ...ended } = findGaps(work.modalities, pieces, isAtEnd)
  const shortened = texts.flatMap(({ warning }) => warning ?? [])
  return { slice, clips, warnings: [...damage, ...warnings, ...shortened], ...ended }
}

function clipContent(
  { modalities }: SliceWork,
  { slice, sound }: SliceMedia,
  { segment, frames, text }: FramedSegment & { text: string },
  sampleRateHz: number,
): ClipContent {
  return {
    ...(modalities.includes('visual') && frames.length > 0 && { frames }),
    ...(sound && hasSound(segment, sound) && { samples: samplesOf(segment, slice, sound, sampleRateHz) }),
    ...(modalities.includes('transcription') && text !== '' && { text }),
  }
}

const hasSound = ({ startMs }: Segment, { endedAtMs }: Sound): boolean =>
  endedAtMs === undefined || endedAtMs > startMs

function samplesOf(segment: Segment, slice: Slice, { samples }: Sound, sampleRateHz: number): Float32Array {
  const at = (timeMs: number) => Math.round(((timeMs - slice.startMs) / 1000) * sampleRateHz)
  return samples.subarray(at(segment.startMs), at(segment.endMs))
}
