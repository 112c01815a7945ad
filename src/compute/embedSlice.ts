import type { Warning } from '../domain/embedding.ts'
import type { EmbeddingModel, Size } from '../domain/model.ts'
import { type Segment, SHORTEST_TAIL_MS, type Slice } from '../domain/slices.ts'
import type { Clip, SliceResult, SliceWork } from '../domain/sliceWork.ts'
import type { Frame } from '../media/frames.ts'
import { pausesMs } from '../media/pauses.ts'
import type { Sound } from '../media/sound.ts'
import type { ClipContent } from './clipContent.ts'
import { clipNotes, clipText } from './clipText.ts'
import { clipVectors } from './clipVectors.ts'
import { findGaps } from './gaps.ts'
import { mediaInput } from './mediaInput.ts'
import { type FramedSegment, segmentFrames } from './segmentFrames.ts'
import type { Units } from './units.ts'

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

/** Fewer would say little of how far a clip varies. */
const LEAST_WINDOWS = 3

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
  const framing = {
    segmentation,
    framesOf,
    ...(work.request.uncertainty && {
      windowsOf: (clipSec: number) => Math.max(LEAST_WINDOWS, framesOf(clipSec)),
    }),
    size: media.frameSize,
    knownChangesMs:
      media.sound && !media.frames ? pausesMs(media.sound.samples, sampleRateHz, slice.startMs) : [],
    onFrame: units.onProgress,
  }
  const framed = await segmentFrames(slice, media.frames, framing)
  const texts = framed.map(({ segment }) => clipText(work.cues, segment, model))
  const notes = framed.map(({ segment }) => clipNotes(work.request.timedTexts ?? [], segment, model))
  const pieces = framed.map((each, index) => {
    const words = { text: texts[index]?.text ?? '', notes: notes[index]?.text ?? '' }
    return { segment: each.segment, content: clipContent(work, media, { ...each, ...words }, sampleRateHz) }
  })
  const clips: Clip[] = []
  for (const { segment, content } of pieces) {
    if (isNothing(content)) continue
    const embedded = model.facts.isRemote
      ? { vectors: [], ...(content.text !== undefined && { textToEmbed: content.text }) }
      : { vectors: await clipVectors(model, work.request, content, units) }
    clips.push({ startSec: segment.startMs / 1000, endSec: segment.endMs / 1000, ...embedded })
  }
  const isAtEnd = slice.endMs + SHORTEST_TAIL_MS >= (work.facts.durationSec ?? 0) * 1000
  const { warnings, ...ended } = findGaps(work.modalities, pieces, isAtEnd)
  const shortened = [...texts, ...notes].flatMap(({ warning }) => warning ?? [])
  const missing = work.request.uncertainty ? clips.flatMap(missingSpreads) : []
  return { slice, clips, warnings: [...damage, ...warnings, ...shortened, ...missing], ...ended }
}

const missingSpreads = ({ startSec, endSec, vectors }: Clip): Warning[] =>
  vectors
    .filter(({ uncertainty }) => uncertainty === undefined)
    .map(({ modality: option }) => ({
      code: 'uncertainty_unavailable',
      message: `Of what is there from ${startSec} s to ${endSec} s nothing can be compared with anything.`,
      option,
      startSec,
      endSec,
    }))

function clipContent(
  { modalities }: SliceWork,
  { slice, sound }: SliceMedia,
  { segment, frames, windows = [], text, notes }: FramedSegment & { text: string; notes: string },
  sampleRateHz: number,
): ClipContent {
  return {
    ...(modalities.includes('visual') && frames.length > 0 && { frames }),
    ...(modalities.includes('visual') && windows.length > 0 && { windows }),
    ...(sound && hasSound(segment, sound) && { samples: samplesOf(segment, slice, sound, sampleRateHz) }),
    ...(modalities.includes('transcription') && text !== '' && { text }),
    ...(notes !== '' && { notes }),
  }
}

/** Words that belong to a time are not embedded where the media has nothing. */
const isNothing = ({ frames, samples, text }: ClipContent): boolean =>
  frames === undefined && samples === undefined && text === undefined

const hasSound = ({ startMs }: Segment, { endedAtMs }: Sound): boolean =>
  endedAtMs === undefined || endedAtMs > startMs

function samplesOf(segment: Segment, slice: Slice, { samples }: Sound, sampleRateHz: number): Float32Array {
  const at = (timeMs: number) => Math.round(((timeMs - slice.startMs) / 1000) * sampleRateHz)
  return samples.subarray(at(segment.startMs), at(segment.endMs))
}
