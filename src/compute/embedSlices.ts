import { EmbedlineError } from '../domain/errors.ts'
import type { Warning } from '../domain/embedding.ts'
import { inputOf, type EmbeddingModel, type Size } from '../domain/model.ts'
import type { SliceResult, SliceWork } from '../domain/sliceWork.ts'
import { type FrameSource, openFrames } from '../media/frameSource.ts'
import type { ReadOptions } from '../media/input.ts'
import { openSound, type SoundSource } from '../media/soundSource.ts'
import type { Tools } from '../media/tools.ts'
import type { Units } from './units.ts'
import { embedSlice } from './embedSlice.ts'
import { mediaInput } from './mediaInput.ts'
import { timed, timedEach } from './stopwatch.ts'

export interface SlicesParts extends ReadOptions, Units {
  tools: Tools
  model: EmbeddingModel
  /** Takes each slice when it is embedded; the next one begins when it returns. */
  handOver: (result: SliceResult) => Promise<void>
}

/**
 * Embeds slices in order. A file that can be sought exactly is decoded slice by slice, another one in a single pass
 * from its start. Throws `media_unreadable` when the media is damaged and no slice gave a single clip, and what the
 * decoders throw.
 */
export async function embedSlices(work: SliceWork, parts: SlicesParts): Promise<void> {
  const damage: Warning[] = []
  const onDamage = (warning: Warning) => void damage.push(warning)
  const frameSize = frameSizeFor(work, parts.model)
  const frames = needsFrames(work) ? openFramesFor(work, parts, frameSize, onDamage) : undefined
  const sound = work.modalities.includes('audio') ? openSoundFor(work, parts, onDamage) : undefined
  try {
    let clipCount = 0
    let firstDamage: Warning | undefined
    for (const slice of work.slices) {
      damage.length = 0
      const amount = { mediaSec: (slice.endMs - slice.startMs) / 1000 }
      const media = {
        slice,
        sound: sound && (await timed(decoding('audio'), amount, () => sound.sound(slice))),
        frames: frames && timedEach(decoding('video'), amount, frames.frames(slice)),
        frameSize,
        damage,
      }
      const result = await embedSlice(work, parts.model, media, parts)
      clipCount += result.clips.length
      firstDamage ??= damage[0]
      const isNothing = clipCount === 0 && slice === work.slices.at(-1)
      if (isNothing && firstDamage) throw new EmbedlineError('media_unreadable', firstDamage.message)
      await parts.handOver(result)
    }
  } finally {
    await Promise.all([frames?.close(), sound?.close()])
  }
}

const decoding = (of: 'audio' | 'video') => ({ what: 'decode', of }) as const

/** Shots are seen in frames, also when nobody wants a vector of them; those of a sound are its pauses. */
const needsFrames = ({ modalities, request }: SliceWork): boolean =>
  modalities.includes('visual') || (request.input === 'video' && request.segmentation.strategy === 'dynamic')

const frameSizeFor = ({ facts }: SliceWork, model: EmbeddingModel): Size =>
  mediaInput(model.facts).frameSize(facts.video ?? { width: 1, height: 1 })

function openFramesFor(
  { file, facts }: SliceWork,
  { tools, limits, signal }: SlicesParts,
  size: Size,
  onDamage: (warning: Warning) => void,
): FrameSource {
  return openFrames(tools, file, facts, size, { limits, ...(signal && { signal }), onDamage })
}

function openSoundFor(
  { file, facts }: SliceWork,
  { tools, model, limits, signal }: SlicesParts,
  onDamage: (warning: Warning) => void,
): SoundSource {
  const { sampleRateHz } = inputOf(model.facts)
  return openSound(tools, file, facts, sampleRateHz, { limits, ...(signal && { signal }), onDamage })
}
