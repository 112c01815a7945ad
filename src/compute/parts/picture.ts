import { inputOf, spaceOf } from '../../domain/model.ts'
import type { PartSummary, PartWork } from '../../domain/partWork.ts'
import { readPicture } from '../../media/picture.ts'
import type { PartParts } from './partParts.ts'
import { pictureSpread } from './pictureSpread.ts'

/** Embeds a picture. Throws what reading it throws. */
export async function embedPicture(
  { file, uncertainty: isSpreadWanted }: PartWork,
  { tools, limits, model, signal, handOver, ...units }: PartParts,
): Promise<PartSummary> {
  const { space } = spaceOf(model.facts, 'image')
  const picture = await readPicture(tools, file, inputOf(model.facts).pictureSize, { limits, signal })
  await units.betweenUnits()
  const vector = await model.image(picture)
  units.onProgress()
  const uncertainty = isSpreadWanted ? await pictureSpread(model, picture, units) : undefined
  await handOver([
    {
      modality: 'visual',
      space,
      vector,
      ...(uncertainty && { uncertainty }),
      place: { scope: 'asset' },
      weight: 0,
    },
  ])
  return { textTokens: 0, warnings: [] }
}
