import type { Picture } from '../../domain/model.ts'
import { isFitted } from './fittedSize.ts'
import type { Transformers } from './library.ts'

export type RawImage = InstanceType<Transformers['RawImage']>
export type RawVideo = InstanceType<Transformers['RawVideo']>

/** Throws for a picture of another size than `facts.input` asks for: the library would cut off its edges. */
export function rawImage({ RawImage: Raw }: Transformers, picture: Picture, tokens: number): RawImage {
  const { width, height, rgb } = picture
  if (!isFitted(picture, tokens) || rgb.length !== width * height * 3)
    throw new Error(`a picture of ${width}x${height} with ${rgb.length} bytes does not fit ${tokens} tokens`)
  return new Raw(new Uint8ClampedArray(rgb.buffer, rgb.byteOffset, rgb.length), width, height, 3)
}

/** Throws for none, for more than `most`, and for frames of several sizes: the library takes the last for all. */
export function rawVideo(
  library: Transformers,
  frames: readonly Picture[],
  tokens: number,
  most: number,
): RawVideo {
  const [first] = frames
  if (!first || frames.length > most) throw new Error(`${frames.length} frames instead of 1 to ${most}`)
  if (frames.some(({ width, height }) => width !== first.width || height !== first.height))
    throw new Error('the frames of a clip have several sizes')
  // When a frame is shown counts for nothing.
  return new library.RawVideo(
    frames.map((frame) => rawImage(library, frame, tokens)),
    frames.length,
  )
}
