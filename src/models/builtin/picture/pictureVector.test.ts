import { expect, test } from 'vitest'
import { cosine, entriesAt } from '../../../../test/support/vectors.ts'
import { makePictureEmbedder } from './pictureVector.ts'

const SIDE = 224
const embed = makePictureEmbedder()

type Colour = readonly [red: number, green: number, blue: number]

function painted(colourAt: (x: number, y: number) => Colour): Uint8Array {
  const rgb = new Uint8Array(SIDE * SIDE * 3)
  for (let y = 0; y < SIDE; y++) for (let x = 0; x < SIDE; x++) rgb.set(colourAt(x, y), (y * SIDE + x) * 3)
  return rgb
}

const gradient = painted((x, y) => [x, y, (x * y) >> 8])
const checks = painted((x, y) => (((x >> 4) + (y >> 5)) & 1 ? [220, 40, 10] : [x, 90, y]))
const flat = painted(() => [128, 128, 128])

test.for([
  [
    'a gradient',
    gradient,
    [0.05963, 0.042948, 0.088725, 0.020212, 0.000519, -0.096253, 0.058567, 0.031168, 0.049462, 0.047327],
  ],
  [
    'checks',
    checks,
    [-0.069519, 0.016512, -0.082748, 0.003477, 0.018301, -0.075591, -0.015186, 0.015929, 0.0011, -0.000955],
  ],
  [
    'flat grey',
    flat,
    [0.009766, -0.022236, 0.068918, 0.022435, -0.040165, -0.01107, -0.097603, 0.008496, -0.056385, -0.045132],
  ],
] as const)('the vector of %s is the published one', ([, rgb, golden]) => {
  expect(entriesAt(embed(rgb))).toEqual(golden.map((entry) => expect.closeTo(entry, 5)))
})

test.for([0, 1, 127, 255])('a picture of one grey, %i, has a vector of unit length', (grey) => {
  const vector = embed(painted(() => [grey, grey, grey]))
  expect(vector).toHaveLength(512)
  expect(cosine(vector, vector)).toBeCloseTo(1, 6)
})

test('a mirrored picture is near the original', () => {
  const mirrored = new Uint8Array(checks.length)
  for (let i = 0; i < SIDE * SIDE; i++) {
    const column = i % SIDE
    const from = (i - column + SIDE - 1 - column) * 3
    mirrored.set(checks.subarray(from, from + 3), i * 3)
  }
  expect(cosine(embed(checks), embed(mirrored))).toBeGreaterThan(0.8)
  expect(cosine(embed(checks), embed(gradient))).toBeLessThan(0.3)
})

test('a picture of another size is refused', () => {
  expect(() => embed(new Uint8Array(12))).toThrow(RangeError)
})
