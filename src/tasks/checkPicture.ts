import { EmbedlineError } from '../domain/errors.ts'
import { inLimit } from '../domain/limitFacts.ts'
import type { Limits } from '../domain/limits.ts'
import type { MediaFacts } from '../domain/media.ts'

/** Throws `request_invalid` for a picture that is smaller than the limit. */
export function checkPicture({ picture }: MediaFacts, { pictureMinPixels: least }: Limits): void {
  if (!picture || Math.min(picture.width, picture.height) >= least) return
  throw new EmbedlineError(
    'request_invalid',
    `The picture is ${picture.width}x${picture.height}; at least ${least}x${least} is needed${inLimit('pictureMinPixels')}.`,
  )
}
