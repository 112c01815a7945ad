import { expect, test } from 'vitest'
import { assetVectors, sumClips } from './sums.ts'

const clip = (startSec: number, endSec: number, x: number, y: number) => ({
  startSec,
  endSec,
  vectors: [{ modality: 'visual' as const, space: 'image', vector: Float32Array.of(x, y) }],
})

test('the asset vector is the mean of the clips by duration, of unit length', () => {
  const slices = [sumClips([clip(0, 6, 1, 0), clip(6, 8, 0, 1)]), sumClips([clip(60, 62, 0, 1)])].flat()
  const [asset] = assetVectors(slices)
  expect(asset).toMatchObject({ modality: 'visual', space: 'image', endMs: 62_000 })
  expect(asset?.vector[0]).toBeCloseTo(6 / Math.hypot(6, 4), 6)
  expect(asset?.vector[1]).toBeCloseTo(4 / Math.hypot(6, 4), 6)
})

test('a modality that only one slice has still gets its vector, and modalities come in their fixed order', () => {
  const [first] = sumClips([clip(0, 2, 1, 0)])
  const spoken = { ...first!, modality: 'transcription' as const, space: 'text' }
  expect(assetVectors([spoken, first!]).map(({ modality }) => modality)).toEqual(['visual', 'transcription'])
})
