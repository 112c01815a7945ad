import { drawPages, type DrawnPage } from '../../documents/pdfPages.ts'
import type { Warning } from '../../domain/embedding.ts'
import { inputOf, spaceOf, type Size } from '../../domain/model.ts'
import type { PartPlace, PartSummary, PartVector, TaskPart } from '../../domain/partWork.ts'
import { pictureOf, type Region } from '../../media/bitmap.ts'
import type { PartParts } from './partParts.ts'
import { quadrantsOf } from './quadrants.ts'

type Pages = Extract<TaskPart, { kind: 'pages' }>

/** A page is drawn so much larger than the model wants it: shrinking it smooths it, and a quarter of it is sharp. */
const OVERSAMPLING = 2

/** Embeds pages of a PDF as pictures, one at a time. One that cannot be drawn is left out, which a warning tells. */
export async function embedPages(file: string, pages: Pages, parts: PartParts): Promise<PartSummary> {
  const { limits, model, signal, handOver, betweenUnits, onProgress } = parts
  const { space } = spaceOf(model.facts, 'image')
  const { pictureSize } = inputOf(model.facts)
  const warnings: Warning[] = []
  const sizeFor = (shown: Size) => enlarged(pictureSize(shown))
  const options = { ...pages, sizeFor, mostPixels: limits.pictureMaxPixels, signal }
  for await (const drawn of drawPages(file, options)) {
    onProgress()
    if (!('rgba' in drawn)) {
      warnings.push({ code: 'page_skipped', message: `Page ${drawn.page} cannot be drawn: ${drawn.reason}` })
      continue
    }
    const vectors: PartVector[] = []
    for (const { place, region } of regionsOf(drawn, pages.quadrants)) {
      await betweenUnits()
      const bitmap = { ...drawn, data: drawn.rgba, channels: 4 as const }
      const vector = await model.image(await pictureOf(bitmap, region, pictureSize(region)))
      const isWhole = place.scope === 'page' && place.quadrant === undefined
      vectors.push({ modality: 'visual', space, vector, place, weight: isWhole ? 1 : 0 })
      onProgress()
    }
    await handOver(vectors)
  }
  return { textTokens: 0, warnings }
}

const enlarged = ({ width, height }: Size): Size => ({
  width: width * OVERSAMPLING,
  height: height * OVERSAMPLING,
})

function regionsOf(
  { page, width, height }: DrawnPage,
  hasQuadrants: boolean,
): { place: PartPlace; region: Region }[] {
  const whole = { place: { scope: 'page' as const, page }, region: { left: 0, top: 0, width, height } }
  if (!hasQuadrants) return [whole]
  const quarters = quadrantsOf({ width, height }).map(({ quadrant, region }) => ({
    place: { scope: 'page' as const, page, quadrant },
    region,
  }))
  return [whole, ...quarters]
}
