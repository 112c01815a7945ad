import type { EmbeddingModel } from '../../domain/model.ts'
import { halfOverlapping } from '../../lib/spread.ts'
import { wordWindows } from '../parts/longText.ts'
import { cropsOf } from '../parts/pictureSpread.ts'
import type { Thing } from './things.ts'

const SOUND_WINDOWS = 3

/** The windows of a thing: things of its kind that are a part of it. Fewer than two for what has no parts. */
export async function windowsOf(model: EmbeddingModel, thing: Thing): Promise<Thing[]> {
  switch (thing.kind) {
    case 'text':
      return wordWindows(thing.text).map((text) => ({ kind: 'text', text }))
    case 'image':
      return (await cropsOf(model, thing.picture)).map((picture) => ({ kind: 'image', picture }))
    case 'pages':
      return thing.pictures.map((picture) => ({ kind: 'image', picture }))
    case 'video': {
      const { frames, samples } = thing
      const stretches = samples ? stretchesOf(samples, frames.length) : []
      return frames.map((frame, at) => {
        const heard = stretches[at]
        return { kind: 'video', frames: [frame], ...(heard && { samples: heard }) }
      })
    }
    case 'audio':
      return stretchesOf(thing.samples, SOUND_WINDOWS).map((samples) => ({ kind: 'audio', samples }))
  }
}

const stretchesOf = (samples: Float32Array, count: number): Float32Array[] =>
  halfOverlapping(count).map(({ from, to }) =>
    samples.subarray(Math.round(from * samples.length), Math.round(to * samples.length)),
  )
