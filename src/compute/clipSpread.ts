import type { Modality } from '../domain/embedding.ts'
import type { EmbeddingModel, FusedParts, Picture } from '../domain/model.ts'
import type { MediaRequest } from '../domain/taskRequest.ts'
import { halfOverlapping, spread } from '../lib/spread.ts'
import type { ClipContent } from './clipContent.ts'
import type { Units } from './units.ts'

/** Of a clip without frames: its sound is heard in so many windows. */
const SOUND_WINDOWS = 3

/** What a window of a clip holds. */
interface WindowParts {
  visual?: Picture
  samples?: Float32Array
}

/**
 * How far the vectors of a clip vary within it: per modality the spread of the vectors of its windows. A window is one
 * of `windows` with the stretch of sound around it, without frames one of three stretches; the stretches overlap by half.
 * What has one window only is absent.
 */
export async function clipSpreads(
  model: EmbeddingModel,
  wanted: Pick<MediaRequest, 'separate' | 'fused'>,
  { windows, samples, text, notes }: ClipContent,
  { onProgress, betweenUnits }: Units,
): Promise<Map<Modality, Float32Array>> {
  const words = [text, notes].filter((each) => each !== undefined).join('\n')
  const vectors: Partial<Record<Modality, Float32Array[]>> = {}
  const add = async (modality: Modality, embed: () => Promise<Float32Array>) => {
    await betweenUnits()
    const vector = await embed()
    vectors[modality] = [...(vectors[modality] ?? []), vector]
    onProgress()
    return vector
  }
  for (const { visual, samples: heard } of windowsOf(windows, samples)) {
    const parts: FusedParts = {
      ...(visual && {
        visual: { frames: [visual], vector: await add('visual', () => model.video([visual])) },
      }),
      ...(heard && { audio: { samples: heard, vector: await add('audio', () => model.audio(heard)) } }),
      ...(words !== '' && { transcription: { text: words } }),
    }
    if (wanted.fused) await add('fused', () => model.fused(parts))
  }
  const found = new Map<Modality, Float32Array>()
  for (const [modality, each] of Object.entries(vectors) as [Modality, Float32Array[]][]) {
    const uncertainty = spread(each)
    if (uncertainty) found.set(modality, uncertainty)
  }
  return found
}

function windowsOf(frames: readonly Picture[] | undefined, samples: Float32Array | undefined): WindowParts[] {
  const count = frames?.length ?? (samples ? SOUND_WINDOWS : 0)
  return halfOverlapping(count).map(({ from, to }, at) => {
    const visual = frames?.[at]
    const heard = samples?.subarray(Math.round(from * samples.length), Math.round(to * samples.length))
    return { ...(visual && { visual }), ...(heard && { samples: heard }) }
  })
}
