import { centreToUnit, signedSquareRoots } from '../unitLength.ts'
import { LAB_SIDE } from './planes.ts'

/** Waves across and down together stay below this. */
const WAVES = 9
const COEFFICIENTS = (WAVES * (WAVES + 1)) / 2 - 1

/**
 * Makes the function for where it is light and dark in the large: the lowest 44 coefficients of the orthonormal
 * 2-D DCT-II of the 56 x 56 lightness plane, without the mean, damped by 1 + half the number of waves.
 *
 * The float32 roundings are part of the definition: on a picture of one colour nothing else is left of this block,
 * and the published vector of such a picture has them.
 */
export function makeLightnessWaves(): (lightness: Float32Array) => Float64Array {
  const basis = cosineBasis()
  return (lightness) => {
    const across = wavesAcross(lightness, basis)
    const coefficients = new Float64Array(COEFFICIENTS)
    let at = 0
    for (let down = 0; down < WAVES; down++) {
      for (let wave = 0; wave + down < WAVES; wave++) {
        if (wave + down === 0) continue
        let sum = 0
        for (let y = 0; y < LAB_SIDE; y++)
          sum += (basis[down * LAB_SIDE + y] ?? 0) * (across[wave * LAB_SIDE + y] ?? 0)
        coefficients[at++] = sum / LAB_SIDE / (1 + 0.5 * (wave + down))
      }
    }
    return centreToUnit(signedSquareRoots(coefficients))
  }
}

function cosineBasis(): Float32Array {
  const basis = new Float32Array(WAVES * LAB_SIDE)
  for (let wave = 0; wave < WAVES; wave++) {
    for (let i = 0; i < LAB_SIDE; i++) {
      const scale = Math.sqrt((wave === 0 ? 1 : 2) / LAB_SIDE)
      basis[wave * LAB_SIDE + i] = Math.cos((Math.PI * (i + 0.5) * wave) / LAB_SIDE) * scale
    }
  }
  return basis
}

function wavesAcross(lightness: Float32Array, basis: Float32Array): Float32Array {
  const across = new Float32Array(WAVES * LAB_SIDE)
  for (let wave = 0; wave < WAVES; wave++) {
    for (let y = 0; y < LAB_SIDE; y++) {
      let sum = 0
      for (let x = 0; x < LAB_SIDE; x++)
        sum += (basis[wave * LAB_SIDE + x] ?? 0) * (lightness[y * LAB_SIDE + x] ?? 0)
      across[wave * LAB_SIDE + y] = sum
    }
  }
  return across
}
