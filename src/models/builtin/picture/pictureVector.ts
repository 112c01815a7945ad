import { PICTURE_SIDE } from '../facts.ts'
import { joinBlocks, makeRotation } from '../rotation.ts'
import { colourGrid } from './colourGrid.ts'
import { colourHistogram } from './colourHistogram.ts'
import { findEdges } from './edges.ts'
import { makeLightnessWaves } from './lightnessWaves.ts'
import { coarseOrientations, fineOrientations } from './orientations.ts'
import { makePlanes } from './planes.ts'

const RGB_BYTES = PICTURE_SIDE * PICTURE_SIDE * 3
const SEED = 7
/** The power of two above the 996 numbers of all blocks. */
const JOINED_SIZE = 1024

/**
 * Makes the function from an RGB picture of 224 x 224 pixels to its unit vector: colours, where it is light, how
 * edges run, and which colour is where. It takes about two milliseconds and throws a RangeError for another size.
 * The shares of the blocks come from a search over distorted pictures, verified on pictures it had not seen.
 */
export function makePictureEmbedder(): (rgb: Uint8Array) => Float32Array {
  const toPlanes = makePlanes()
  const lightnessWaves = makeLightnessWaves()
  const rotate = makeRotation(JOINED_SIZE, SEED)
  return (rgb) => {
    if (rgb.length !== RGB_BYTES)
      throw new RangeError(`a picture must have ${RGB_BYTES} bytes, not ${rgb.length}`)
    const { grey, lab } = toPlanes(rgb)
    const edges = findEdges(grey)
    return rotate(
      joinBlocks([
        { entries: colourHistogram(lab), share: 0.22 },
        { entries: lightnessWaves(lab.lightness), share: 0.16 },
        { entries: coarseOrientations(edges), share: 0.2 },
        { entries: colourGrid(lab), share: 0.16 },
        { entries: fineOrientations(edges), share: 0.26 },
      ]),
    )
  }
}
