import { QUADRANTS, type Quadrant } from '../../domain/embedding.ts'
import type { Size } from '../../domain/model.ts'
import type { Region } from '../../media/bitmap.ts'

/** The four quarters of a picture; of an odd side the right or lower one has a pixel more. */
export function quadrantsOf({ width, height }: Size): { quadrant: Quadrant; region: Region }[] {
  const [middle, centre] = [Math.max(1, Math.floor(width / 2)), Math.max(1, Math.floor(height / 2))]
  const columns = [
    { left: 0, width: middle },
    { left: Math.min(middle, width - 1), width: Math.max(1, width - middle) },
  ] as const
  const rows = [
    { top: 0, height: centre },
    { top: Math.min(centre, height - 1), height: Math.max(1, height - centre) },
  ] as const
  const regions = rows.flatMap((row) => columns.map((column) => ({ ...row, ...column })))
  return QUADRANTS.flatMap((quadrant, at) => {
    const region = regions[at]
    return region ? [{ quadrant, region }] : []
  })
}
